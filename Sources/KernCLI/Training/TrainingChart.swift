import Learning

/// `--chart`: the curves of loss and accuracy over the epochs, as SVG.
struct TrainingChart {
    private let reports: [EpochReport]
    private let width = 720
    private let height = 360
    private let margin = 48

    init(_ reports: [EpochReport]) { self.reports = reports }

    func write(to path: String, replacing: Bool) throws {
        try WholeFile.save(Array(svg.utf8), to: path, replacing: replacing)
    }

    private struct Curve {
        let name: String
        let color: String
        let dash: String
        let values: [Double?]
    }

    private var svg: String {
        let losses = [
            Curve(name: "loss", color: "#c0392b", dash: "", values: reports.map(\.loss)),
            Curve(name: "validation loss", color: "#c0392b", dash: "6 4", values: reports.map(\.validationLoss)),
        ]
        let shares = [
            Curve(name: "right", color: "#2c6fbb", dash: "", values: reports.map(\.accuracy)),
            Curve(name: "validation right", color: "#2c6fbb", dash: "6 4", values: reports.map(\.validationAccuracy)),
        ]
        let largest = losses.flatMap(\.values).compactMap(\.self).filter(\.isFinite).max() ?? 1
        var lines = [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(width) \(height)\" font-family=\"sans-serif\" "
                + "font-size=\"12\">",
            "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>",
        ]
        lines += frame(largest)
        var row = 0
        for curve in losses + shares where curve.values.contains(where: { $0 != nil }) {
            let top = shares.contains { $0.name == curve.name } ? 1 : largest
            lines.append(path(curve, top: top))
            lines += legend(curve, row: row)
            row += 1
        }
        return (lines + ["</svg>", ""]).joined(separator: "\n")
    }

    private func x(_ epoch: Int) -> Double {
        let steps = Double(max(1, reports.count - 1))
        return Double(margin) + Double(width - 2 * margin) * Double(epoch) / steps
    }

    private func y(_ share: Double) -> Double { Double(height - margin) - Double(height - 2 * margin) * share }

    /// The axes: loss on the left, shares on the right, epochs below.
    private func frame(_ largest: Double) -> [String] {
        var lines: [String] = []
        for step in 0...4 {
            let share = Double(step) / 4
            let level = NumberText.fixed(y(share), places: 1)
            lines.append(
                "<line x1=\"\(margin)\" x2=\"\(width - margin)\" y1=\"\(level)\" y2=\"\(level)\" stroke=\"#ddd\"/>")
            lines.append(
                "<text x=\"\(margin - 6)\" y=\"\(level)\" text-anchor=\"end\" fill=\"#c0392b\">"
                    + "\(NumberText.short(largest * share))</text>")
            lines.append(
                "<text x=\"\(width - margin + 6)\" y=\"\(level)\" fill=\"#2c6fbb\">\(25 * step) %</text>")
        }
        let apart = max(1, (reports.count + 9) / 10)
        for epoch in stride(from: 0, to: reports.count, by: apart) {
            lines.append(
                "<text x=\"\(NumberText.fixed(x(epoch), places: 1))\" y=\"\(height - margin + 18)\" "
                    + "text-anchor=\"middle\">\(reports[epoch].epoch)</text>")
        }
        lines.append("<text x=\"\(width / 2)\" y=\"\(height - 8)\" text-anchor=\"middle\">epoch</text>")
        return lines
    }

    private func path(_ curve: Curve, top: Double) -> String {
        var points: [String] = []
        for (epoch, value) in curve.values.enumerated() {
            guard let value, value.isFinite else { continue }
            let share = top > 0 ? value / top : 0
            points.append("\(NumberText.fixed(x(epoch), places: 1)),\(NumberText.fixed(y(share), places: 1))")
        }
        let dash = curve.dash.isEmpty ? "" : " stroke-dasharray=\"\(curve.dash)\""
        let line = "fill=\"none\" stroke=\"\(curve.color)\" stroke-width=\"2\"\(dash)"
        guard points.count > 1 else {
            // One epoch is a point, and a line of one point is not seen.
            return points.map { point in
                let place = point.split(separator: ",")
                return "<circle cx=\"\(place[0])\" cy=\"\(place[1])\" r=\"3\" fill=\"\(curve.color)\"/>"
            }.joined()
        }
        return "<polyline points=\"\(points.joined(separator: " "))\" \(line)/>"
    }

    private func legend(_ curve: Curve, row: Int) -> [String] {
        let (left, level) = (margin + 10 + 160 * row, margin - 20)
        let dash = curve.dash.isEmpty ? "" : " stroke-dasharray=\"\(curve.dash)\""
        return [
            "<line x1=\"\(left)\" x2=\"\(left + 24)\" y1=\"\(level)\" y2=\"\(level)\" stroke=\"\(curve.color)\" "
                + "stroke-width=\"2\"\(dash)/>",
            "<text x=\"\(left + 30)\" y=\"\(level + 4)\">\(curve.name)</text>",
        ]
    }
}
