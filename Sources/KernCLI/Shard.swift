import Arguments

/// One of several equal parts of a list, so that as many machines can share the work: `2/4`.
package struct Shard: Hashable, Sendable {
    /// From 1.
    package let number: Int
    package let count: Int

    package init(_ number: Int, of count: Int) {
        precondition(count > 0 && (1...count).contains(number), "part \(number) of \(count) is none")
        self.number = number
        self.count = count
    }

    /// `2/4`, as `--shard` takes it.
    package init(word: String) throws(ArgumentError) {
        let parts = word.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 2, let number = parts[0], let count = parts[1], count > 0, (1...count).contains(number)
        else { throw .refused("'--shard' is I/N, the I-th of N parts, such as 1/4 to 4/4, not '\(word)'") }
        self.init(number, of: count)
    }

    /// Whether the element at `position` of the sorted list, from 0, belongs to this part.
    package func contains(_ position: Int) -> Bool { position % count == number - 1 }
}
