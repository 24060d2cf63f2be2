import Programs

/// What was planned, a line a node, for `--explain`.
struct PlanText {
    let text: String

    init(_ plan: Plan) {
        var lines: [String] = []
        for node in plan.nodes where node.isNeeded {
            var facts = ["\(node.shape)"]
            if let account = node.plan?.account {
                if let convolution = account.convolution { facts.append("method \(convolution.method.rawValue)") }
                if let border = account.border { facts.append("border \(border)") }
            }
            facts.append(node.isHeldWhole ? "held whole" : "\(node.rowsHeld) rows held")
            lines.append("  \(node.text): " + facts.joined(separator: ", "))
        }
        lines.append("  range \(plan.range.rawValue), \((plan.memory + 1023) >> 10) KiB held at one time")
        text = lines.joined(separator: "\n")
    }
}
