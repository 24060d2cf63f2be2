import Convolution
import Pixels

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Branches become one picture, sample by sample. A branch of one channel goes with every channel of the others, and a
/// branch of one pixel with every pixel.
public struct CombineStep: Step {
    public enum Rule: String, Hashable, Sendable, CaseIterable {
        case add
        case subtract
        case multiply
        case mean
        case max
        case min
        /// √(a² + b² + …)
        case hypot
        /// The direction of the vector (a, b) in turns: 0 to the right, 0.25 downwards.
        case angle
    }

    public let rule: Rule
    public let inputCount: Int

    public init(_ rule: Rule, inputCount: Int) {
        self.rule = rule
        self.inputCount = inputCount
    }

    public var text: String { rule.rawValue }
    public var role: StepRole { .combine(keepsFlats: rule != .multiply) }

    public func plan(for inputs: [Shape], options: PlanOptions) throws(StepError) -> any PlannedStep {
        var output = inputs[0]
        for shape in inputs.dropFirst() {
            guard let common = Branches.common(output, shape) else {
                throw .branchesDiffer(step: text, output, shape)
            }
            output = common
        }
        return PlannedCombine(rule: rule, inputs: inputs, output: output)
    }

    static let words: [StepWord] = [
        word(.add, "the sum of the branches", "add { } { laplacian | scale -1 }", 2...64),
        word(.subtract, "the first branch less the second", "subtract { } { gaussian 2 }", 2...2),
        word(.multiply, "the product of the branches", "multiply { } { gaussian 2 }", 2...64),
        word(.mean, "the mean of the branches", "mean { } { median 3 }", 2...64),
        word(.max, "the largest of the branches", "max { line-horizontal } { line-vertical }", 2...64),
        word(.min, "the smallest of the branches", "min { } { invert }", 2...64),
        word(.hypot, "the root of the sum of squares", "hypot { sobel-x } { sobel-y }", 2...64),
        word(
            .angle, "the direction of (first, second) in turns: 0 right, 0.25 down", "angle { sobel-x } { sobel-y }",
            2...2),
    ]

    private static func word(_ rule: Rule, _ summary: String, _ example: String, _ blocks: ClosedRange<Int>) -> StepWord
    {
        StepWord(rule.rawValue, .combine, summary, example: example, blocks: blocks) { settings throws(StepError) in
            CombineStep(rule, inputCount: settings.blocks)
        }
    }
}

/// How shapes of branches go together.
enum Branches {
    /// The shape both can be stretched to, or nil.
    static func common(_ a: Shape, _ b: Shape) -> Shape? {
        func fits(_ x: Int, _ y: Int) -> Int? { x == y || y == 1 ? x : x == 1 ? y : nil }
        guard a.count == b.count, let channels = fits(a.channels, b.channels) else { return nil }
        if a.size == b.size { return Shape(count: a.count, channels: channels, size: a.size) }
        if b.size == Size(1) { return Shape(count: a.count, channels: channels, size: a.size) }
        if a.size == Size(1) { return Shape(count: a.count, channels: channels, size: b.size) }
        return nil
    }

    /// The rows of `shape` behind the rows `rows` of the shape it was stretched to.
    static func rows(_ rows: Range<Int>, of shape: Shape, stretchedTo whole: Shape) -> Range<Int> {
        shape.size == whole.size ? rows : 0..<1
    }
}

struct PlannedCombine: PlannedStep {
    let rule: CombineStep.Rule
    let inputs: [Shape]
    let output: Shape

    func rowsNeeded(for rows: Range<Int>) -> [Range<Int>] {
        inputs.map { Branches.rows(rows, of: $0, stretchedTo: output) }
    }

    func run(_ call: StepCall, into output: inout Planes) {
        let whole = self.output
        output.withMutableRows { target in
            for (index, branch) in call.inputs.enumerated() {
                let shape = inputs[index]
                branch.withRows { source in
                    call.machine.split(call.rows, grain: 32) { piece in
                        var stretched = [Float](repeating: 0, count: whole.width)
                        for plane in 0..<whole.count * whole.channels {
                            let (n, c) = plane.quotientAndRemainder(dividingBy: whole.channels)
                            let from = n * shape.channels + (shape.channels == 1 ? 0 : c)
                            for y in piece {
                                let out = target.row(y, plane: plane)
                                if shape.size == whole.size {
                                    fold(index, source.row(y, plane: from), into: out)
                                } else {
                                    let value = source.row(0, plane: from)[0]
                                    for x in stretched.indices { stretched[x] = value }
                                    stretched.withUnsafeBufferPointer { row in
                                        if let row = row.baseAddress { fold(index, row, into: out) }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// Takes branch `index` into the result so far.
    private func fold(_ index: Int, _ row: UnsafePointer<Float>, into out: UnsafeMutablePointer<Float>) {
        let width = output.width
        let isLast = index == inputs.count - 1
        if index == 0 {
            switch rule {
            case .hypot: for x in 0..<width { out[x] = row[x] * row[x] }
            default: out.update(from: row, count: width)
            }
            return
        }
        switch rule {
        case .add: for x in 0..<width { out[x] += row[x] }
        case .subtract: for x in 0..<width { out[x] -= row[x] }
        case .multiply: for x in 0..<width { out[x] *= row[x] }
        case .mean:
            for x in 0..<width { out[x] += row[x] }
            if isLast { for x in 0..<width { out[x] /= Float(inputs.count) } }
        case .max: for x in 0..<width { out[x] = Swift.max(out[x], row[x]) }
        case .min: for x in 0..<width { out[x] = Swift.min(out[x], row[x]) }
        case .hypot:
            for x in 0..<width { out[x] += row[x] * row[x] }
            if isLast { for x in 0..<width { out[x] = out[x].squareRoot() } }
        case .angle:
            for x in 0..<width {
                let turns = Float(atan2(Double(row[x]), Double(out[x])) / (2 * Double.pi))
                out[x] = turns < 0 ? turns + 1 : turns
            }
        }
    }

    var account: StepAccount { StepAccount(operations: Double(output.sampleCount ?? 0) * Double(inputs.count)) }
}
