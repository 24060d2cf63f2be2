import Pixels

/// A large smooth kernel computed on a coarse grid, in three stages that each flow in bands: onto the grid, the kernel
/// there, and back. The cost of a sample does not grow with the kernel, and neither does the memory.
///
///     gaussian 50: from a 401x401 window to 57x57 on every 8th row and column, off by at most 0.008 of an 8-bit level
public struct GridConvolution: Sendable {
    /// The splines that take the picture onto the grid; the border is dealt with here.
    public let down: Convolution
    /// The kernel on the grid.
    public let middle: Convolution
    public let up: GridUpsampling
    /// Pixels from one grid point to the next.
    public let spacing: PerAxis<Int>
    /// The most that a result can be off where the picture's samples lie in 0…1.
    public let error: Double

    /// A hundredth of an 8-bit level, less what float rounding may add.
    static let allowed = 0.009 / 255
    /// Smaller kernels gain nothing.
    static let smallest = 64

    /// nil where the kernel is not a smooth column times a smooth row, or the window goes in steps.
    ///
    /// - Parameter tolerance: what part of the allowed error may be made, where it grows later.
    public init?(_ kernel: Kernel, window: Window, border: Border, input: Shape, tolerance: Double = 1) {
        let size = kernel.size
        guard size.width >= GridConvolution.smallest, size.height >= GridConvolution.smallest,
            window.stride == PerAxis(1), window.dilation == PerAxis(1), border != .keep, border != .renorm,
            border != .wrap
        else { return nil }
        var window = window
        if window.anchor == nil { window.anchor = kernel.anchor }
        guard let geometry = try? Geometry(window, input: input.size),
            let factors = kernel.factors(most: 1), let term = factors.terms.first
        else { return nil }
        // The sums of the two factors are what an error of the other is multiplied with.
        let (column, row) = GridConvolution.balanced(term.column, term.row)
        let allowed = tolerance * GridConvolution.allowed
        guard let y = SplineGrid(column, error: allowed / 2), let x = SplineGrid(row, error: allowed / 2)
        else { return nil }
        let (across, along) = (GridAxis(x, geometry.x), GridAxis(y, geometry.y))
        spacing = PerAxis(x: x.spacing, y: y.spacing)
        error = x.error + y.error
        let plans = try? GridConvolution.stages(across, along, border: border, input: input)
        guard let (down, middle) = plans else { return nil }
        self.down = down
        self.middle = middle
        up = GridUpsampling(
            input: middle.output, output: Shape(count: input.count, channels: input.channels, size: geometry.output),
            spacing: spacing)
    }

    private static func stages(
        _ x: GridAxis, _ y: GridAxis, border: Border, input: Shape
    ) throws -> (down: Convolution, middle: Convolution) {
        let splines = try Kernel(column: y.splines, row: x.splines)
        let down = try Convolution(
            Bank(splines, channels: input.channels),
            window: Window(
                size: splines.size, stride: PerAxis(x: x.grid.spacing, y: y.grid.spacing),
                padding: .sides(top: y.before, right: x.after, bottom: y.after, left: x.before)),
            border: border, input: input, method: .separable)
        let weights = try Kernel(
            column: y.grid.weights.map { $0 * Double(y.grid.spacing) },
            row: x.grid.weights.map { $0 * Double(x.grid.spacing) })
        let middle = try Convolution(
            Bank(weights, channels: input.channels), window: Window(size: weights.size, padding: .valid),
            border: border, input: down.output, method: .separable)
        return (down, middle)
    }

    /// Scales the factors so that neither sums to more than the kernel's magnitude asks for: their magnitudes are equal.
    private static func balanced(_ column: [Double], _ row: [Double]) -> (column: [Double], row: [Double]) {
        func magnitude(_ values: [Double]) -> Double { values.reduce(0) { $0 + abs($1) } }
        let product = (magnitude(column) * magnitude(row)).squareRoot()
        return (
            column.map { $0 * product / magnitude(column) }, row.map { $0 * product / magnitude(row) }
        )
    }
}

/// One axis of the way onto the grid.
private struct GridAxis {
    let grid: SplineGrid
    /// Padding of the picture, so that every grid point that is asked for has its pixels.
    let before: Int
    let after: Int
    let splines: [Double]

    init(_ grid: SplineGrid, _ axis: Axis) {
        self.grid = grid
        let d = grid.spacing
        splines = (1..<4 * d).map { SplineGrid.spline(Double($0 - 2 * d) / Double(d)) / Double(d) }
        before = axis.before + d * (3 - grid.firstTap) - 1
        let points = GridUpsampling.points(for: axis.output, spacing: d) + grid.weights.count - 1
        after = (points - 1) * d + splines.count - axis.input - before
    }
}

extension Kernel {
    /// A column times a row.
    init(column: [Double], row: [Double]) throws(KernelError) {
        try self.init(
            size: Size(width: row.count, height: column.count), weights: column.flatMap { y in row.map { y * $0 } })
    }
}
