import Convolution
import Pixels

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
    /// Of one branch; those of several add up.
    public var enlargement: Double { rule == .mean ? 1 / Double(inputCount) : 1 }

    public func plan(for inputs: [Shape], options: PlanOptions) throws(StepError) -> any PlannedStep {
        var output = inputs[0]
        for shape in inputs.dropFirst() {
            guard let common = Branches.common(output, shape) else {
                throw .branchesDiffer(step: text, output, shape)
            }
            output = common
        }
        return PlannedCombine(rule: rule, inputs: inputs, output: output, rounding: options.rounding)
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

struct PlannedCombine: DifferentiableStep {
    let rule: CombineStep.Rule
    let inputs: [Shape]
    let output: Shape
    /// No more than this has no direction: it is what rounding leaves of a flat area.
    let rounding: Float

    /// A sum passes on what comes back, whatever it came to.
    var needsOutput: Bool { rule != .add && rule != .subtract && rule != .mean }

    var passesGradientOn: Bool { rule == .add && inputs.allSatisfy { $0 == output } }

    var rectifying: Rectifying { rule == .add ? .forwards : .never }

    func rowsNeeded(for rows: Range<Int>) -> [Range<Int>] {
        inputs.map { Branches.rows(rows, of: $0, stretchedTo: output) }
    }

    var picksSamples: Bool { rule == .max || rule == .min }
    var isMagnitude: Bool { rule == .hypot }

    func run(_ call: StepCall, into output: inout Planes) {
        let whole = self.output
        let (loops, rectifies) = (call.machine.rowLoops, call.learning?.rectifies ?? false)
        output.withMutableRows { target in
            withRows(of: call.inputs) { sources in
                if call.rows.count == whole.height, target.isWhole,
                    zip(inputs, sources).allSatisfy({ $0 == whole && $1.isWhole })
                {
                    call.machine.split(
                        0..<whole.count * whole.channels * whole.height * whole.width, grain: SampleRun.length
                    ) {
                        run in
                        let out = target.base + run.lowerBound
                        combine(sources.map { $0.base + run.lowerBound }, into: out, run.count, loops)
                        if rectifies { loops.point(out, .relu, into: out, run.count) }
                    }
                    return
                }
                call.machine.split(call.rows, grain: 32) { piece in
                    var rows = [UnsafePointer<Float>?](repeating: nil, count: inputs.count)
                    // A row for each branch of one pixel, filled once a plane.
                    let stretched = UnsafeMutablePointer<Float>.allocate(capacity: inputs.count * max(whole.width, 1))
                    defer { stretched.deallocate() }
                    for plane in 0..<whole.count * whole.channels {
                        for index in inputs.indices where inputs[index].size != whole.size {
                            let row = stretched + index * whole.width
                            let value = sources[index].row(0, plane: self.plane(plane, of: index))[0]
                            row.update(repeating: value, count: whole.width)
                            rows[index] = UnsafePointer(row)
                        }
                        for y in piece {
                            for index in inputs.indices where inputs[index].size == whole.size {
                                rows[index] = sources[index].row(y, plane: self.plane(plane, of: index))
                            }
                            let out = target.row(y, plane: plane)
                            combine(rows, into: out, whole.width, loops)
                            if rectifies { loops.point(out, .relu, into: out, whole.width) }
                        }
                    }
                }
            }
        }
    }

    private func combine(
        _ rows: [UnsafePointer<Float>?], into out: UnsafeMutablePointer<Float>, _ count: Int, _ loops: RowLoops
    ) {
        loops.combine(rows, rule.loop, into: out, count)
        guard rule == .angle, let first = rows[0], let second = rows[1] else { return }
        loops.clear(out, whereFaint: first, second, least: rounding, count)
    }

    /// The plane of branch `index` behind the plane `plane` of the result.
    func plane(_ plane: Int, of index: Int) -> Int {
        let (n, c) = plane.quotientAndRemainder(dividingBy: output.channels)
        let channels = inputs[index].channels
        return n * channels + (channels == 1 ? 0 : c)
    }

    /// Lends the rows of all branches at the same time.
    func withRows(
        of branches: [Planes], lent: [ReadableRows] = [], _ body: ([ReadableRows]) -> Void
    ) {
        guard lent.count < branches.count else { return body(lent) }
        branches[lent.count].withRows { withRows(of: branches, lent: lent + [$0], body) }
    }

    var account: StepAccount { StepAccount(operations: Double(output.sampleCount ?? 0) * Double(inputs.count)) }
}

extension CombineStep.Rule {
    /// The engine's loop for it.
    fileprivate var loop: RowLoops.Combination {
        switch self {
        case .add: .add
        case .subtract: .subtract
        case .multiply: .multiply
        case .mean: .mean
        case .max: .maximum
        case .min: .minimum
        case .hypot: .hypotenuse
        case .angle: .angle
        }
    }
}
