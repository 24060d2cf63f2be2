/// The candidate a misspelt word most likely meant, or nil if none is near.
///
/// Insertions, deletions, replacements and swaps of neighbours count one each; capitals do not count. A word of n letters
/// may be (n + 1) / 3 of them away. Failing that, the shortest candidate that begins with the word is offered.
package func nearest(_ word: String, among candidates: [String]) -> String? {
    let wanted = Array(word.lowercased().unicodeScalars.prefix(65))
    guard !wanted.isEmpty, wanted.count <= 64 else { return nil }
    var best: (candidate: String, distance: Int)?
    for candidate in candidates {
        let scalars = Array(candidate.lowercased().unicodeScalars.prefix(65))
        guard abs(scalars.count - wanted.count) <= 21, scalars.count <= 64 else { continue }
        let distance = editDistance(wanted, scalars)
        if distance < best?.distance ?? Int.max { best = (candidate, distance) }
    }
    if let best, best.distance <= max(1, (wanted.count + 1) / 3), best.distance < wanted.count { return best.candidate }
    guard wanted.count >= 3 else { return nil }
    return candidates.filter { $0.lowercased().unicodeScalars.starts(with: wanted) }
        .min { ($0.count, $0) < ($1.count, $1) }
}

/// The optimal string alignment distance.
private func editDistance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
    var beforeLast = [Int](repeating: 0, count: b.count + 1)
    var last = Array(0...b.count)
    for i in a.indices {
        var row = [i + 1]
        row.reserveCapacity(b.count + 1)
        for j in b.indices {
            var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
            if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, beforeLast[j - 1] + 1) }
            row.append(cost)
        }
        (beforeLast, last) = (last, row)
    }
    return last[b.count]
}
