import Convolution
import Learning
import Pixels
import Tensors

/// How well a detector finds things.
extension Eval {
    /// What precision and recall are told of.
    private static let sure: Float = 0.5

    func score(
        _ detector: Detector, _ trained: TrainedModel, _ machine: Machine, _ terminal: Terminal
    ) throws -> ExitStatus {
        let sets = try trained.readBoxes(data, limits: engine.limits, machine: machine)
        for note in sets.notes { terminal.talk("kern eval: \(note)") }
        if sets.training.pictures.isEmpty, part == "training" {
            throw Complaint("\(data) has no training part of its own", status: .failed)
        }
        if part == nil, sets.test == nil, sets.validation == nil { terminal.talk("kern eval: \(noteOfAll)") }
        var scores = DetectionScores(classes: trained.model.classes.count)
        let parts =
            part == "validation" && sets.validation == nil
            ? [try aside(of: sets.training, trained, machine)]
            : try chosen(training: sets.training, validation: sets.validation, test: sets.test).map(\.part)
        for part in parts { scores += try detector.scores(on: part, limits: engine.limits, machine: machine) }
        if printsJSON {
            terminal.print(json(scores, trained.classes).text)
        } else {
            for line in lines(scores, trained.classes) { terminal.print(line) }
        }
        return .ok
    }

    /// The pictures that a training set aside of the same ones. What was learned from are their regions: these tell whether they are
    /// the same.
    private func aside(
        of pictures: BoxedPictures, _ trained: TrainedModel, _ machine: Machine
    ) throws -> BoxedPictures {
        let learned = trained.model.examples
        let regions = try trained.readRegions(data, seed: learned?.seed ?? 0, limits: engine.limits, machine: machine)
        let names = try Set(aside(of: regions, learned).map { regions.names[$0] })
        var own = pictures
        own.pictures.removeAll { !names.contains($0.path) }
        return own
    }

    private func lines(_ scores: DetectionScores, _ classes: [String]) -> [String] {
        let things = scores.wanted.reduce(0, +)
        let width = max(5, classes.map(\.count).max() ?? 0) + 2
        let head = ["count", "AP50", "AP", "precision", "recall"].map { $0.leftPadded(11) }.joined()
        return [
            "mean AP50 \(NumberText.percent(scores.meanAveragePrecision(at: 0))), "
                + "mean AP \(NumberText.percent(scores.meanAveragePrecision)) of \(things) things in \(scores.pictures) pictures",
            "the search met with \(NumberText.percent(Double(scores.met) / Double(max(1, things)))) of the things",
            "", "class".rightPadded(width) + head,
        ]
            + classes.indices.map { label in
                let row = Row(scores, label)
                let shares = [row.narrow, row.wide, row.precision, row.recall]
                return classes[label].rightPadded(width) + "\(row.count)".leftPadded(11)
                    + shares.map { ($0.map(NumberText.percent) ?? "-").leftPadded(11) }.joined()
            }
    }

    private func json(_ scores: DetectionScores, _ classes: [String]) -> JSON {
        func number(_ value: Double?) -> JSON { value.map(JSON.number) ?? .null }
        let things = scores.wanted.reduce(0, +)
        return [
            "pictures": .integer(scores.pictures), "count": .integer(things),
            "map50": .number(scores.meanAveragePrecision(at: 0)), "map": .number(scores.meanAveragePrecision),
            "met": .number(Double(scores.met) / Double(max(1, things))),
            "classes": .array(
                classes.indices.map { label in
                    let row = Row(scores, label)
                    return [
                        "name": .string(classes[label]), "count": .integer(row.count), "ap50": number(row.narrow),
                        "ap": number(row.wide), "precision": number(row.precision), "recall": number(row.recall),
                    ]
                }),
        ]
    }

    /// What is told of a class; nil where there is nothing to take a share of.
    private struct Row {
        let count: Int
        let narrow: Double?
        let wide: Double?
        let precision: Double?
        let recall: Double?

        init(_ scores: DetectionScores, _ label: Int) {
            count = scores.wanted[label]
            narrow = scores.averagePrecision(of: label, at: 0)
            let all = DetectionScores.overlaps.indices.compactMap { scores.averagePrecision(of: label, at: $0) }
            wide = all.isEmpty ? nil : all.reduce(0, +) / Double(all.count)
            let (found, right) = scores.counts(of: label, from: Eval.sure)
            precision = found == 0 ? nil : Double(right) / Double(found)
            recall = count == 0 ? nil : Double(right) / Double(count)
        }
    }
}
