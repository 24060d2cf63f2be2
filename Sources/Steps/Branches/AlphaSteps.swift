import Convolution
import Pixels

/// Colour times alpha, as windows need it so that invisible colours do not bleed. Not a word: programs do it themselves.
public struct WeightByAlphaStep: Step {
    public init() {}

    public var text: String { "× alpha" }
    public var role: StepRole { .point(movesZero: false) }
    public var inputCount: Int { 2 }

    public func plan(for inputs: [Shape], options: PlanOptions) throws(StepError) -> any PlannedStep {
        PlannedAlpha(inputs: inputs, use: .weight)
    }
}

/// Colour divided by alpha again; where nothing is visible, black.
public struct UnweightByAlphaStep: Step {
    public init() {}

    public var text: String { "÷ alpha" }
    public var role: StepRole { .point(movesZero: false) }
    public var inputCount: Int { 2 }

    public func plan(for inputs: [Shape], options: PlanOptions) throws(StepError) -> any PlannedStep {
        PlannedAlpha(inputs: inputs, use: .unweight)
    }
}

/// A value in place of the colours that nothing shows: no number in front of a step that looks at all of them, black behind it.
public struct HideByAlphaStep: Step {
    public let value: Float

    public init(as value: Float) { self.value = value }

    public var text: String { value.isNaN ? "without what is hidden" : "hidden is black" }
    public var role: StepRole { .point(movesZero: false) }
    public var inputCount: Int { 2 }

    public func plan(for inputs: [Shape], options: PlanOptions) throws(StepError) -> any PlannedStep {
        PlannedAlpha(inputs: inputs, use: .hide(as: value))
    }
}

struct PlannedAlpha: PlannedStep {
    enum Use {
        case weight
        case unweight
        case hide(as: Float)
    }

    let inputs: [Shape]
    let use: Use

    var output: Shape { inputs[0] }

    /// Alpha below this is rounding, not transparency: a hundredth of a 16-bit level.
    private static let invisible: Float = 1e-7

    func rowsNeeded(for rows: Range<Int>) -> [Range<Int>] { [rows, rows] }

    func run(_ call: StepCall, into output: inout Planes) {
        let shape = self.output
        call.inputs[0].withRows { colour in
            call.inputs[1].withRows { alpha in
                output.withMutableRows { target in
                    let loops = call.machine.rowLoops
                    call.machine.split(call.rows, grain: 32) { piece in
                        for y in piece {
                            let weight = alpha.row(y, plane: 0)
                            for c in 0..<shape.channels {
                                let (row, out) = (colour.row(y, plane: c), target.row(y, plane: c))
                                switch use {
                                case .weight: loops.combine(row, weight, .multiply, into: out, shape.width)
                                case .unweight:
                                    loops.unweight(
                                        row, by: weight, above: PlannedAlpha.invisible, into: out, shape.width)
                                case .hide(let value):
                                    for x in 0..<shape.width {
                                        out[x] = weight[x] > PlannedAlpha.invisible ? row[x] : value
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
