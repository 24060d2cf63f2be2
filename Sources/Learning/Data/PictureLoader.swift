import Codecs
import Convolution
import Pixels
import Programs

/// Decodes many pictures into samples of one shape, on all threads.
///
/// The first picture settles the shape. Samples are stored as deep as the deepest picture has them.
struct PictureLoader: Sendable {
    let options: DataOptions
    let fit: DataOptions.Fit?
    /// Takes the numbers in palette pictures and in grey ones of few bits for what they are: masks.
    let readsIndices: Bool
    private let plans = FitPlans()

    init(_ options: DataOptions, fit: DataOptions.Fit?, readsIndices: Bool = false) {
        self.options = options
        self.fit = fit
        self.readsIndices = readsIndices
    }

    /// The files at `paths`, of which there is at least one. `place` is what a message calls them together.
    func load(_ paths: [String], place: String) throws(DataError) -> (Shape, ExampleSet.Samples) {
        try load(paths.count, place: place, name: { paths[$0] }) { index in
            let reader = try PictureReader(path: paths[index], limits: options.limits, readsIndices: readsIndices)
            // What cannot be fitted need not be read.
            _ = try plans.plan(for: reader.header, fit)
            return try reader.readAll(limits: options.limits)
        }
    }

    /// Pictures that came in one file, fitted if they must be.
    func fitted(_ shape: Shape, _ bytes: [UInt8], place: String) throws(DataError) -> (Shape, ExampleSet.Samples) {
        let channels: Channels = shape.channels == 1 ? .gray : shape.channels == 3 ? .rgb : .planes(shape.channels)
        let header = PictureHeader(size: shape.size, channels: channels, depth: .uint8)
        do {
            guard shape.count > 0, try plans.plan(for: header, fit) != nil else { return (shape, .bytes(bytes)) }
        } catch { throw .fitting(place, (error as? ProgramError)?.sentence ?? "\(error)") }
        let area = shape.height * shape.width
        return try load(shape.count, place: place, name: { "\(place), picture \($0)" }) { index in
            var interleaved = [UInt8](repeating: 0, count: shape.channels * area)
            for c in 0..<shape.channels {
                let plane = (index * shape.channels + c) * area
                for i in 0..<area { interleaved[i * shape.channels + c] = bytes[plane + i] }
            }
            return Raster(header: header, bytes: interleaved)
        }
    }

    /// `count` pictures that `raster` gives, fitted.
    private func load(
        _ count: Int, place: String, name: @Sendable (Int) -> String, raster: @Sendable (Int) throws -> Raster
    ) throws(DataError) -> (Shape, ExampleSet.Samples) {
        let header: PictureHeader
        do { header = try fitted(raster(0)).header } catch {
            throw .pictures([Self.sentence(error, name(0))], count: 1, of: count)
        }
        let shape = Shape(count: count, channels: header.channels.count, size: header.size)
        var depth = header.depth
        while true {
            let needed = shape.sampleCount.map { $0.multipliedReportingOverflow(by: depth.bytesPerSample) }
            guard let needed, !needed.overflow, needed.partialValue <= options.maxMemory else {
                let needed = needed.flatMap { $0.overflow ? nil : $0.partialValue }
                throw .memory(needed: needed, allowed: options.maxMemory, place: place)
            }
            var found = Found()
            let samples: ExampleSet.Samples =
                switch depth {
                case .uint8: .bytes(fill(shape, UInt8(0), name, raster, &found))
                case .uint16: .words(fill(shape, UInt16(0), name, raster, &found))
                case .float32: .floats(fill(shape, Float(0), name, raster, &found))
                }
            try report(found.faults.sorted { $0.index < $1.index }, shape, name)
            if found.deepest.bytesPerSample <= depth.bytesPerSample { return (shape, samples) }
            depth = found.deepest
        }
    }

    private func fitted(_ raster: Raster) throws -> Raster {
        try plans.plan(for: raster.header, fit)?.applied(to: raster) ?? raster
    }

    static func sentence(_ error: any Error, _ name: String) -> String {
        (error as? CodecError)?.message(for: name)
            ?? DataError.fitting(name, (error as? ProgramError)?.sentence ?? "\(error)").description
    }

    /// What went wrong with a picture.
    private enum Fault: Sendable {
        case failed(String)
        case unlike(Shape)
    }

    private struct Found: Sendable {
        var faults: [(index: Int, fault: Fault)] = []
        var deepest = Depth.uint8
    }

    private func fill<Sample: PictureSample>(
        _ shape: Shape, _ zero: Sample, _ name: @Sendable (Int) -> String, _ raster: @Sendable (Int) throws -> Raster,
        _ found: inout Found
    ) -> [Sample] {
        let perPicture = shape.channels * shape.height * shape.width
        let shared = Guarded(Found())
        let samples = [Sample](unsafeUninitializedCapacity: shape.count * perPicture) { store, initialized in
            store.initialize(repeating: zero)
            initialized = shape.count * perPicture
            // Every picture has one owner, and its own part of the store.
            nonisolated(unsafe) let base = store.baseAddress
            options.machine.split(0..<shape.count, grain: 4) { piece in
                for index in piece {
                    do {
                        let raster = try fitted(raster(index))
                        let own = Shape(channels: raster.header.channels.count, size: raster.header.size)
                        let isAlike = own.size == shape.size && own.channels == shape.channels
                        shared.withLock {
                            if !isAlike { $0.faults.append((index, .unlike(own))) }
                            if raster.header.depth.bytesPerSample > $0.deepest.bytesPerSample {
                                $0.deepest = raster.header.depth
                            }
                        }
                        guard isAlike, let base else { continue }
                        raster.spread(
                            into: UnsafeMutableBufferPointer(start: base + index * perPicture, count: perPicture),
                            channels: shape.channels)
                    } catch {
                        shared.withLock { $0.faults.append((index, .failed(Self.sentence(error, name(index))))) }
                    }
                }
            }
        }
        found = shared.withLock { $0 }
        return samples
    }

    /// Unreadable pictures are told all together; a wrong shape by the first that has one.
    private func report(
        _ faults: [(index: Int, fault: Fault)], _ shape: Shape, _ name: (Int) -> String
    ) throws(DataError) {
        let failed = faults.compactMap { if case .failed(let sentence) = $0.fault { sentence } else { nil } }
        if !failed.isEmpty {
            throw .pictures(Array(failed.prefix(DataError.mostListed)), count: failed.count, of: shape.count)
        }
        if let first = faults.first, case .unlike(let own) = first.fault {
            let expected = Shape(channels: shape.channels, size: shape.size)
            if readsIndices, own.channels != expected.channels {
                let odd = own.channels == 1 ? 0 : first.index
                throw .fitting(name(odd), "a mask is a grey or palette picture of 8 bits, whose numbers are classes")
            }
            if readsIndices { throw .maskShapes(first: name(0), expected, other: name(first.index), own) }
            throw .shapes(first: name(0), expected, other: name(first.index), own)
        }
    }
}

/// Plans by what pictures are like: most of a data set are alike.
private final class FitPlans: Sendable {
    private struct Made: Sendable {
        var header: PictureHeader
        var plan: Plan?
    }

    private static let most = 64
    private let made = Guarded<[Made]>([])

    func plan(for header: PictureHeader, _ fit: DataOptions.Fit?) throws -> Plan? {
        guard let fit else { return nil }
        let header = PictureHeader(size: header.size, channels: header.channels, depth: header.depth)
        if let known = made.withLock({ $0.first { $0.header == header } }) { return known.plan }
        var plan = try fit(header)
        if let output = plan?.output, output.size == header.size, output.channels.count == header.channels.count {
            plan = nil
        }
        made.withLock { if $0.count < Self.most { $0.append(Made(header: header, plan: plan)) } }
        return plan
    }
}
