import Tensors

/// A training's state as JSON and back: numbers are written so that the same ones come back.
struct SavedState {
    var state: TrainingState
    var steps: Int
    var purpose: TrainingPurpose

    init?(_ json: JSON) {
        guard let purpose = json["purpose"].flatMap(TrainingPurpose.init), let steps = json.integer("steps"),
            let epoch = json.integer("epoch"),
            let step = json.integer("step"), let setbacks = json.integer("setbacks"),
            let plateau = json.integer("plateau"), case .array(let sum)? = json["sum"], sum.count == 4,
            let loss = sum[0].double, let weight = sum[1].double, let count = sum[2].whole, let correct = sum[3].whole,
            case .array(let reports)? = json["epochs"], steps >= 0, epoch >= 0, step >= 0
        else { return nil }
        var state = TrainingState()
        state.epoch = epoch
        state.step = step
        state.setbacks = setbacks
        state.epochsOnPlateau = plateau
        state.firstLoss = json["first"]?.double
        state.sum.loss = loss
        state.sum.weight = weight
        state.sum.count = count
        state.sum.correct = correct
        for report in reports {
            guard let report = EpochReport(report) else { return nil }
            state.reports.append(report)
        }
        self.state = state
        self.steps = steps
        self.purpose = purpose
    }
}

extension TrainingState {
    func json(steps: Int, purpose: TrainingPurpose) -> JSON {
        [
            "purpose": purpose.json, "steps": .integer(steps), "epoch": .integer(epoch), "step": .integer(step),
            "setbacks": .integer(setbacks), "plateau": .integer(epochsOnPlateau),
            "first": firstLoss.map(JSON.number) ?? .null,
            "sum": [.number(sum.loss), .number(sum.weight), .integer(sum.count), .integer(sum.correct)],
            "epochs": .array(reports.map(\.json)),
        ]
    }
}

extension EpochReport {
    /// As a model's history and `--json` tell it.
    package var json: JSON {
        func optional(_ value: Double?) -> JSON { value.map(JSON.number) ?? .null }
        return [
            "epoch": .integer(epoch), "loss": .number(loss), "accuracy": optional(accuracy),
            "validation_loss": optional(validationLoss), "validation_accuracy": optional(validationAccuracy),
            "rate": .number(rate), "best": .bool(isBest),
        ]
    }

    init?(_ json: JSON) {
        guard let epoch = json.integer("epoch"), let loss = json["loss"]?.double, let rate = json["rate"]?.double,
            case .bool(let isBest)? = json["best"]
        else { return nil }
        self.init(
            epoch: epoch, loss: loss, accuracy: json["accuracy"]?.double,
            validationLoss: json["validation_loss"]?.double, validationAccuracy: json["validation_accuracy"]?.double,
            rate: rate, isBest: isBest)
    }
}

extension JSON {
    fileprivate subscript(key: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key == key }?.value
    }

    fileprivate func integer(_ key: String) -> Int? { self[key]?.whole }

    fileprivate var whole: Int? { if case .integer(let value) = self { value } else { nil } }

    fileprivate var double: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }
}
