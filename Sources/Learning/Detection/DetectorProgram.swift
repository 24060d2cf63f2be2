import Codecs
import Pixels
import Programs
import Steps

/// A program that finds things: `regions 200 | input 32x32x3 fit=stretch | … | detect classes`.
public struct DetectorProgram: Sendable {
    public let regions: RegionsStep
    public let input: InputStep

    /// nil where the program is of another kind.
    ///
    /// - Throws: a `ProgramError` at the step that stands alone.
    public init?(_ graph: Graph) throws(ProgramError) {
        let begins = graph.nodes.firstIndex { $0.step is RegionsStep }
        let ends = graph.nodes.firstIndex { $0.step is DetectStep }
        guard begins != nil || ends != nil else { return nil }
        guard begins == 1, graph.nodes.count > 2, let regions = graph.nodes[1].step as? RegionsStep,
            graph.nodes[2].inputs == [1], let input = graph.nodes[2].step as? InputStep
        else {
            throw graph.error(
                sizing:
                    "a detector begins with 'regions 200 | input 32x32x3 fit=stretch': where things may be, and what "
                    + "each region is brought to", at: begins ?? ends ?? 0)
        }
        guard ends == graph.output else {
            throw graph.error(
                sizing: "a detector ends in 'detect classes', which says what each region shows", at: ends ?? 1)
        }
        self.regions = regions
        self.input = input
    }

    /// What the net takes of a region.
    public var shape: Shape { input.shape }

    /// A whole picture to look for things in.
    ///
    /// - Throws: a `CodecError` for one that cannot be read, an `Unsearchable` for one that the program cannot take.
    public func read(_ reader: PictureReader, limits: Limits) throws -> Raster {
        let header = reader.header
        let shape = Shape(channels: header.channels.count, size: header.size)
        // What cannot be fitted need not be read.
        do { _ = try input.plan(for: [shape], options: PlanOptions()) } catch { throw Unsearchable(why: "\(error)") }
        // As a file has it, in floats, and the colours of these by themselves.
        let each = header.depth.bytesPerSample + 2 * MemoryLayout<Float>.size
        let searched = (regions.searchedSize(of: header.size).area ?? 0) * RegionsStep.searchBytesPerPixel
        var needed: Int?
        if let samples = shape.sampleCount {
            let (bytes, overflows) = samples.multipliedReportingOverflow(by: each)
            let (sum, overflowsToo) = bytes.addingReportingOverflow(searched)
            if !overflows, !overflowsToo { needed = sum }
        }
        guard let needed, needed <= limits.maxMemory else {
            let text = needed.map(ByteCount.text) ?? "more than can be counted"
            throw Unsearchable(
                why: "to look for things in a picture of \(header.size) takes \(text), and "
                    + "\(ByteCount.text(limits.maxMemory)) are allowed; make it smaller, or allow more with "
                    + Limit.memory.flag)
        }
        return try reader.readAll(limits: limits)
    }
}

/// A picture that a detector cannot look at, and why.
public struct Unsearchable: Error, Hashable, Sendable, CustomStringConvertible {
    public let why: String

    public var description: String { why }
}
