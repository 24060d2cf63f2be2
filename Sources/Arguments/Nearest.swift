/// The word of `legal` that `word` was probably meant to be, or nil where none is near.
///
/// Near is at most one slip for every three letters, and at least one: `bordr` → `border`, `aply` → `apply`.
package func nearest(to word: String, among legal: [String]) -> String? {
    let typed = Array(word.lowercased())
    guard typed.count <= 64 else { return nil }
    var best: (word: String, slips: Int)?
    for candidate in legal {
        let letters = Array(candidate.lowercased())
        let allowed = max(1, max(typed.count, letters.count) / 3)
        let slips = slips(between: typed, and: letters)
        if slips <= allowed, slips < best?.slips ?? .max { best = (candidate, slips) }
    }
    return best?.word
}

/// Insertions, deletions, replacements and swaps of neighbours that lead from `a` to `b`.
private func slips(between a: [Character], and b: [Character]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...b.count)
    for i in a.indices {
        var row = [i + 1]
        for j in b.indices {
            var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
            if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, beforeLast[j - 1] + 1) }
            row.append(cost)
        }
        (beforeLast, last) = (last, row)
    }
    return last[b.count]
}
