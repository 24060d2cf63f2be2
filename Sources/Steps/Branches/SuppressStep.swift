import Convolution
import Pixels

/// Non-maximum suppression: from the two components of a gradient its magnitude, kept only where no neighbour across
/// the edge has more. What remains of a soft edge is one pixel wide.
public struct SuppressStep: Step {
    public init() {}

    public var text: String { "suppress" }
    public var role: StepRole { .combine(keepsFlats: false) }
    public var inputCount: Int { 2 }

    public func plan(for inputs: [Shape], options: PlanOptions) throws(StepError) -> any PlannedStep {
        guard inputs[0] == inputs[1] else { throw .branchesDiffer(step: text, inputs[0], inputs[1]) }
        return PlannedSuppress(output: inputs[0])
    }

    static let word = StepWord(
        "suppress", .combine, "gradient magnitude where it is largest across the edge, else 0",
        example: "suppress { sobel-x } { sobel-y }", blocks: 2...2
    ) { _ throws(StepError) in
        SuppressStep()
    }
}

struct PlannedSuppress: PlannedStep {
    let output: Shape

    var inputs: [Shape] { [output, output] }

    func rowsNeeded(for rows: Range<Int>) -> [Range<Int>] {
        guard !rows.isEmpty else { return [rows, rows] }
        let around = max(0, rows.lowerBound - 1)..<min(output.height, rows.upperBound + 1)
        return [around, around]
    }

    func run(_ call: StepCall, into output: inout Planes) {
        let shape = self.output
        let loops = call.machine.rowLoops
        call.inputs[0].withRows { gx in
            call.inputs[1].withRows { gy in
                output.withMutableRows { target in
                    call.machine.split(call.rows, grain: 32) { piece in
                        // Three rows of magnitudes; at the rim a missing neighbour counts as none.
                        let width = shape.width + 2
                        let store = UnsafeMutablePointer<Float>.allocate(capacity: 3 * width)
                        defer { store.deallocate() }
                        func magnitudes(_ y: Int) -> UnsafeMutablePointer<Float> { store + (y + 3) % 3 * width }
                        for plane in 0..<shape.count * shape.channels {
                            func measure(_ y: Int) {
                                let row = magnitudes(y)
                                row.update(repeating: 0, count: width)
                                guard y >= 0, y < shape.height else { return }
                                loops.combine(
                                    gx.row(y, plane: plane), gy.row(y, plane: plane), .hypotenuse, into: row + 1,
                                    shape.width)
                            }
                            measure(piece.lowerBound - 1)
                            measure(piece.lowerBound)
                            for y in piece {
                                measure(y + 1)
                                loops.ridge(
                                    gx.row(y, plane: plane), gy.row(y, plane: plane), above: magnitudes(y - 1),
                                    own: magnitudes(y), below: magnitudes(y + 1), into: target.row(y, plane: plane),
                                    shape.width)
                            }
                        }
                    }
                }
            }
        }
    }

    var account: StepAccount { StepAccount(reach: .around(1), operations: Double(output.sampleCount ?? 0) * 10) }
}
