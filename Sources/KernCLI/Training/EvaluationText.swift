import Learning
import Tensors

/// An evaluation in words and as JSON.
struct EvaluationText {
    let found: Evaluation
    let loss: Loss
    let classes: [String]
    /// Whether pixels were classified, not pictures.
    let isOfPixels: Bool
    /// Which part of the data it is of.
    let part: String
    /// How many of the best classes `found.amongBest` counts.
    let top: Int

    init(_ found: Evaluation, loss: Loss, classes: [String], isOfPixels: Bool, part: String, top: Int) {
        self.part = part
        self.top = top
        self.found = found
        self.loss = loss
        self.classes = classes
        self.isOfPixels = isOfPixels
    }

    /// A confusion matrix of more classes is not read by anyone.
    private static let mostColumns = 20

    /// - Parameter width: columns that there is room for.
    func lines(width: Int) -> [String] {
        guard loss.isForClasses else {
            return ["\(found.sum.count) samples, loss \(NumberText.short(found.sum.mean))" + signalText]
        }
        let things = isOfPixels ? "pixels" : "pictures"
        var lines = [
            "\(NumberText.percent(found.sum.accuracy)) of \(found.sum.count) \(things) right, "
                + "loss \(NumberText.short(found.sum.mean))"
        ]
        if classes.count > top, top > 1 {
            let share = Double(found.amongBest) / Double(max(1, found.sum.count))
            lines.append("\(NumberText.percent(share)) among the best \(top)")
        }
        if isOfPixels { lines.append("mean IoU \(NumberText.percent(found.meanIntersectionOverUnion))") }
        lines.append("")
        lines += classLines
        if classes.count <= Self.mostColumns { lines += [""] + confusionLines(width: width) }
        return lines
    }

    private var signalText: String {
        guard loss == .meanSquare, found.sum.mean > 0 else { return "" }
        return ", \(NumberText.fixed(found.decibels, places: 2)) dB"
    }

    private var nameWidth: Int { max(5, classes.map(\.count).max() ?? 0) + 2 }

    private var classLines: [String] {
        let head = "class".rightPadded(nameWidth) + ["count", "precision", "recall"].map { $0.leftPadded(11) }.joined()
        return [head + (isOfPixels ? "IoU".leftPadded(11) : "")]
            + classes.indices.map { name in
                let (wanted, taken, right) = found.counts(of: name)
                func share(_ count: Int) -> String {
                    (count == 0 ? "-" : NumberText.percent(Double(right) / Double(count))).leftPadded(11)
                }
                return classes[name].rightPadded(nameWidth) + "\(wanted)".leftPadded(11) + share(taken) + share(wanted)
                    + (isOfPixels ? share(wanted + taken - right) : "")
            }
    }

    /// Rows are what was wanted, columns what it was taken for.
    ///
    /// - Parameter whole: columns that there is room for. Names are cut to what there is, and numbered where that makes two the same.
    private func confusionLines(width whole: Int) -> [String] {
        let digits = found.confusion.map { "\($0)".count }.max() ?? 0
        func cut(_ names: [String], behind first: Int) -> [String] {
            let room = (whole - first) / max(1, names.count) - 1
            let longest = names.map(\.count).max() ?? 0
            return names.map { String($0.prefix(max(5, digits, min(longest, room)))) }
        }
        var rows = classes
        var first = max(nameWidth, 15)
        var heads = cut(rows, behind: first)
        if Set(heads).count < Set(classes).count {
            rows = classes.enumerated().map { "\($0 + 1) \($1)" }
            first = max(15, (rows.map(\.count).max() ?? 0) + 2)
            heads = cut(rows, behind: first)
        }
        let width = max(5, digits, heads.map(\.count).max() ?? 0) + 1
        return ["wanted \\ found".rightPadded(first) + heads.map { $0.leftPadded(width) }.joined()]
            + classes.indices.map { row in
                rows[row].rightPadded(first)
                    + classes.indices.map { "\(found.confusion[row * classes.count + $0])".leftPadded(width) }.joined()
            }
    }

    var json: JSON {
        var members: [JSON.Member] = [
            .init(key: "part", value: .string(part)), .init(key: "count", value: .integer(found.sum.count)),
            .init(key: "loss", value: .number(found.sum.mean)),
        ]
        guard loss.isForClasses else { return .object(members) }
        members.append(.init(key: "accuracy", value: .number(found.sum.accuracy)))
        members.append(
            .init(key: "top\(top)", value: .number(Double(found.amongBest) / Double(max(1, found.sum.count)))))
        if isOfPixels { members.append(.init(key: "mean_iou", value: .number(found.meanIntersectionOverUnion))) }
        members.append(
            .init(
                key: "classes",
                value: .array(
                    classes.indices.map { name in
                        let (wanted, taken, right) = found.counts(of: name)
                        func share(_ count: Int) -> JSON {
                            count == 0 ? .null : .number(Double(right) / Double(count))
                        }
                        return [
                            "name": .string(classes[name]), "count": .integer(wanted), "precision": share(taken),
                            "recall": share(wanted), "iou": share(wanted + taken - right),
                        ]
                    })))
        members.append(
            .init(
                key: "confusion",
                value: .array(
                    classes.indices.map { row in
                        .array(classes.indices.map { .integer(found.confusion[row * classes.count + $0]) })
                    })))
        return .object(members)
    }
}
