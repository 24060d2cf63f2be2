import Arguments

/// What an example of a class counts, as `--class-weights 'cat=2,dog=0.5'` says; classes that are not named count 1.
struct ClassWeights: Sendable {
    private let named: [(name: String, weight: Double)]

    private static let most = 1e6

    init(_ text: String) throws {
        var named: [(name: String, weight: Double)] = []
        var entry = ""
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            // A name may have commas of its own: what has no number yet goes on.
            entry += entry.isEmpty ? part : ",\(part)"
            guard let sign = entry.lastIndex(of: "=") else { continue }
            let (name, number) = (entry[..<sign].withoutBlanks, entry[entry.index(after: sign)...].withoutBlanks)
            guard let weight = Double(number), weight >= 0, weight <= Self.most else {
                throw ArgumentError.refused(
                    "--class-weights: '\(name)' is to weigh '\(number)'; a weight is a number from 0 to 1000000")
            }
            guard !name.isEmpty, !named.contains(where: { $0.name == name }) else {
                throw ArgumentError.refused(
                    name.isEmpty
                        ? "--class-weights: '\(entry)' names no class; write CLASS=WEIGHT, as in 'cat=2,dog=0.5'"
                        : "--class-weights: the class '\(name)' is weighed twice; leave one out")
            }
            named.append((name, weight))
            entry = ""
        }
        guard entry.isEmpty, !named.isEmpty else {
            throw ArgumentError.refused(
                "--class-weights: '\(entry.isEmpty ? text : entry)' has no weight; write CLASS=WEIGHT, as in 'cat=2,dog=0.5'"
            )
        }
        self.named = named
    }

    /// A weight for each of `classes`.
    ///
    /// - Parameter counts: how many examples to learn from each class has, and behind them what shows none of them; that
    ///   weighs 1.
    func weights(of classes: [String], counts: [Int]) throws -> [Double] {
        var weights = [Double](repeating: 1, count: counts.count)
        for (name, weight) in named {
            guard let index = classes.firstIndex(of: name) else {
                let shown = classes.prefix(10).joined(separator: ", ") + (classes.count > 10 ? ", …" : "")
                throw ArgumentError.refused("--class-weights: there is no class '\(name)'; the classes are \(shown)")
            }
            weights[index] = weight
        }
        guard classes.indices.contains(where: { weights[$0] > 0 && counts[$0] > 0 }) else {
            throw ArgumentError.refused(
                "--class-weights: all classes that have examples weigh 0, so that there is nothing to learn; give one of "
                    + "them a weight")
        }
        return weights
    }
}
