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

    init(_ trace: Trace, _ plan: Plan) {
        self.trace = trace
        self.plan = plan
    }

    var lines: [String] {
        var lines: [String] = []
        for step in trace.steps {
            if !lines.isEmpty { lines.append("") }
            lines.append("\(step.text) at \(step.position.x),\(step.position.y)")
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
        let isOutside = taps.contains { $0.source != PerAxis(x: $0.x, y: $0.y) }
        if isOutside { lines.append("    (* outside the picture: the border stands in)") }
        lines.append("    \(hasWeights ? "sum" : "result") = \(NumberText.short(Double(step.values[channel])))")
        return lines
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
