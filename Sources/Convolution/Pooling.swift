import Pixels

/// What becomes of the samples under a window.
public enum Reducer: Hashable, Sendable {
    case maximum
    case minimum
    case sum
    case average
    /// The root of the sum of squares.
    case l2
    /// The sample that `fraction` of the others are below: 0 is the smallest, 0.5 the median, 1 the largest.
    /// Between two samples the lower one is taken, except that the median of an even number is their mean.
    case rank(Double)
}

/// Pooling planned for pictures of one shape: the window of a convolution with another reducer, channel by channel.
///
/// Without a border the pixels outside take no part: a maximum ignores them, an average counts only what it saw.
public struct Pooling: Sendable {
    public let reducer: Reducer
    public let geometry: Geometry
    public let border: Border?
    /// Averages divide by the whole window, padding included.
    public let countsPadding: Bool
    public let input: Shape
    public let output: Shape
    /// The readable loops instead of the fast ones.
    public let isReference: Bool

    /// Taps that are not holes.
    let taps: [PerAxis<Int>]
    let isWhole: Bool
    /// Sums and averages are convolutions with ones.
    let ones: Convolution?

    public init(
        _ reducer: Reducer, window: Window, holes: Set<Int> = [], border: Border? = nil, countsPadding: Bool = false,
        input: Shape, method: Method? = nil, isExact: Bool = false
    ) throws(GeometryError) {
        precondition(border != .renorm, "pooling has no weights to renormalise")
        self.reducer = reducer
        self.border = border
        self.countsPadding = countsPadding
        self.input = input
        isReference = method == .reference
        geometry = try Geometry(window, input: input.size)
        output = Shape(count: input.count, channels: input.channels, size: geometry.output)
        if border == .keep, output != input { throw .keepNeedsSameSize(input: input, output: output) }
        if border == nil, !(countsPadding && reducer == .average) {
            for (name, axis) in [(Axis.Name.width, geometry.x), (.height, geometry.y)] {
                if let blind = (0..<axis.output).first(where: { axis.inside($0).isEmpty }) {
                    throw .windowSeesNothing(axis: name, output: blind)
                }
            }
        }
        let width = window.size.width
        taps = (0..<width * window.size.height).filter { !holes.contains($0) }
            .map { PerAxis(x: $0 % width, y: $0 / width) }
        isWhole = holes.isEmpty
        switch reducer {
        case .sum, .average, .l2:
            let weights = (0..<width * window.size.height).map { holes.contains($0) ? 0.0 : 1.0 }
            guard let kernel = try? Kernel(size: window.size, weights: weights) else {
                preconditionFailure("a window of \(window.size) is a kernel of ones")
            }
            // What `keep` puts back, it puts back when the averages are divided.
            var outside = border == .keep ? .edge : border ?? .zero
            // Squares are summed, so what the border adds is squared too.
            if reducer == .l2, case .constant(let value) = outside { outside = .constant(value * value) }
            ones = try Convolution(
                Bank(kernel, channels: input.channels), window: window, border: outside, input: input,
                isExact: isExact)
        case .maximum, .minimum, .rank:
            ones = nil
        }
    }

    public func rowsNeeded(for rows: Range<Int>) -> Range<Int> {
        ones?.rowsNeeded(for: rows) ?? geometry.y.sources(of: rows, border: border ?? .zero)
    }

    public var rowGrain: Int { ones?.rowGrain ?? 1 }

    /// What one thread works in, in bytes.
    public var scratchBytes: Int {
        if let ones { return ones.scratchBytes }
        let rows = geometry.y.rowsLookedAt(by: 32)
        return 4 * (rows * (geometry.x.paddedLength + geometry.x.stride) + geometry.y.kernel * geometry.x.output)
            + 12 * taps.count
    }

    public func applied(to input: Planes, on machine: Machine = Machine()) -> Planes {
        var result = Planes(shape: output)
        run(input, rows: 0..<output.height, into: &result, on: machine)
        return result
    }

    /// Computes the output rows `rows`, which `output` has room for, from an input that holds `rowsNeeded(for: rows)`.
    package func run(_ input: Planes, rows: Range<Int>, into output: inout Planes, on machine: Machine) {
        guard !rows.isEmpty, self.output.width > 0 else { return }
        if let ones, !isReference {
            ones.run(reducer == .l2 ? input.mapping { $0 * $0 } : input, rows: rows, into: &output, on: machine)
            finishSums(rows, of: &output)
            keepRim(of: input, rows: rows, in: &output)
            return
        }
        input.withRows { source in
            output.withMutableRows { target in
                if isReference {
                    machine.split(rows, grain: 1) { Reference.pool(source, plan: self, rows: $0, into: target) }
                    return
                }
                switch reducer {
                case .maximum: runExtreme(source, rows: rows, into: target, on: machine, largest: true)
                case .minimum: runExtreme(source, rows: rows, into: target, on: machine, largest: false)
                default: runRank(source, rows: rows, into: target, on: machine)
                }
            }
        }
        keepRim(of: input, rows: rows, in: &output)
    }

    /// `border=keep`: where the window leaves the picture, the pixel stays as it was.
    private func keepRim(of input: Planes, rows: Range<Int>, in output: inout Planes) {
        guard border == .keep else { return }
        input.withRows { source in
            output.withMutableRows { target in
                for y in rows {
                    let leaves = geometry.y.inside(y).count < geometry.y.kernel
                    for x in 0..<self.output.width where leaves || geometry.x.inside(x).count < geometry.x.kernel {
                        for plane in 0..<self.input.count * self.input.channels {
                            target.row(y, plane: plane)[x] = source.row(y, plane: plane)[x]
                        }
                    }
                }
            }
        }
    }

    private func finishSums(_ rows: Range<Int>, of output: inout Planes) {
        guard reducer != .sum else { return }
        output.withMutableRows { target in
            for y in rows {
                let counts = reducer == .average ? self.counts(y) : []
                for plane in 0..<input.count * input.channels {
                    let row = target.row(y, plane: plane)
                    if reducer == .l2 {
                        for x in 0..<self.output.width { row[x] = max(row[x], 0).squareRoot() }
                    } else {
                        for x in 0..<self.output.width where counts[x] > 0 { row[x] /= counts[x] }
                    }
                }
            }
        }
    }

    /// What the averages of output row `y` are divided by.
    private func counts(_ y: Int) -> [Float] {
        if border != nil { return [Float](repeating: Float(taps.count), count: output.width) }
        let down = countsPadding ? geometry.y.padded(y) : geometry.y.inside(y)
        if isWhole {
            return (0..<output.width).map { x in
                Float((countsPadding ? geometry.x.padded(x) : geometry.x.inside(x)).count * down.count)
            }
        }
        return (0..<output.width).map { x in
            let across = countsPadding ? geometry.x.padded(x) : geometry.x.inside(x)
            return Float(taps.lazy.filter { across.contains($0.x) && down.contains($0.y) }.count)
        }
    }
}

extension Axis {
    /// The taps of output `o` that lie in the picture or its padding: ceil mode may reach beyond both.
    func padded(_ o: Int) -> Range<Int> {
        let end = (input + after - 1 - start(o)) / dilation + 1
        return 0..<max(0, min(kernel, end))
    }
}

extension Planes {
    /// The same rows, each sample mapped.
    func mapping(_ transform: (Float) -> Float) -> Planes {
        var result = self
        for index in result.samples.indices { result.samples[index] = transform(result.samples[index]) }
        return result
    }
}
