import Pixels

/// How a convolution is computed. All give the reference's result to float rounding.
public enum Method: String, Hashable, Sendable, CaseIterable {
    /// Six readable loops: the contract.
    case reference
    /// Each tap that is not zero, for whole rows at a time.
    case direct
    /// The kernel as a sum of few columns times rows.
    case separable
    /// Fourier transforms of tiles.
    case transform
    /// Of weights that are all one number: sums that all windows share.
    case sums
}

/// A convolution planned for pictures of one shape: everything decided, nothing computed yet.
///
///     let blur = try Convolution(Bank(gaussian, channels: 3), window: Window(size: gaussian.size),
///                                border: .edge, input: Shape(channels: 3, height: 480, width: 640))
///     blur.output   // 640x480x3
///     blur.method   // separable
///     let soft = blur.applied(to: picture)
public struct Convolution: Sendable {
    public let bank: Bank
    public let geometry: Geometry
    public let border: Border
    public let input: Shape
    public let output: Shape
    public let method: Method
    /// Whether sums are kept in double and rounded once, for samples finer than 8 bits.
    public let isExact: Bool
    /// What each method would cost in multiply-adds an output sample, by estimate; missing where it cannot be used.
    public let costs: [Method: Double]

    let factors: Factors?
    let separable: SeparablePlan?
    let sums: SumsPlan?
    /// How the rows of the picture are padded for whole windows.
    let padding: RowPadding?
    let transform: TilePlan?
    let renormaliser: Renormaliser?

    /// - Parameters:
    ///   - method: nil lets the cheapest be taken.
    ///   - isExact: keep sums in double, at two to four times the cost.
    ///   - tolerance: what part of the error that is allowed otherwise may be made, where it grows later.
    /// - Throws: a `GeometryError` where the window, the border or the method do not go with the picture.
    public init(
        _ bank: Bank, window: Window, border: Border = .edge, input: Shape, method asked: Method? = nil,
        isExact: Bool = false, tolerance: Double = 1
    ) throws(GeometryError) {
        precondition(bank.size == window.size, "a \(bank.size) kernel in a \(window.size) window")
        guard input.channels == bank.inputs else {
            throw .channels(expected: bank.inputs, found: input.channels)
        }
        self.bank = bank
        self.border = border
        self.isExact = isExact
        self.input = input
        var window = window
        if window.anchor == nil { window.anchor = bank.kernels[0].anchor }
        geometry = try Geometry(window, input: input.size)
        output = Shape(count: input.count, channels: bank.outputs, size: geometry.output)
        if border == .keep, output != input { throw .keepNeedsSameSize(input: input, output: output) }
        renormaliser = border == .renorm ? try Renormaliser(bank) : nil

        let costs = MethodCosts(
            bank: bank, geometry: geometry, border: border, isExact: isExact, tolerance: tolerance)
        method = try costs.choice(asked)
        self.costs = costs.estimates
        factors = method == .separable ? costs.factors : nil
        separable = factors.map { [geometry] in
            SeparablePlan($0, geometry: geometry, border: border, isExact: isExact)
        }
        sums = method == .sums ? SumsPlan(bank, geometry, border: border) : nil
        padding = method == .direct ? RowPadding(geometry.x, border: border, outside: border.outside) : nil
        if method == .transform, let tiles = costs.tiles {
            transform = TilePlan(tiles, bank: bank, geometry: geometry)
        } else {
            transform = nil
        }
    }

    /// Products of a row and a column that the kernel is computed as; nil unless the method is separable.
    public var rank: Int? { factors?.rank }

    /// Whether it goes by transforms that are in float, and so within half a hundredth of an 8-bit level of the exact sum.
    public var isFastTransform: Bool { transform.map { !$0.tile.isExact } ?? false }

    /// Whether the kernel has been transformed: not before a row is asked for.
    package var hasTransformed: Bool { transform?.filter.isMade ?? false }

    /// The input rows that the output rows `rows` are computed from.
    public func rowsNeeded(for rows: Range<Int>) -> Range<Int> {
        guard let transform else { return geometry.y.sources(of: rows, border: border) }
        return geometry.y.sources(of: transform.wholeTiles(rows), border: border)
    }

    /// Rows are cheapest when asked for in multiples of this.
    public var rowGrain: Int { transform?.rowsPerTile ?? 1 }

    /// So many rows take as long as the start of a band does.
    public var startRows: Double { method == .sums ? Double(geometry.y.kernel - 1) : 0 }

    /// Multiply-adds for the whole output, as the size formula counts them: zero taps included.
    public var operations: Double {
        Double(output.count * output.channels) * Double(output.height) * Double(output.width)
            * Double(bank.inputsPerGroup) * Double(bank.size.width * bank.size.height)
    }

    public func applied(to input: Planes, on machine: Machine = Machine()) -> Planes {
        var result = Planes(shape: output)
        run(input, rows: 0..<output.height, into: &result, on: machine)
        return result
    }

    /// Computes the output rows `rows`, which `output` has room for, from an input that holds `rowsNeeded(for: rows)`.
    package func run(_ input: Planes, rows: Range<Int>, into output: inout Planes, on machine: Machine) {
        guard !rows.isEmpty, self.output.width > 0 else { return }
        input.withRows { source in
            output.withMutableRows { target in
                switch method {
                case .reference:
                    machine.split(rows, grain: 1) { Reference.convolve(source, plan: self, rows: $0, into: target) }
                case .direct:
                    runDirect(source, rows: rows, into: target, on: machine)
                case .separable:
                    runSeparable(source, rows: rows, into: target, on: machine)
                case .transform:
                    runTransform(source, rows: rows, into: target, on: machine)
                case .sums:
                    runSums(source, rows: rows, into: target, on: machine)
                }
                if method != .reference { finishBorder(source, rows: rows, into: target) }
            }
        }
    }
}
