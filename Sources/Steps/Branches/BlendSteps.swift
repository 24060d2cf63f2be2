import Convolution
import Pixels

/// What was filtered over what was there, by a mask of 0…1. Not a word: `--mask` has it put in.
///
/// Three pictures come in: the filtered one, the one before, and the mask, which has one channel.
public struct BlendStep: Step {
    public init() {}

    public var text: String { "by the mask" }
    public var role: StepRole { .point(movesZero: false) }
    public var inputCount: Int { 3 }

    public func plan(for inputs: [Shape], options: PlanOptions) throws(StepError) -> any PlannedStep {
        PlannedBlend(inputs: inputs)
    }
}

/// What the mask is for colours, where both pictures have an alpha: each counts as much as it shows.
///
/// Three pictures come in: the mask, the alpha of the filtered picture, and the alpha of the one before.
public struct BlendShareStep: Step {
    public init() {}

    public var text: String { "mask × alpha" }
    public var role: StepRole { .point(movesZero: false) }
    public var inputCount: Int { 3 }

    public func plan(for inputs: [Shape], options: PlanOptions) throws(StepError) -> any PlannedStep {
        PlannedBlendShare(inputs: inputs)
    }
}

struct PlannedBlend: PlannedStep {
    let inputs: [Shape]

    var output: Shape { inputs[0] }

    func rowsNeeded(for rows: Range<Int>) -> [Range<Int>] { [rows, rows, rows] }

    func run(_ call: StepCall, into output: inout Planes) {
        let shape = self.output
        let loops = call.machine.rowLoops
        call.inputs[0].withRows { filtered in
            call.inputs[1].withRows { before in
                call.inputs[2].withRows { mask in
                    output.withMutableRows { target in
                        call.machine.split(call.rows, grain: 32) { piece in
                            for c in 0..<shape.channels {
                                for y in piece {
                                    loops.blend(
                                        filtered.row(y, plane: c), over: before.row(y, plane: c),
                                        by: mask.row(y, plane: 0), into: target.row(y, plane: c), shape.width)
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    var account: StepAccount { StepAccount(operations: 2 * Double(output.sampleCount ?? 0)) }
}

struct PlannedBlendShare: PlannedStep {
    let inputs: [Shape]

    var output: Shape { inputs[0] }

    func rowsNeeded(for rows: Range<Int>) -> [Range<Int>] { [rows, rows, rows] }

    func run(_ call: StepCall, into output: inout Planes) {
        let width = self.output.width
        let loops = call.machine.rowLoops
        call.inputs[0].withRows { mask in
            call.inputs[1].withRows { alpha in
                call.inputs[2].withRows { before in
                    output.withMutableRows { target in
                        call.machine.split(call.rows, grain: 32) { piece in
                            for y in piece {
                                loops.blendShare(
                                    mask.row(y, plane: 0), alpha: alpha.row(y, plane: 0),
                                    other: before.row(y, plane: 0), into: target.row(y, plane: 0), width)
                            }
                        }
                    }
                }
            }
        }
    }
}
