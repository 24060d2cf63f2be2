import Convolution
import Pixels

/// A step that may be done in one with the windows before it: their magnitude.
package protocol MagnitudeStep: PlannedStep {
    /// Whether it is √(a² + b²) of its two inputs, or |a| of its one.
    var isMagnitudeOfInputs: Bool { get }
}

extension PlannedCombine: MagnitudeStep {
    var isMagnitudeOfInputs: Bool { rule == .hypot && inputs.count == 2 && inputs.allSatisfy { $0 == output } }
}

extension PlannedPoint: MagnitudeStep {
    var isMagnitudeOfInputs: Bool { if case .absolute = function { true } else { false } }
}

/// The magnitude of two windows, done in one with them.
package struct PlannedMagnitude: PlannedStep {
    private let windows: MagnitudeConvolution
    /// What it was of their results.
    private let combine: any PlannedStep

    package init?(_ first: PlannedConvolution, _ second: PlannedConvolution, _ combine: any PlannedStep) {
        guard let windows = MagnitudeConvolution(first.convolution, second.convolution) else { return nil }
        self.windows = windows
        self.combine = combine
    }

    package var inputs: [Shape] { [windows.first.input] }
    package var output: Shape { windows.first.output }
    package var isMagnitude: Bool { true }

    package func rowsNeeded(for rows: Range<Int>) -> [Range<Int>] { [windows.first.rowsNeeded(for: rows)] }

    package func run(_ call: StepCall, into output: inout Planes) {
        windows.run(call.inputs[0], rows: call.rows, into: &output, on: call.machine)
    }

    package var account: StepAccount {
        var account = combine.account
        account.scratchBytes = windows.first.scratchBytes
        return account
    }
}
