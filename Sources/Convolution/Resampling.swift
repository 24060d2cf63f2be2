import Pixels

/// Pictures brought to another size, and their channels to others, for pictures of one shape: rows first, then columns.
public struct Resampling: Sendable {
    /// What one channel is made of.
    public struct Term: Hashable, Sendable {
        public var channel: Int
        public var weight: Double

        public init(channel: Int, weight: Double) {
            self.channel = channel
            self.weight = weight
        }
    }

    public let x: ResampledAxis
    public let y: ResampledAxis
    public let input: Shape
    public let output: Shape
    let channels: [[Term]]
    let isExact: Bool

    /// - Parameter channels: what each channel of the result is the sum of; nil leaves channels as they are.
    public init(x: ResampledAxis, y: ResampledAxis, channels: [[Term]]? = nil, input: Shape, isExact: Bool = false) {
        precondition(
            x.input == input.width && y.input == input.height, "axes for \(x.input)x\(y.input) on a picture of \(input)"
        )
        self.x = x
        self.y = y
        self.channels = channels ?? (0..<input.channels).map { [Term(channel: $0, weight: 1)] }
        self.input = input
        self.isExact = isExact
        output = Shape(count: input.count, channels: self.channels.count, height: y.output, width: x.output)
    }

    /// Whether every sample that comes out is one that came in, or 0.
    public var picksSamples: Bool {
        x.picks && y.picks && channels.allSatisfy { $0.count == 1 && $0[0].weight == 1 }
    }

    public var scratchBytes: Int { 4 * input.width }

    public func rowsNeeded(for rows: Range<Int>) -> Range<Int> { rows.isEmpty ? 0..<0 : y.sources(of: rows) }

    /// Whether what comes out is what came in.
    private var isIdentity: Bool {
        x.isIdentity && y.isIdentity && output == input
            && channels.enumerated().allSatisfy { $1.count == 1 && $1[0].channel == $0 && $1[0].weight == 1 }
    }

    private func copy(_ input: Planes, rows: Range<Int>, into output: inout Planes, on machine: Machine) {
        let (planes, width) = (self.input.count * self.input.channels, self.input.width)
        input.withRows { source in
            output.withMutableRows { target in
                let isSolid = source.rowStride == width && target.rowStride == width
                machine.split(0..<planes, grain: max(1, 65_536 / max(1, width * rows.count))) { planes in
                    for plane in planes {
                        if isSolid, let first = rows.first {
                            target.row(first, plane: plane).update(
                                from: source.row(first, plane: plane), count: rows.count * width)
                        } else {
                            for y in rows {
                                target.row(y, plane: plane).update(from: source.row(y, plane: plane), count: width)
                            }
                        }
                    }
                }
            }
        }
    }

    /// Computes the output rows `rows`, which `output` has room for, from an input that holds `rowsNeeded(for: rows)`.
    package func run(_ input: Planes, rows: Range<Int>, into output: inout Planes, on machine: Machine) {
        if isIdentity { return copy(input, rows: rows, into: &output, on: machine) }
        let loops = machine.rowLoops
        input.withRows { source in
            output.withMutableRows { target in
                machine.split(rows, grain: max(1, 8192 / max(1, x.output))) { piece in
                    let line = UnsafeMutablePointer<Float>.allocate(capacity: max(1, self.input.width))
                    defer { line.deallocate() }
                    var pointers: [UnsafePointer<Float>?] = []
                    var weights: [Double] = []
                    for plane in 0..<self.output.count * channels.count {
                        let (n, o) = plane.quotientAndRemainder(dividingBy: channels.count)
                        for y in piece {
                            let out = target.row(y, plane: plane)
                            let taps = self.y.taps(y)
                            pointers.removeAll(keepingCapacity: true)
                            weights.removeAll(keepingCapacity: true)
                            for term in channels[o] {
                                for (index, weight) in taps.weights.enumerated() {
                                    pointers.append(
                                        source.row(taps.first + index, plane: n * self.input.channels + term.channel))
                                    weights.append(weight * term.weight)
                                }
                            }
                            if weights == [1], let row = pointers[0] {
                                x.run(row, into: out, loops)
                            } else if weights.isEmpty {
                                out.update(repeating: 0, count: x.output)
                            } else {
                                let result = x.isIdentity ? out : line
                                RowWeights(weights, isExact: isExact)
                                    .sum(pointers, into: result, count: self.input.width, machine.lanes)
                                if !x.isIdentity { x.run(line, into: out, loops) }
                            }
                        }
                    }
                }
            }
        }
    }

    /// The chain rule for `run` on all rows: overwrites `inputGradient`.
    package func passBack(_ outputGradient: Planes, into inputGradient: inout Planes, on machine: Machine) {
        let loops = machine.rowLoops
        let area = input.height * input.width
        outputGradient.withRows { gradient in
            inputGradient.withMutableRows { target in
                // Channels may be made of the same ones, so a picture has one owner.
                machine.split(0..<input.count, grain: max(1, 16_384 / max(1, input.channels * area))) { pictures in
                    let line = UnsafeMutablePointer<Float>.allocate(capacity: max(1, input.width))
                    defer { line.deallocate() }
                    for n in pictures {
                        for c in 0..<input.channels where area > 0 {
                            target.row(0, plane: n * input.channels + c).update(repeating: 0, count: area)
                        }
                        for (o, terms) in channels.enumerated() {
                            for y in 0..<output.height {
                                let taps = self.y.taps(y)
                                if taps.weights.isEmpty { continue }
                                let row = gradient.row(y, plane: n * channels.count + o)
                                if !x.isIdentity { x.passBack(row, into: line) }
                                for term in terms {
                                    for (index, weight) in taps.weights.enumerated() {
                                        loops.add(
                                            x.isIdentity ? row : UnsafePointer(line),
                                            times: Float(weight * term.weight),
                                            to: target.row(
                                                taps.first + index, plane: n * input.channels + term.channel),
                                            input.width)
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
