import CLanes
import Pixels

extension Extent {
    /// Outputs along an axis of a transposed convolution: (n − 1)·s − p + d(k − 1) + 1 + extra, or nil where nothing is
    /// left. It is the size whose convolution would give `input` outputs again.
    ///
    ///     Extent.transposed(input: 7, padding: 2, kernel: 4, dilation: 1, stride: 2, extra: 0)   // 14
    public static func transposed(
        input: Int, padding: Int, kernel: Int, dilation: Int, stride: Int, extra: Int
    ) -> Int? {
        let output = (input - 1) * stride - padding + span(of: kernel, dilation: dilation) + extra
        return output > 0 ? output : nil
    }
}

/// A transposed convolution: each sample that comes in adds the kernel, times itself, to the outputs around it. It is
/// the way back through a convolution from its outputs to its inputs, and that convolution is its own way back.
public struct TransposedLayer: Sendable {
    public let input: Shape
    public let output: Shape
    /// The convolution from `output` to `input`.
    public let opposite: LayerConvolution

    /// - Parameter extra: rows and columns added at the bottom and right, fewer than the stride.
    /// - Throws: a `GeometryError` where the padding leaves nothing or the groups do not divide the channels.
    public init(
        window: Window, groups: Int = 1, extra: PerAxis<Int> = PerAxis(0), input: Shape, outputs: Int
    ) throws(GeometryError) {
        let size = Size(
            width: try TransposedLayer.output(.width, window, extra: extra, input: input),
            height: try TransposedLayer.output(.height, window, extra: extra, input: input))
        output = Shape(count: input.count, channels: outputs, size: size)
        self.input = input
        opposite = try LayerConvolution(window: window, groups: groups, input: output, outputs: input.channels)
        precondition(
            opposite.output == input, "the convolution of \(output) gives \(opposite.output) where \(input) is wanted")
    }

    private static func output(
        _ name: Axis.Name, _ window: Window, extra: PerAxis<Int>, input: Shape
    ) throws(GeometryError) -> Int {
        let isWidth = name == .width
        let (kernel, count) = isWidth ? (window.size.width, input.width) : (window.size.height, input.height)
        let (stride, dilation) = isWidth ? (window.stride.x, window.dilation.x) : (window.stride.y, window.dilation.y)
        let reach = dilation * (kernel - 1)
        let padding =
            switch window.padding {
            case .valid: 0
            case .same, .sameLower: reach
            case .full: 2 * reach
            case .sides(let top, let right, let bottom, let left): isWidth ? left + right : top + bottom
            }
        guard
            let output = Extent.transposed(
                input: count, padding: padding, kernel: kernel, dilation: dilation, stride: stride,
                extra: isWidth ? extra.x : extra.y)
        else {
            throw .nothingIsLeft(
                axis: name, input: count, padding: padding, kernel: kernel, dilation: dilation, stride: stride)
        }
        return output
    }

    /// i·o·h·w: for each channel that comes in those of its group that go out.
    public var weights: Shape { opposite.weights }

    /// Multiply-adds for the whole batch.
    public var operations: Double { Double(input.sampleCount ?? 0) * Double(opposite.tapCount) }

    /// The input rows that add to the output rows `rows`.
    public func rowsNeeded(for rows: Range<Int>) -> Range<Int> {
        guard !rows.isEmpty else { return 0..<0 }
        let axis = opposite.geometry.y
        let first = max(0, rows.lowerBound + axis.before - axis.dilation * (axis.kernel - 1) + axis.stride - 1)
        let last = max(-1, rows.upperBound - 1 + axis.before)
        let low = min(first / axis.stride, input.height - 1)
        return low..<max(low + 1, min(last / axis.stride + 1, input.height))
    }

    /// Computes the output rows `rows`, which `output` has room for, from an input that holds `rowsNeeded(for: rows)`.
    public func run(
        _ input: Planes, weights: Planes, bias: Planes?, rows: Range<Int>, into output: inout Planes,
        on machine: Machine
    ) {
        opposite.collect(input, weights: weights, start: bias, rows: rows, into: &output, on: machine)
    }

    /// The gradient by the input from that by the output.
    public func inputGradient(
        of outputGradient: Planes, weights: Planes, into gradient: inout Planes, on machine: Machine
    ) {
        opposite.run(
            outputGradient, weights: weights, bias: nil, rows: 0..<input.height, into: &gradient, on: machine)
    }

    public func parameterGradients(
        of outputGradient: Planes, at input: Planes, weights: inout Planes, bias: inout Planes?, on machine: Machine
    ) {
        var none: Planes?
        opposite.parameterGradients(of: input, at: outputGradient, weights: &weights, bias: &none, on: machine)
        if bias != nil { addUp(outputGradient, machine.lanes) { bias?.samples[$0] = $1 } }
    }

    // sum (o) = Σ over n,p of gradient (n,o,p): the products with ones
    private func addUp(_ gradient: Planes, _ lanes: Lanes, _ receive: (_ channel: Int, _ sum: Float) -> Void) {
        let (area, channels) = (output.width * output.height, output.channels)
        Scratch.shared.withRoom(floats: area + channels, offsets: channels) { room in
            let sums = room.floats + area
            room.floats.update(repeating: 1, count: area)
            sums.update(repeating: 0, count: channels)
            for o in 0..<channels { room.offsets[o] = o * area }
            gradient.withRows { source in
                for n in 0..<output.count {
                    var work = kern_layer_dots(
                        left: room.floats, left_picture: 0, left_step: 0, right: source.row(0, plane: n * channels),
                        right_picture: 0, offsets: room.offsets, rows: 1, taps: channels, count: area, lines: 1,
                        left_pitch: 0,
                        right_pitch: 0, pictures: 1,
                        out: sums, step: channels)
                    lanes.loops.pointee.layer_dots(&work)
                }
            }
            for o in 0..<channels { receive(o, sums[o]) }
        }
    }
}
