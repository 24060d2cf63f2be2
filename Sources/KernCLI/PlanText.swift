import Convolution
import Pixels
import Programs
import Steps

/// A plan in words and arithmetic: `explain`, and `apply --explain`.
struct PlanText {
    let plan: Plan
    let steps: [StepExplanation]

    init(_ plan: Plan) {
        self.plan = plan
        steps = plan.explanation
    }

    var text: String { lines.joined(separator: "\n") }

    var lines: [String] {
        var lines: [String] = []
        for (place, step) in steps.enumerated() { lines += describe(step, at: place) }
        let operations = steps.reduce(0) { $0 + $1.operations }
        let inModel = steps.filter { !$0.isFrozen }.reduce(0) { $0 + ($1.countBeforeFolding ?? $1.parameterCount) }
        let own = steps.filter { !$0.isFrozen }
        let unknown = own.reduce(0) { $0 + ($1.isLearned ? 0 : $1.parameterCount) }
        let known = own.reduce(0) { $0 + ($1.isLearned ? $1.parameterCount : 0) }
        lines.append("")
        lines.append(
            "in all: \(plan.input.size) becomes \(plan.output.size)x\(plan.output.channels.count), "
                + "\(NumberText.quantity(operations)) operations"
                + (unknown > 0 ? ", \(unknown) weights to be learned" : "")
                + (known > 0 ? ", \(known) weights learned" : "")
                + (known > 0 && inModel != known ? " (\(inModel) in the model, before batchnorm was folded in)" : "")
                + ", \(ByteCount.text(plan.memory)) held at one time")
        if !plan.graph.endsInClasses { lines.append("range: " + rangeText) }
        return lines
    }

    private func state(of step: StepExplanation) -> String {
        step.isFrozen ? "frozen: never learned" : step.isLearned ? "learned" : "to be learned"
    }

    /// `2`, or `2x1` where the axes differ.
    private func jumpText(_ jump: PerAxis<Double>) -> String {
        let (x, y) = (NumberText.short(jump.x), NumberText.short(jump.y))
        return x == y ? x : "\(x)x\(y)"
    }

    private func describe(_ step: StepExplanation, at place: Int) -> [String] {
        let from =
            step.inputs.isEmpty || step.inputs == [place - 1]
            ? "" : " of " + step.inputs.map { "\($0)" }.joined(separator: " and ")
        let implied = step.isImplied && !step.inputs.isEmpty ? " (put in)" : ""
        let head = "\(place) \(step.text)\(from)\(implied): \(step.output)"
        return [head] + facts(of: step).map { "    " + $0.name.rightPadded(11) + $0.says }
    }

    /// What there is to say about a step, each under its word.
    func facts(of step: StepExplanation) -> [(name: String, says: String)] {
        var facts: [(name: String, says: String)] = []
        if let geometry = step.geometry {
            facts += [
                ("width", SizeArithmetic.text(geometry.x, roundsUp: geometry.window.roundsUp)),
                ("height", SizeArithmetic.text(geometry.y, roundsUp: geometry.window.roundsUp)),
                ("padding", paddingText(geometry, step.border.map { "border \($0)" } ?? "where no pixel counts")),
            ]
        }
        if let opposite = step.opposite {
            facts += [
                ("width", SizeArithmetic.text(transposed: opposite.x)),
                ("height", SizeArithmetic.text(transposed: opposite.y)),
                ("padding", paddingText(opposite, "cut off")),
            ]
        }
        if let most = step.mostParts {
            facts.append(
                ("regions", "what follows is done for each of up to \(most); here, as if the whole picture were one"))
        }
        if let field = step.receptiveField {
            if field != Size(1) {
                facts.append(("sees", "\(field) pixels of the picture, \(jumpText(step.jump)) apart"))
            }
        } else {
            facts.append(("sees", "the whole picture"))
        }
        func shapes(_ parameters: [Parameter]) -> String {
            parameters.map { "\($0.name) \(SizeArithmetic.weights($0.shape))" }.joined(separator: ", ")
        }
        let (learned, counted) = (step.parameters.filter { !$0.isStatistic }, step.parameters.filter(\.isStatistic))
        var weights: [String] = []
        if !learned.isEmpty {
            weights.append(
                "\(shapes(learned)) = \(step.parameterCount), \(state(of: step))")
        }
        if !counted.isEmpty { weights.append("\(shapes(counted)) counted from what goes through") }
        if !weights.isEmpty { facts.append(("weights", weights.joined(separator: "; "))) }
        if let count = step.countBeforeFolding {
            facts.append(
                (
                    "batchnorm",
                    "folded in, as in every use of a model: each output's weights are the model's times "
                        + "weight / √(running_var + eps), and the bias holds the rest; \(count) numbers became "
                        + "\(step.parameterCount)"
                ))
        }
        if step.operations > 0 { facts.append(("work", NumberText.quantity(step.operations) + " operations")) }
        if let levels = step.levels {
            facts.append(("method", levels))
        } else if let union = step.union {
            facts.append(("method", "in one with '\(union)'"))
        } else if let grid = step.grid {
            facts.append(("method", gridText(grid)))
        } else if let method = step.method {
            facts.append(("method", methodText(method, step)))
        }
        if step.union != nil { return facts }
        let rows =
            step.isHeldWhole ? "all \(step.output.height) rows" : "\(step.rowsHeld) of \(step.output.height) rows"
        let kept = step.keepsMap ? " and a map of all that it saw, up to " : ", "
        facts.append(("holds", rows + kept + ByteCount.text(step.bytesHeld)))
        return facts
    }

    /// - Parameter meaning: what is done with it.
    private func paddingText(_ geometry: Geometry, _ meaning: String) -> String {
        let sides = [geometry.y.before, geometry.x.after, geometry.y.after, geometry.x.before]
        let rule = geometry.window.padding
        let ruled = if case .sides = rule { "" } else { " (\(rule))" }
        if sides.allSatisfy({ $0 == 0 }) { return "none" + ruled }
        let told =
            Set(sides).count == 1
            ? "\(sides[0]) on every side" : "top \(sides[0]), right \(sides[1]), bottom \(sides[2]), left \(sides[3])"
        return "\(told)\(ruled), \(meaning)"
    }

    private func gridText(_ grid: StepAccount.Grid) -> String {
        let levels = NumberText.short((grid.error * 255 * 10000).rounded(.up) / 10000)
        return "grid: on one of \(grid.spacing) pixels, off by at most \(levels) of an 8-bit level before rounding"
    }

    private func methodText(_ method: Method, _ step: StepExplanation) -> String {
        let floats = step.isFastTransform ? " in float, off by less than 0.005 of an 8-bit level" : ""
        let rank = step.rank.map { $0 == 1 ? ", a column times a row" : ", \($0) columns times rows" } ?? ""
        guard let own = step.costs[method], own.isFinite else { return "\(method.rawValue)\(floats), as asked" }
        let others = step.costs.filter { $0.key != method && $0.value.isFinite }
            .sorted { ($0.value, $0.key.rawValue) < ($1.value, $1.key.rawValue) }
        let compared = others.map { "\($0.key.rawValue) about \(NumberText.short($0.value.rounded()))" }
        let price = NumberText.short(own.rounded())
        return "\(method.rawValue)\(rank)\(floats): the time of about \(price) multiply-adds a sample"
            + (compared.isEmpty ? "" : " (" + compared.joined(separator: ", ") + ")")
    }

    private var rangeText: String {
        switch plan.range {
        case .auto, .clip: plan.output.depth == .float32 ? "as it is: float" : "clip: below 0 is 0, above 1 is 1"
        case .abs: "abs: the last window is signed, so the magnitude is written"
        case .offset: "offset: 0 becomes mid-grey"
        case .rescale: "rescale: smallest to largest"
        }
    }

    // MARK: JSON

    var json: JSON {
        [
            "input": shape(Shape(channels: plan.input.channels.count, size: plan.input.size)),
            "output": shape(Shape(channels: plan.output.channels.count, size: plan.output.size)),
            "range": .string(plan.range.rawValue), "memory": .integer(plan.memory),
            "operations": .number(steps.reduce(0) { $0 + $1.operations }), "steps": .array(steps.map(json)),
        ]
    }

    private func json(_ step: StepExplanation) -> JSON {
        var members: [JSON.Member] = [
            .init(key: "text", value: .string(step.text)),
            .init(key: "inputs", value: .array(step.inputs.map(JSON.integer))),
            .init(key: "output", value: shape(step.output)), .init(key: "implied", value: .bool(step.isImplied)),
            .init(key: "operations", value: .number(step.operations)),
            .init(key: "parameters", value: .integer(step.parameterCount)),
            .init(key: "rowsHeld", value: .integer(step.rowsHeld)),
            .init(key: "bytesHeld", value: .integer(step.bytesHeld)),
            .init(
                key: "receptiveField",
                value: step.receptiveField.map { .array([.integer($0.width), .integer($0.height)]) } ?? .null),
        ]
        if let geometry = step.geometry {
            members.append(
                .init(
                    key: "window",
                    value: [
                        "width": .integer(geometry.x.kernel), "height": .integer(geometry.y.kernel),
                        "stride": .array([.integer(geometry.x.stride), .integer(geometry.y.stride)]),
                        "dilation": .array([.integer(geometry.x.dilation), .integer(geometry.y.dilation)]),
                        "padding": .array(
                            [geometry.y.before, geometry.x.after, geometry.y.after, geometry.x.before]
                                .map(JSON.integer)),
                        "border": step.border.map { .string("\($0)") } ?? .null,
                    ]))
        }
        if let count = step.countBeforeFolding {
            members.append(.init(key: "parametersBeforeFolding", value: .integer(count)))
        }
        if let union = step.union { members.append(.init(key: "union", value: .string(union))) }
        if let levels = step.levels { members.append(.init(key: "levels", value: .string(levels))) }
        if let grid = step.grid {
            members.append(
                .init(
                    key: "grid",
                    value: [
                        "x": .integer(grid.spacing.x), "y": .integer(grid.spacing.y), "error": .number(grid.error),
                    ]))
        } else if let method = step.method {
            members.append(.init(key: "method", value: .string(method.rawValue)))
            let costs = step.costs.sorted { $0.key.rawValue < $1.key.rawValue }
            members.append(
                .init(
                    key: "costs", value: .object(costs.map { .init(key: $0.key.rawValue, value: .number($0.value)) })))
        }
        return .object(members)
    }

    private func shape(_ shape: Shape) -> JSON {
        [
            "width": .integer(shape.width), "height": .integer(shape.height), "channels": .integer(shape.channels),
        ]
    }
}

/// Sizes with the way they were worked out.
enum SizeArithmetic {
    /// `⌊(227 + 0 − 1·(11 − 1) − 1) / 4⌋ + 1 = 55`
    static func text(_ axis: Axis, roundsUp: Bool) -> String {
        let padding = axis.before + axis.after
        let (open, close) = roundsUp ? ("⌈", "⌉") : ("⌊", "⌋")
        let sum = "\(axis.input) + \(padding) − \(axis.dilation)·(\(axis.kernel) − 1) − 1"
        let plain = (axis.input + padding - axis.dilation * (axis.kernel - 1) - 1)
        let quotient = roundsUp ? (plain + axis.stride - 1) / axis.stride : plain / axis.stride
        let trimmed = quotient + 1 == axis.output ? "" : " − 1 (the last window would begin outside)"
        return "\(open)(\(sum)) / \(axis.stride)\(close) + 1\(trimmed) = \(axis.output)"
    }

    /// `(32 − 1)·2 − 2 + 1·(4 − 1) + 1 = 64`
    ///
    /// - Parameter opposite: the axis of the convolution from the output to the input.
    static func text(transposed opposite: Axis) -> String {
        let (count, padding) = (opposite.output, opposite.before + opposite.after)
        let sum = (count - 1) * opposite.stride - padding + opposite.dilation * (opposite.kernel - 1) + 1
        let extra = opposite.input > sum ? " + \(opposite.input - sum)" : ""
        return
            "(\(count) − 1)·\(opposite.stride) − \(padding) + \(opposite.dilation)·(\(opposite.kernel) − 1) + 1\(extra) = "
            + "\(opposite.input)"
    }

    /// o·i·h·w, as a layer's weights are stored.
    static func weights(_ shape: Shape) -> String {
        "\(shape.count)x\(shape.channels)x\(shape.height)x\(shape.width)"
    }
}

extension StepExplanation {
    /// Numbers that are learned; what is only counted, as running means are, is not among them.
    var parameterCount: Int {
        parameters.filter { !$0.isStatistic }.reduce(0) { sum, parameter in
            let (result, overflow) = sum.addingReportingOverflow(parameter.shape.sampleCount ?? .max)
            return overflow ? .max : result
        }
    }
}
