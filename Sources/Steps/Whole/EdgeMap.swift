import Convolution
import Pixels

/// Which pixels a hysteresis keeps, found while rows come and are let go: two bits for each pixel, and where the thresholds are to be
/// found from the picture, its value if that is above 0.
struct EdgeMap: Sendable {
    private let shape: Shape
    private let low: Float
    private let high: Float
    /// 64 pixels of a row each, row after row, plane after plane: those that may be kept, and of a map that is settled those that are.
    private var reached: [UInt64]
    /// Those that are kept whatever is around them.
    private var strong: [UInt64]
    /// The values of the pixels that `reached` tells of, for each plane.
    private var values: [[ReachedValues]]

    /// Found high thresholds leave this share of the positive values below them.
    private static let quietShare = 0.8
    /// What a found low threshold is of the high one.
    private static let lowShare: Float = 0.4

    /// - Parameters low, high: 0 is to be found.
    init(_ shape: Shape, low: Float, high: Float) {
        (self.shape, self.high) = (shape, high)
        self.low = low == 0 ? high * EdgeMap.lowShare : low
        let planes = shape.count * shape.channels
        reached = .onLargePages(0, count: planes * BitPlane.words(of: shape.size))
        strong = reached
        values = Array(repeating: [], count: planes)
    }

    /// The most that a map holds of a picture: each other pixel may be a run by itself, of one plane at a time.
    static func bytes(_ shape: Shape, findsThresholds: Bool) -> Int {
        let planes = shape.count * shape.channels
        let runs = (shape.width + 1) / 2 * shape.height
        return 2 * 8 * planes * BitPlane.words(of: shape.size) + StrongRegions.bytesForRun * runs
            + (findsThresholds ? 4 * planes * shape.height * shape.width : 0)
    }

    /// Thresholds of one plane: what is not above 0 reaches none.
    private struct Thresholds {
        let low: Float
        let high: Float

        init(low: Float, high: Float) {
            self.low = max(low, .leastNonzeroMagnitude)
            self.high = max(high, .leastNonzeroMagnitude)
        }
    }

    /// Rows that follow those seen before.
    mutating func look(at rows: Range<Int>, of input: Planes, on machine: Machine) {
        let pieces = min(2 * machine.workers, max(1, rows.count * shape.width / SampleRun.length))
        let jobs = values.count * pieces
        let told = high == 0 ? nil : Thresholds(low: low, high: high)
        let (width, loops) = (shape.width, machine.rowLoops)
        let found = Guarded([ReachedValues?](repeating: nil, count: jobs))
        withPlanes { planes in
            input.withRows { source in
                machine.split(0..<jobs, grain: 1) { own in
                    for job in own {
                        let (plane, piece) = job.quotientAndRemainder(dividingBy: pieces)
                        let first = rows.lowerBound + rows.count * piece / pieces
                        let some = first..<rows.lowerBound + rows.count * (piece + 1) / pieces
                        let (reached, strong) = planes[plane]
                        for y in some {
                            let row = source.row(y, plane: plane)
                            loops.reaching(told?.low ?? .leastNonzeroMagnitude, row, width, into: reached.row(y))
                            if let told { loops.reaching(told.high, row, width, into: strong.row(y)) }
                        }
                        guard told == nil else { continue }
                        let values = ReachedValues(some, of: source, plane: plane, reached)
                        found.withLock { $0[job] = values }
                    }
                }
            }
        }
        for (job, piece) in found.withLock({ $0 }).enumerated() {
            if let piece { values[job / pieces].append(piece) }
        }
    }

    /// All rows were seen: what is not kept is forgotten.
    mutating func settle(on machine: Machine) {
        for plane in values.indices {
            let thresholds = high == 0 ? found(in: values[plane], on: machine) : nil
            let pieces = values[plane]
            withPlanes { planes in
                let (reached, strong) = planes[plane]
                if let thresholds {
                    machine.split(0..<pieces.count, grain: 1) { own in
                        for piece in own {
                            pieces[piece].mark(
                                reached, thresholds.low, strong, thresholds.high, machine.rowLoops)
                        }
                    }
                }
                StrongRegions(reached: reached, strong: strong).mark(on: machine)
            }
            values[plane] = []
        }
        strong = []
    }

    private func found(in pieces: [ReachedValues], on machine: Machine) -> Thresholds {
        let edges = PositiveValues(pieces: pieces.map(\.values), above: PlanOptions.roundingOfLevels)
        // Else nothing stands out.
        guard let quiet = edges.value(at: EdgeMap.quietShare, on: machine) else {
            return Thresholds(low: .infinity, high: .infinity)
        }
        // A low threshold that was told is kept.
        let high = max(quiet, low)
        return Thresholds(low: low == 0 ? high * EdgeMap.lowShare : low, high: high)
    }

    /// Rows of a settled map: 1 for what is kept.
    func write(_ rows: Range<Int>, into output: inout Planes, on machine: Machine) {
        let (shape, size) = (shape, shape.size)
        reached.withUnsafeBufferPointer { bits in
            guard let base = bits.baseAddress else { return }
            // Nothing is written to it.
            let all = BitPlane(base: UnsafeMutablePointer(mutating: base), size: size)
            output.withMutableRows { target in
                machine.split(rows, grain: max(1, SampleRun.length / max(1, shape.width))) { piece in
                    for plane in 0..<shape.count * shape.channels {
                        let own = all.plane(plane)
                        for y in piece { own.write(y, into: target.row(y, plane: plane)) }
                    }
                }
            }
        }
    }

    private mutating func withPlanes(_ body: ([(reached: BitPlane, strong: BitPlane)]) -> Void) {
        let (size, count) = (shape.size, values.count)
        reached.withUnsafeMutableBufferPointer { reached in
            strong.withUnsafeMutableBufferPointer { strong in
                guard let reached = reached.baseAddress, let strong = strong.baseAddress else { return }
                let (one, other) = (BitPlane(base: reached, size: size), BitPlane(base: strong, size: size))
                body((0..<count).map { (one.plane($0), other.plane($0)) })
            }
        }
    }
}

/// A bit for each pixel of a plane; each row begins with a word of its own.
struct BitPlane: @unchecked Sendable {
    let base: UnsafeMutablePointer<UInt64>
    let size: Size

    static func words(of size: Size) -> Int { (size.width + 63) / 64 * size.height }

    func plane(_ index: Int) -> BitPlane { BitPlane(base: base + index * BitPlane.words(of: size), size: size) }

    func row(_ y: Int) -> BitRow { base + y * ((size.width + 63) / 64) }

    func write(_ y: Int, into out: UnsafeMutablePointer<Float>) {
        let row = row(y)
        for first in stride(from: 0, to: size.width, by: 64) {
            let (bits, count) = (row[first / 64], min(64, size.width - first))
            if bits == 0 || bits == .max {
                (out + first).update(repeating: bits == 0 ? 0 : 1, count: count)
            } else {
                for x in 0..<count { out[first + x] = Float((bits >> UInt64(x)) & 1) }
            }
        }
    }
}

typealias BitRow = UnsafeMutablePointer<UInt64>

/// The values of those pixels of some rows whose bits are set, in their order.
struct ReachedValues: Sendable {
    private let rows: Range<Int>
    let values: [Float]

    init(_ rows: Range<Int>, of source: ReadableRows, plane: Int, _ reached: BitPlane) {
        self.rows = rows
        let words = (reached.size.width + 63) / 64
        let all = rows.isEmpty ? 0 : words * rows.count
        let count = (0..<all).reduce(0) { $0 + reached.row(rows.lowerBound)[$1].nonzeroBitCount }
        values = [Float](unsafeUninitializedCapacity: count) { room, filled in
            guard var next = room.baseAddress else { return }
            for y in rows {
                let (row, flags) = (source.row(y, plane: plane), reached.row(y))
                for word in 0..<words {
                    var bits = flags[word]
                    if bits == .max {
                        next.initialize(from: row + 64 * word, count: 64)
                        next += 64
                        continue
                    }
                    while bits != 0 {
                        next.initialize(to: row[64 * word + bits.trailingZeroBitCount])
                        next += 1
                        bits &= bits &- 1
                    }
                }
            }
            filled = count
        }
    }

    /// Which of them reach the one threshold, and which the other.
    func mark(
        _ reached: BitPlane, _ low: Float, _ strong: BitPlane, _ high: Float, _ loops: RowLoops
    ) {
        let words = (reached.size.width + 63) / 64
        values.withUnsafeBufferPointer { values in
            guard var next = values.baseAddress else { return }
            for y in rows {
                let (weakRow, strongRow) = (reached.row(y), strong.row(y))
                for word in 0..<words {
                    var bits = weakRow[word]
                    if bits == .max {
                        loops.reaching(low, next, 64, into: weakRow + word)
                        loops.reaching(high, next, 64, into: strongRow + word)
                        next += 64
                        continue
                    }
                    var (weak, strong): (UInt64, UInt64) = (0, 0)
                    while bits != 0 {
                        let bit = bits & (0 &- bits)
                        weak |= next[0] >= low ? bit : 0
                        strong |= next[0] >= high ? bit : 0
                        next += 1
                        bits &= bits &- 1
                    }
                    (weakRow[word], strongRow[word]) = (weak, strong)
                }
            }
        }
    }
}
