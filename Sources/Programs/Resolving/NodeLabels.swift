/// Names for the steps of a program that hold weights: the word and how many of its kind came before, `conv1`, `conv2`;
/// or the name that a step was given. No two are the same.
struct NodeLabels {
    private var counts: [String: Int] = [:]
    private var taken: Set<String> = []

    mutating func next(for call: Call) -> String {
        let word = if case .name(let word) = call.head { word.text } else { "kernel" }
        counts[word, default: 0] += 1
        return unique(word + "\(counts[word, default: 1])")
    }

    /// `name`, or where it was given out before, `name.2`.
    mutating func unique(_ name: String) -> String {
        var (candidate, number) = (name, 2)
        while !taken.insert(candidate).inserted {
            candidate = "\(name).\(number)"
            number += 1
        }
        return candidate
    }
}
