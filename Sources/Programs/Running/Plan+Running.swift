import Convolution
import Pixels
import Steps

/// What a run has to tell when it is over.
public struct RunReport: Hashable, Sendable {
    /// Samples written, and those among them that lay outside 0…1 by more than half a level and were clipped.
    public var samples: Int
    public var clipped: Int

    public var clippedShare: Double { samples == 0 ? 0 : Double(clipped) / Double(samples) }
}

extension Plan {
    /// Runs over the rows of a picture, a band at a time, and hands the result's rows on as soon as they are there.
    ///
    /// `source.header` is the one this was planned for; `sink` takes rows of `output`.
    @discardableResult
    public func run(from source: any RowSource, to sink: any RowSink) throws -> RunReport {
        try requireKnownWeights()
        var runner = Runner(self, source: source)
        let band = RowSchedule.bandHeight(of: nodes[last])
        var report = RunReport(samples: output.size.height * output.size.width * output.channels.count, clipped: 0)
        var buffer: [UInt8] = []
        var done = 0
        while done < output.size.height {
            let next = min(output.size.height, done + band)
            let rows = try runner.rows(upTo: next)
            buffer.reserveCapacity(rows.count * output.bytesPerRow)
            if buffer.count < rows.count * output.bytesPerRow {
                buffer = [UInt8](repeating: 0, count: rows.count * output.bytesPerRow)
            }
            report.clipped += try buffer.withUnsafeMutableBytes { bytes in
                let clipped = runner.store(rows, into: bytes)
                try sink.writeRows(rows.count, from: UnsafeRawBufferPointer(bytes))
                return clipped
            }
            done = rows.upperBound
            try runner.release(upTo: done)
        }
        try sink.finish()
        return report
    }

    /// Runs over a whole picture in memory.
    public func applied(to raster: Raster) throws -> Raster {
        let source = RasterSource(raster)
        let sink = RasterSink(output)
        try run(from: source, to: sink)
        return sink.raster
    }

    func requireKnownWeights() throws(PlanError) {
        if let node = nodes.first(where: { $0.isNeeded && !($0.plan?.parameters.isEmpty ?? true) }) {
            throw .unknownWeights(step: node.text)
        }
    }
}

/// The schedule with pixels in it.
struct Runner {
    private let plan: Plan
    private let source: any RowSource
    private var schedule: RowSchedule
    private var planes: [Planes]
    private var findings: [[Double]]
    private let converter: SampleConverter
    private let keepsAll: Bool

    /// - Parameter keepsAll: let no row go, so that every node can be looked at afterwards.
    init(_ plan: Plan, source: any RowSource, keepsAll: Bool = false) {
        self.plan = plan
        self.keepsAll = keepsAll
        self.source = source
        schedule = RowSchedule(plan)
        converter = SampleConverter(plan.options.machine.lanes)
        planes = plan.nodes.map { Planes(shape: $0.shape, emptyWithRoomFor: $0.isNeeded ? $0.rowsHeld : 0) }
        findings = plan.nodes.map { ($0.plan as? any SurveyingStep)?.emptySurvey ?? [] }
    }

    /// The rows of the result that are there, at least up to `end`.
    mutating func rows(upTo end: Int) throws -> Range<Int> {
        try rows(of: plan.last, upTo: end)
    }

    mutating func rows(of node: Int, upTo end: Int) throws -> Range<Int> {
        var schedule = schedule
        try schedule.pull(node, upTo: end) { try perform($0) }
        self.schedule = schedule
        return schedule.rows[node]
    }

    mutating func release(upTo row: Int) throws {
        var schedule = schedule
        try schedule.release(plan.last, writtenUpTo: row) { try perform($0) }
        self.schedule = schedule
    }

    func store(_ rows: Range<Int>, into bytes: UnsafeMutableRawBufferPointer) -> Int {
        converter.store(rows, of: planes[plan.last], header: plan.output, into: bytes)
    }

    func planes(of node: Int) -> Planes { planes[node] }

    private mutating func perform(_ action: RowSchedule.Action) throws {
        switch action {
        case .receive(let rows):
            try receive(rows.count)
        case .survey(let node, let rows):
            guard let step = plan.nodes[node].plan as? any SurveyingStep else { return }
            step.survey(rows, of: planes[plan.nodes[node].inputs[0]], into: &findings[node])
        case .run(let node, let rows):
            guard let step = plan.nodes[node].plan else { return }
            let call = StepCall(
                inputs: plan.nodes[node].inputs.map { planes[$0] }, rows: rows, survey: findings[node],
                machine: plan.options.machine)
            planes[node].makeRoom(upTo: rows.upperBound)
            step.run(call, into: &planes[node])
        case .drop(let node, let before):
            if keepsAll { return }
            planes[node].dropRows(before: before)
        }
    }

    private mutating func receive(_ count: Int) throws {
        let header = plan.input
        let size = count * header.bytesPerRow
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: max(size, 1), alignment: 64)
        defer { buffer.deallocate() }
        try source.readRows(count, into: buffer)
        converter.load(count, from: UnsafeRawBufferPointer(buffer), header: header, into: &planes[0])
    }
}

/// A picture in memory as a source of rows.
private final class RasterSource: RowSource {
    let raster: Raster
    private var next = 0

    init(_ raster: Raster) { self.raster = raster }

    var header: PictureHeader { raster.header }

    func readRows(_ count: Int, into buffer: UnsafeMutableRawBufferPointer) {
        let size = count * header.bytesPerRow
        raster.bytes.withUnsafeBytes { bytes in
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[next..<next + size]))
        }
        next += size
    }
}

/// Collects rows into a picture.
private final class RasterSink: RowSink {
    private let header: PictureHeader
    private var bytes: [UInt8] = []

    init(_ header: PictureHeader) {
        self.header = header
        bytes.reserveCapacity(header.bytesPerRow * header.size.height)
    }

    func writeRows(_ count: Int, from buffer: UnsafeRawBufferPointer) {
        bytes.append(contentsOf: buffer[..<(count * header.bytesPerRow)])
    }

    func finish() {}

    var raster: Raster { Raster(header: header, bytes: bytes) }
}
