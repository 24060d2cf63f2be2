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
        call.inputs[0].withRows { gx in
            call.inputs[1].withRows { gy in
                output.withMutableRows { target in
                    call.machine.split(call.rows, grain: 16) { piece in
                        for plane in 0..<shape.count * shape.channels {
                            for y in piece {
                                let field = GradientField(x: gx, y: gy, plane: plane, shape: shape)
                                let out = target.row(y, plane: plane)
                                for x in 0..<shape.width { out[x] = field.isRidge(x, y) ? field.magnitude(x, y) : 0 }
                            }
                        }
                    }
                }
            }
        }
    }

    var account: StepAccount { StepAccount(reach: .around(1), operations: Double(output.sampleCount ?? 0) * 10) }
}

/// Two planes of gradient components.
private struct GradientField {
    let x: ReadableRows
    let y: ReadableRows
    let plane: Int
    let shape: Shape

    func magnitude(_ column: Int, _ row: Int) -> Float {
        let (a, b) = (x.row(row, plane: plane)[column], y.row(row, plane: plane)[column])
        return (a * a + b * b).squareRoot()
    }

    /// Whether the magnitude is at least that one pixel before and above that one pixel behind, along the gradient,
    /// both interpolated between the two pixels that lie there. At the rim a missing neighbour counts as none.
    func isRidge(_ column: Int, _ row: Int) -> Bool {
        let (a, b) = (x.row(row, plane: plane)[column], y.row(row, plane: plane)[column])
        let own = (a * a + b * b).squareRoot()
        guard own > 0 else { return false }
        let (stepX, stepY) = (a < 0 ? -1 : 1, b < 0 ? -1 : 1)
        let isFlat = abs(a) >= abs(b)
        let slant = isFlat ? abs(b) / abs(a) : abs(a) / abs(b)
        func neighbour(_ sign: Int) -> Float {
            let straight = isFlat ? (sign * stepX, 0) : (0, sign * stepY)
            return at(column + straight.0, row + straight.1) * (1 - slant)
                + at(column + sign * stepX, row + sign * stepY) * slant
        }
        return own > neighbour(1) && own >= neighbour(-1)
    }

    private func at(_ column: Int, _ row: Int) -> Float {
        guard column >= 0, column < shape.width, row >= 0, row < shape.height else { return 0 }
        return magnitude(column, row)
    }
}
