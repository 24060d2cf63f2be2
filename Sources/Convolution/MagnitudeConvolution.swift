import Pixels

/// √(a² + b²) of two convolutions that look through the same windows. Neither is ever a picture of its own, and the result
/// is bit for bit what the three steps would give.
package struct MagnitudeConvolution: Sendable {
    package let first: Convolution
    private let padding: RowPadding
    private let weights: (first: RowWeights, second: RowWeights)

    /// What three planes cost that need not be written and read, in the unit of `MethodCosts`.
    private static let spared = 30.0

    /// Nil where the two are not solid windows that stand alike on the same samples, or where they are much cheaper by
    /// themselves.
    package init?(_ first: Convolution, _ second: Convolution) {
        guard first.geometry == second.geometry, first.border == second.border, first.input == second.input,
            first.border != .keep, first.border != .renorm,
            [first, second].allSatisfy({
                $0.isSolid && $0.method != .reference && $0.bank.bias.allSatisfy { $0 == 0 }
                    && $0.costs[.direct, default: .infinity]
                        <= $0.costs[$0.method, default: .infinity] + MagnitudeConvolution.spared
            }),
            let direct = try? Convolution(
                first.bank, window: first.geometry.window, border: first.border, input: first.input, method: .direct),
            let padding = direct.padding
        else { return nil }
        self.first = direct
        self.padding = padding
        weights = (
            RowWeights(first.bank.kernels[0].weights, isExact: false),
            RowWeights(second.bank.kernels[0].weights, isExact: false)
        )
    }

    /// Computes the output rows `rows`, as a convolution does.
    package func run(_ input: Planes, rows: Range<Int>, into output: inout Planes, on machine: Machine) {
        guard !rows.isEmpty, first.output.width > 0 else { return }
        input.withRows { source in
            output.withMutableRows { target in
                first.forWindows(padding, source, rows: rows, into: target, on: machine) { block in
                    weights.first.magnitudes(
                        with: weights.second, block.rows, size: first.bank.size, into: block.out, count: block.count,
                        machine.lanes)
                }
            }
        }
    }
}
