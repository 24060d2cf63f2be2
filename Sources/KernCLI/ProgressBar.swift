/// How far a batch has come: a bar with rate and time left, on a terminal only.
package struct ProgressBar {
    private let total: Int
    private let terminal: Terminal
    private let start = ContinuousClock.now
    private var drawn: ContinuousClock.Instant?

    /// Nil where no one would see it, or there is too little to wait for.
    init?(total: Int, terminal: Terminal) {
        guard terminal.showsBars, total > 1 else { return nil }
        self.total = total
        self.terminal = terminal
    }

    /// Redrawn ten times a second at most.
    mutating func show(done: Int) {
        let now = ContinuousClock.now
        if let drawn, now - drawn < .milliseconds(100) { return }
        drawn = now
        terminal.showBar(
            ProgressBar.text(done: done, of: total, seconds: (now - start).seconds, width: terminal.talkWidth))
    }

    /// `[######            ] 123/1000  45/s  0:19 left`
    package static func text(done: Int, of total: Int, seconds: Double, width: Int) -> String {
        var facts = "\(done)/\(total)"
        if done > 0, seconds > 0.5 {
            let rate = Double(done) / seconds
            facts += "  \(NumberText.short(rate >= 10 ? rate.rounded() : (rate * 10).rounded() / 10))/s"
            facts += "  \(clock(Double(total - done) / rate)) left"
        }
        let room = min(40, width - facts.count - 4)
        guard room >= 5 else { return String(facts.prefix(max(0, width - 1))) }
        let filled = total == 0 ? room : done * room / total
        return "[" + String(repeating: "#", count: filled) + String(repeating: " ", count: room - filled) + "] " + facts
    }

    /// `0:19`, `1:02:03`
    static func clock(_ seconds: Double) -> String {
        let whole = Int(min(seconds.rounded(.up), 359_999))
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let (hours, minutes) = (whole / 3600, whole / 60 % 60)
        return hours > 0 ? "\(hours):\(two(minutes)):\(two(whole % 60))" : "\(minutes):\(two(whole % 60))"
    }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
