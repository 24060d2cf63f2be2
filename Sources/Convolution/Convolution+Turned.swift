import Pixels

extension Convolution {
    /// The chain rule for `applied(to:)` by the picture, for one kernel on each channel by itself: overwrites
    /// `inputGradient`. What passed a kernel on its way comes back through the kernel turned by 180°, on the engine's own
    /// methods, and a pixel that the border repeats collects what reaches its copies.
    package func passBack(_ outputGradient: Planes, into inputGradient: inout Planes, on machine: Machine) {
        precondition(bank.isShared, "one kernel for all channels passes back through that kernel")
        guard let turned = try? Kernel(size: bank.size, weights: bank.kernels[0].weights.reversed()) else {
            preconditionFailure("a kernel that is turned is a kernel")
        }
        let gradient = spacedOut(withFactors(outputGradient))
        let (x, y) = (geometry.x, geometry.y)
        let spans = (
            x: Extent.span(of: x.kernel, dilation: x.dilation), y: Extent.span(of: y.kernel, dilation: y.dilation)
        )
        // Straight into the picture where what falls outside is nobody's, else through a picture with its padding.
        let sides = (
            top: spans.y - 1 - y.before, right: x.input - gradient.shape.width + x.before,
            bottom: y.input - gradient.shape.height + y.before, left: spans.x - 1 - x.before
        )
        let isOpen =
            switch border {
            case .zero, .constant, .renorm, .keep: true
            case .edge, .symmetric, .reflect, .wrap: !x.leaves && !y.leaves
            }
        let isStraight = isOpen && min(sides.top, sides.right, sides.bottom, sides.left) >= 0
        let padding: Padding =
            isStraight
            ? .sides(top: sides.top, right: sides.right, bottom: sides.bottom, left: sides.left)
            : .sides(top: spans.y - 1, right: spans.x - 1, bottom: spans.y - 1, left: spans.x - 1)
        let window = Window(
            size: bank.size, dilation: PerAxis(x: x.dilation, y: y.dilation), padding: padding)
        guard
            let back = try? Convolution(
                Bank(turned, channels: bank.inputs), window: window, border: .zero, input: gradient.shape,
                method: method == .reference ? .reference : nil, isExact: isExact)
        else { preconditionFailure("the way back through \(bank.size) fits where the way there did") }
        if isStraight {
            back.run(gradient, rows: 0..<back.output.height, into: &inputGradient, on: machine)
        } else {
            fold(back.applied(to: gradient, on: machine), into: &inputGradient, on: machine)
        }
        if border == .keep { passRim(outputGradient, into: &inputGradient) }
    }

    /// The gradient with zeros between its samples, as many as a stride leaves out.
    private func spacedOut(_ gradient: Planes) -> Planes {
        let (across, down) = (geometry.x.stride, geometry.y.stride)
        guard across > 1 || down > 1 else { return gradient }
        var shape = output
        shape.height = (output.height - 1) * down + 1
        shape.width = (output.width - 1) * across + 1
        var result = Planes(shape: shape)
        gradient.withRows { source in
            result.withMutableRows { target in
                for plane in 0..<output.count * output.channels {
                    for y in 0..<output.height {
                        let (from, to) = (source.row(y, plane: plane), target.row(y * down, plane: plane))
                        for x in 0..<output.width { to[x * across] = from[x] }
                    }
                }
            }
        }
        return result
    }

    /// Adds every sample of a padded picture to the pixel it is a copy of.
    private func fold(_ padded: Planes, into gradient: inout Planes, on machine: Machine) {
        let (x, y) = (geometry.x, geometry.y)
        let columns = (0..<padded.shape.width).map { Int32(border.source(of: $0 - x.before, count: x.input) ?? -1) }
        let first = min(x.before, columns.count)
        let interior = first..<max(first, min(x.before + x.input, columns.count))
        padded.withRows { source in
            gradient.withMutableRows { target in
                machine.split(0..<input.count * input.channels, grain: max(1, 32_768 / (x.input * y.input))) { planes in
                    for plane in planes {
                        target.row(0, plane: plane).update(repeating: 0, count: x.input * y.input)
                        for position in 0..<padded.shape.height {
                            guard let sy = border.source(of: position - y.before, count: y.input) else { continue }
                            let (from, to) = (source.row(position, plane: plane), target.row(sy, plane: plane))
                            for i in 0..<interior.lowerBound where columns[i] >= 0 { to[Int(columns[i])] += from[i] }
                            let shifted = from + interior.lowerBound
                            for i in 0..<interior.count { to[i] += shifted[i] }
                            for i in interior.upperBound..<columns.count where columns[i] >= 0 {
                                to[Int(columns[i])] += from[i]
                            }
                        }
                    }
                }
            }
        }
    }

    /// `renorm` scales the gradient as it scaled the result; `keep` passes that of the rim by.
    private func withFactors(_ gradient: Planes) -> Planes {
        guard border == .renorm || border == .keep, geometry.x.leaves || geometry.y.leaves else { return gradient }
        var result = gradient
        result.withMutableRows { rows in
            forRim { x, y, across, down in
                let factor = renormaliser?.factor(output: 0, x: across, y: down) ?? 0
                for plane in 0..<output.count * output.channels { rows.row(y, plane: plane)[x] *= factor }
            }
        }
        return result
    }

    private func passRim(_ gradient: Planes, into inputGradient: inout Planes) {
        gradient.withRows { source in
            inputGradient.withMutableRows { target in
                forRim { x, y, _, _ in
                    for plane in 0..<output.count * output.channels {
                        target.row(y, plane: plane)[x] += source.row(y, plane: plane)[x]
                    }
                }
            }
        }
    }

    /// The places whose window leaves the picture, with the taps that stay inside.
    private func forRim(_ body: (_ x: Int, _ y: Int, _ across: Range<Int>, _ down: Range<Int>) -> Void) {
        let across = (0..<geometry.x.output).map(geometry.x.inside)
        for y in 0..<geometry.y.output {
            let down = geometry.y.inside(y)
            for x in across.indices where down.count < geometry.y.kernel || across[x].count < geometry.x.kernel {
                body(x, y, across[x], down)
            }
        }
    }
}
