import Convolution
import Pixels
import Programs

/// The products and the sum behind one pixel, for `explain --at`.
struct TraceText {
    let trace: Trace
    let plan: Plan

    /// Windows with more taps than this show their largest products.
    private static let mostTaps = 49
    private static let mostRowWidth = 7
    /// Channels of a layer whose products are shown.
    private static let mostSums = 4

    init(_ trace: Trace, _ plan: Plan) {
        self.trace = trace
        self.plan = plan
    }

    var lines: [String] {
        var lines: [String] = []
        for step in trace.steps {
            if !lines.isEmpty { lines.append("") }
            lines.append("\(step.text) at \(step.position.x),\(step.position.y)")
            if !step.sums.isEmpty {
                for (channel, sum) in step.sums.prefix(TraceText.mostSums).enumerated() {
                    lines += describe(sum, step, channel)
                }
                if step.sums.count > TraceText.mostSums {
                    lines.append("  and \(step.sums.count - TraceText.mostSums) channels more")
                }
                lines.append("  = \(numbers(step.values))")
                continue
            }
            for (channel, taps) in step.taps.enumerated() where step.taps.count == step.values.count {
                lines += describe(taps, step, channel)
            }
            if step.taps.isEmpty {
                for input in step.inputs {
                    lines.append("  from \(trace.steps[input].text): \(numbers(trace.steps[input].values))")
                }
                lines.append("  = \(numbers(step.values))")
            } else if step.taps.count != step.values.count {
                lines.append("  of \(step.taps.count) channels = \(numbers(step.values))")
            }
        }
        if let last = trace.steps.last { lines += ["", storedText(last.values)] }
        return lines
    }

    private func describe(_ taps: [Trace.Tap], _ step: Trace.Step, _ channel: Int) -> [String] {
        var lines = step.values.count == 1 ? [] : ["  channel \(channel)"]
        let width = step.kernelSize?.width ?? taps.count
        let hasWeights = taps.contains { $0.weight != nil }
        if taps.count <= TraceText.mostTaps, width <= TraceText.mostRowWidth {
            let cells = taps.map(cell)
            let column = (cells.map(\.count).max() ?? 0) + 3
            for start in stride(from: 0, to: cells.count, by: width) {
                let row = cells[start..<min(start + width, cells.count)].map { $0.rightPadded(column) }.joined()
                lines.append("    " + row.trimmedRight)
            }
        } else if hasWeights {
            lines.append("    the largest of \(taps.count) products:")
            let heavy = taps.filter { $0.product != nil }.sorted { abs($0.product ?? 0) > abs($1.product ?? 0) }.prefix(
                8)
            for tap in heavy {
                lines.append("      at \(tap.x),\(tap.y): \(cell(tap)) = \(NumberText.short(tap.product ?? 0))")
            }
        }
        let outside = taps.filter { $0.source != PerAxis(x: $0.x, y: $0.y) }
        if !outside.isEmpty {
            let takesPart = outside.contains { $0.value != nil }
            let absent = step.countsPadding ? "it adds nothing and counts in the divisor" : "it takes no part"
            lines.append("    (* outside the picture: \(takesPart ? "the border stands in" : absent))")
        }
        let value = Double(step.values[channel])
        let sum = taps.reduce(0) { $0 + ($1.product ?? 0) }
        // What the border rule makes of it, or a bias adds to it, is more than rounding.
        guard hasWeights, abs(sum - value) > 1e-4 * max(1, abs(value)) else {
            return lines + ["    \(hasWeights ? "sum" : "result") = \(NumberText.short(value))"]
        }
        let rule =
            switch step.border {
            case .keep: "border=keep leaves what was there"
            case .renorm: "border=renorm divides by the weights that take part"
            default: "with what is added"
            }
        return lines + ["    sum = \(NumberText.short(sum)); \(rule) = \(NumberText.short(value))"]
    }

    private func describe(_ sum: Trace.Sum, _ step: Trace.Step, _ channel: Int) -> [String] {
        let others = sum.count - sum.largest.count
        var lines = ["  channel \(channel), " + (others > 0 ? "the largest of " : "") + "\(sum.count) products:"]
        for product in sum.largest {
            lines.append(
                "    channel \(product.channel) at \(product.position.x),\(product.position.y): "
                    + "\(NumberText.fixed(Double(product.value), places: 4)) × \(NumberText.short(Double(product.weight))) = "
                    + NumberText.short(product.amount))
        }
        if others > 0 { lines.append("    the other \(others) come to \(NumberText.short(sum.rest))") }
        let value = NumberText.short(Double(step.values[channel]))
        guard let bias = sum.bias else { return lines + ["    sum of all = \(value)"] }
        let (total, added) = (NumberText.short(sum.total), NumberText.short(Double(bias)))
        return lines + ["    sum of all = \(total); with the bias \(added) = \(value)"]
    }

    private func cell(_ tap: Trace.Tap) -> String {
        let mark = tap.source == PerAxis(x: tap.x, y: tap.y) ? "" : "*"
        guard let value = tap.value else { return "–" + mark }
        let number = NumberText.fixed(Double(value), places: 4) + mark
        return tap.weight.map { number + " × " + NumberText.short($0) } ?? number
    }

    private func numbers(_ values: [Float]) -> String {
        let told = values.prefix(16).map { NumberText.short(Double($0)) }.joined(separator: ", ")
        return values.count > 16 ? told + ", …" : told
    }

    private func storedText(_ values: [Float]) -> String {
        guard let top = plan.output.depth.top else { return "written as it is: \(numbers(values))" }
        let levels = values.prefix(16).map { value in
            String(Int((Double(min(1, max(0, value.isNaN ? 0 : value))) * top).rounded()))
        }
        return "written as \(levels.joined(separator: ", ")) of \(Int(top))"
    }

    var json: JSON {
        .object([
            .init(key: "steps", value: .array(trace.steps.map(json))),
            .init(key: "values", value: .array((trace.steps.last?.values ?? []).map(JSON.float))),
        ])
    }

    private func json(_ step: Trace.Step) -> JSON {
        [
            "text": .string(step.text), "x": .integer(step.position.x), "y": .integer(step.position.y),
            "inputs": .array(step.inputs.map(JSON.integer)), "values": .array(step.values.map(JSON.float)),
            "taps": .array(
                step.taps.map { taps in
                    .array(
                        taps.map { tap in
                            [
                                "x": .integer(tap.x), "y": .integer(tap.y),
                                "inside": .bool(tap.source == PerAxis(x: tap.x, y: tap.y)),
                                "value": tap.value.map(JSON.float) ?? .null,
                                "weight": tap.weight.map(JSON.number) ?? .null,
                            ]
                        })
                }),
        ]
    }
}

extension Depth {
    /// The level that stands for 1; floats have none.
    var top: Double? {
        switch self {
        case .uint8: 255
        case .uint16: 65535
        case .float32: nil
        }
    }
}

extension String {
    fileprivate var trimmedRight: String {
        var text = self
        while text.hasSuffix(" ") { text.removeLast() }
        return text
    }
}
