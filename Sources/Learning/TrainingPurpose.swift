import Tensors

/// What a training is for and how it is done, in words: only the same one can go on from a checkpoint.
public struct TrainingPurpose: Hashable, Sendable {
    public struct Part: Hashable, Sendable {
        public var name: String
        /// "" where nothing was said.
        public var words: String

        public init(_ name: String, _ words: String) {
            self.name = name
            self.words = words
        }
    }

    public var parts: [Part]

    public init(_ parts: [Part]) { self.parts = parts }

    /// What is not as it was: `its --seed is 3, here it is 4`. nil where all is.
    public func difference(from theirs: TrainingPurpose) -> String? {
        func words(_ purpose: TrainingPurpose, _ name: String) -> String {
            let words = purpose.parts.first { $0.name == name }?.words ?? ""
            return words.isEmpty ? "not given" : words
        }
        let differing = parts.filter { words(theirs, $0.name) != words(self, $0.name) }.map { part in
            "its \(part.name) is \(words(theirs, part.name)), here it is \(words(self, part.name))"
        }
        return differing.isEmpty ? nil : differing.joined(separator: "; ")
    }
}

extension TrainingPurpose {
    var json: JSON { .object(parts.map { JSON.Member(key: $0.name, value: .string($0.words)) }) }

    init?(_ json: JSON) {
        guard case .object(let members) = json else { return nil }
        parts = []
        for member in members {
            guard case .string(let words) = member.value else { return nil }
            parts.append(Part(member.key, words))
        }
    }
}
