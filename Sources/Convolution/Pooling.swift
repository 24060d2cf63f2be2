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

    /// Whether every sample is k / 255 for a whole k in 0…255: 8-bit levels can be counted.
    public let samplesAreLevels: Bool

    /// How ranks and extremes are found; sums are `ones` or groups.
    enum OrderMethod: Sendable {
        case groups
        case extremes
        case network(WindowNetwork)
        case levels
        case search
        case places
        case selection
    }

    let order: OrderMethod
    /// Taps that are not holes.
    let taps: [PerAxis<Int>]
    let isWhole: Bool
    /// Sums and averages are convolutions with ones.
    let ones: Convolution?

    public init(
        _ reducer: Reducer, window: Window, holes: Set<Int> = [], border: Border? = nil, countsPadding: Bool = false,
        input: Shape, method: Method? = nil, isExact: Bool = false, samplesAreLevels: Bool = false
    ) throws(GeometryError) {
        precondition(border != .renorm, "pooling has no weights to renormalise")
        self.reducer = reducer
        self.border = border
        self.countsPadding = countsPadding
        self.input = input
        self.samplesAreLevels = samplesAreLevels
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
        order = Pooling.order(
            reducer, geometry, border: border, isWhole: holes.isEmpty, isExact: isExact, areLevels: samplesAreLevels)
        switch (reducer, order) {
        case (.maximum, _), (.minimum, _), (.rank, _), (_, .groups):
            ones = nil
        default:
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
        }
    }

    private static func order(
        _ reducer: Reducer, _ geometry: Geometry, border: Border?, isWhole: Bool, isExact: Bool, areLevels: Bool
    ) -> OrderMethod {
        if areGroups(geometry, reducer, isWhole: isWhole, isExact: isExact) { return .groups }
        guard case .rank(let fraction) = reducer else { return .extremes }
        if !isWhole { return fitsSearch(geometry, isWhole: false) ? .search : .selection }
        if fraction == 0 || fraction == 1 { return .extremes }
        // Levels are searched as they are; other samples have to be put into order first.
        let isSearched =
            areLevels && geometry.x.kernel * geometry.y.kernel > 9
            && fitsSearch(geometry, isWhole: true, areLevels: true)
        if let network = WindowNetwork(geometry, fraction: fraction),
            !isSearched || WindowNetwork.isInRegisters(geometry, reducer)
        {
            return .network(network)
        }
        if areLevels, !isSearched, fitsLevels(geometry, border: border) { return .levels }
        if fitsSearch(geometry, isWhole: true) { return .search }
        return fitsPlaces(geometry) ? .places : .selection
    }

    /// So many rows of the result take as long as the start of a tile does: all rows of the first windows are counted, or sorted.
    public var startRows: Double {
        if let ones { return ones.startRows }
        switch order {
        case .search: return Double(geometry.y.kernel)
        case .levels, .places: return Double(geometry.y.kernel) / 5
        case .extremes: return isWhole ? Double(geometry.y.kernel - 1) : 0
        case .groups, .network, .selection: return 0
        }
    }

    /// Whether each sample of the result is one that came in: no means are taken, and the border adds no others.
    public var picksSamples: Bool {
        if case .constant(let value) = border, value != 0, value != 1 { return false }
        switch reducer {
        case .maximum, .minimum: return true
        case .rank(let fraction): return fraction != 0.5 || (taps.count % 2 == 1 && (border != nil || !leaves))
        case .sum, .average, .l2: return false
        }
    }

    public func rowsNeeded(for rows: Range<Int>) -> Range<Int> {
        ones?.rowsNeeded(for: rows) ?? geometry.y.sources(of: rows, border: border ?? .zero)
    }

    public var rowGrain: Int { ones?.rowGrain ?? 1 }

    /// What one thread works in, in bytes.
    public var scratchBytes: Int {
        if let ones { return ones.scratchBytes }
        switch order {
        case .groups: return 8 * geometry.y.kernel
        case .extremes: return extremeScratchBytes + 12 * taps.count
        case .network: return 4 * (geometry.y.kernel + 3) * input.width + 12 * taps.count
        case .levels: return levelScratchBytes
        case .search: return searchScratchBytes
        case .places: return placesScratchBytes
        case .selection: return 4 * taps.count
        }
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
            finishSums(rows, of: &output, on: machine)
            keepRim(of: input, rows: rows, in: &output)
            return
        }
        input.withRows { source in
            output.withMutableRows { target in
                if isReference {
                    machine.split(rows, grain: 1) { Reference.pool(source, plan: self, rows: $0, into: target) }
                    return
                }
                switch order {
                case .groups: runGroups(source, rows: rows, into: target, on: machine)
                case .extremes:
                    runExtreme(
                        source, rows: rows, into: target, on: machine,
                        largest: reducer == .maximum || reducer == .rank(1))
                case .network(let network):
                    runNetwork(network, source, rows: rows, into: target, on: machine)
                case .levels: runLevels(source, rows: rows, into: target, on: machine)
                case .search: runSearch(source, rows: rows, into: target, on: machine)
                case .places: runPlaces(source, rows: rows, into: target, on: machine)
                case .selection: runSelection(source, rows: rows, into: target, on: machine)
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
}
