import Arguments
import Codecs
import Learning
import Pixels

/// `--chart`: the curves of loss and accuracy over the epochs, as SVG or as a PNG.
struct TrainingChart {
    private let reports: [EpochReport]
    private static let size = Size(width: 720, height: 360)
    private static let margin = 48

    private static let lossInk = Drawing.Ink(0xc0, 0x39, 0x2b)
    private static let shareInk = Drawing.Ink(0x2c, 0x6f, 0xbb)
    private static let gridInk = Drawing.Ink(0xdd, 0xdd, 0xdd)

    init(_ reports: [EpochReport]) { self.reports = reports }

    /// What can be known to go wrong before there is anything to draw.
    static func check(_ path: String, mayReplace: Bool) throws {
        guard isSVG(path) || PictureFormat(pathExtensionOf: path) == .png else {
            throw ArgumentError.refused("--chart draws FILE.svg or FILE.png, not '\(path)'")
        }
        var folders = OutputPlan.FolderCache(makesMissing: false)
        _ = try folders.resolved(folderOf: path)
        if !mayReplace, FileFacts(path) != nil { throw OutputError.exists(output: path, others: 0) }
    }

    private static func isSVG(_ path: String) -> Bool { path.lowercased().hasSuffix(".svg") }

    func write(to path: String, replacing: Bool) throws {
        let drawing = drawing
        let bytes = Self.isSVG(path) ? Array(drawing.svg.utf8) : try drawing.raster.encoded(as: .png)
        try WholeFile.save(bytes, to: path, replacing: replacing)
    }

    private struct Curve {
        let name: String
        let ink: Drawing.Ink
        let isDashed: Bool
        /// What stands at the top of the chart.
        let top: Double
        let values: [Double?]
    }

    private var drawing: Drawing {
        let losses = [reports.map { Optional($0.loss) }, reports.map(\.validationLoss)]
        let levels = RoundSteps(upTo: losses.joined().compactMap(\.self).filter(\.isFinite).max() ?? 1)
        let curves = [
            Curve(name: "loss", ink: Self.lossInk, isDashed: false, top: levels.top, values: losses[0]),
            Curve(name: "validation loss", ink: Self.lossInk, isDashed: true, top: levels.top, values: losses[1]),
            Curve(name: "right", ink: Self.shareInk, isDashed: false, top: 1, values: reports.map(\.accuracy)),
            Curve(
                name: "validation right", ink: Self.shareInk, isDashed: true, top: 1,
                values: reports.map(\.validationAccuracy)),
        ].filter { $0.values.contains { $0 != nil } }
        var drawing = Drawing(size: Self.size)
        addFrame(to: &drawing, levels)
        for (row, curve) in curves.enumerated() { add(curve, row: row, to: &drawing) }
        return drawing
    }

    private func x(_ epoch: Int) -> Double {
        let room = Double(Self.size.width - 2 * Self.margin)
        // One epoch by itself stands in the middle.
        let share = reports.count > 1 ? Double(epoch) / Double(reports.count - 1) : 0.5
        return Double(Self.margin) + room * share
    }

    private func y(_ share: Double) -> Double {
        Double(Self.size.height - Self.margin) - Double(Self.size.height - 2 * Self.margin) * share
    }

    /// Epochs that are numbered, at the most, besides the first.
    private static let mostNumbered = 10

    /// The axes: loss on the left, shares on the right, epochs below.
    private func addFrame(to drawing: inout Drawing, _ levels: RoundSteps) {
        let (left, right) = (Double(Self.margin), Double(Self.size.width - Self.margin))
        for line in 0...levels.count {
            let share = Double(line) / Double(levels.count)
            let level = y(share)
            drawing.line([.init(left, level), .init(right, level)], Self.gridInk)
            drawing.text(
                NumberText.short(levels.value(line)), at: .init(left - 6, level), Self.lossInk, anchor: .end)
            if reports.contains(where: { $0.accuracy != nil }) {
                drawing.text("\(100 * line / levels.count) %", at: .init(right + 6, level), Self.shareInk)
            }
        }
        let below = Double(Self.size.height - Self.margin + 18)
        let step = RoundSteps.between(reports.count, most: Self.mostNumbered)
        for (place, report) in reports.enumerated() where place == 0 || report.epoch.isMultiple(of: step) {
            drawing.text("\(report.epoch)", at: .init(x(place), below), anchor: .middle)
        }
        drawing.text(
            "epoch", at: .init(Double(Self.size.width) / 2, Double(Self.size.height - 8)), anchor: .middle)
    }

    /// The curve and, above the frame, its name.
    private func add(_ curve: Curve, row: Int, to drawing: inout Drawing) {
        let points = curve.values.enumerated().compactMap { epoch, value in
            value.flatMap { $0.isFinite ? Drawing.Point(x(epoch), y(curve.top > 0 ? $0 / curve.top : 0)) : nil }
        }
        if points.count > 1 {
            drawing.line(points, curve.ink, width: 2, isDashed: curve.isDashed)
        } else {
            // One epoch is a point, and a line of one point is not seen; where the line would have gaps it is a ring.
            for point in points {
                drawing.dot(point, curve.ink, radius: 4)
                if curve.isDashed { drawing.dot(point, .white, radius: 2) }
            }
        }
        let (left, level) = (Double(Self.margin + 10 + 160 * row), Double(Self.margin - 20))
        drawing.line([.init(left, level), .init(left + 24, level)], curve.ink, width: 2, isDashed: curve.isDashed)
        drawing.text(curve.name, at: .init(left + 30, level + 4))
    }
}
