import Convolution
import Pixels

/// A kernel on a coarse grid as three steps of a plan, so that each flows in bands of its own.
enum GridStages {
    static func steps(_ grid: GridConvolution, standingFor convolution: Convolution) -> [any PlannedStep] {
        [
            GridPass(convolution: grid.down), GridPass(convolution: grid.middle),
            GridReturn(grid: grid, convolution: convolution),
        ]
    }
}

/// Onto the grid, or along it: a convolution whose window is nobody's business.
private struct GridPass: PlannedStep {
    let convolution: Convolution

    var inputs: [Shape] { [convolution.input] }
    var output: Shape { convolution.output }
    func rowsNeeded(for rows: Range<Int>) -> [Range<Int>] { [convolution.rowsNeeded(for: rows)] }

    func run(_ call: StepCall, into output: inout Planes) {
        convolution.run(call.inputs[0], rows: call.rows, into: &output, on: call.machine)
    }

    var account: StepAccount {
        StepAccount(operations: convolution.operations, scratchBytes: convolution.scratchBytes)
    }
}

/// Back from the grid; it tells of the window that all three stand for.
private struct GridReturn: GridEndStep {
    let grid: GridConvolution
    let convolution: Convolution

    var levelGrid: LevelGrid? { LevelGrid(grid) }
    var inputs: [Shape] { [grid.up.input] }
    var output: Shape { grid.up.output }
    func rowsNeeded(for rows: Range<Int>) -> [Range<Int>] { [grid.up.rowsNeeded(for: rows)] }

    func run(_ call: StepCall, into output: inout Planes) {
        grid.up.run(call.inputs[0], rows: call.rows, into: &output, on: call.machine)
    }

    var account: StepAccount {
        var account = StepAccount(
            geometry: convolution.geometry, border: convolution.border, convolution: convolution,
            operations: Double(output.sampleCount ?? 0) * 8, scratchBytes: grid.up.scratchBytes)
        account.grid = StepAccount.Grid(spacing: grid.spacing, error: grid.error)
        return account
    }
}
