/// Names for the steps of a program that hold weights: the word and how many of its kind came before, `conv1`, `conv2`.
struct NodeLabels {
    private var counts: [String: Int] = [:]

    mutating func next(for call: Call) -> String {
        guard case .name(let word) = call.head else { return next("kernel") }
        return next(word.text)
    }

    private mutating func next(_ word: String) -> String {
        counts[word, default: 0] += 1
        return word + "\(counts[word, default: 1])"
    }
}
