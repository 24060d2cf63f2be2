/// Where the lines of a chart lie: at numbers that are round, as 0, 0.5, 1, 1.5, 2 are.
struct RoundSteps {
    /// From 0 to the top.
    let count: Int
    private let step: Double

    var top: Double { Double(count) * step }

    func value(_ line: Int) -> Double { Double(line) * step }

    /// The least four or five steps that reach up to `largest`.
    init(upTo largest: Double) {
        var power = 1.0
        // What is smaller has no steps left to be told apart by.
        let reach = largest.isFinite && largest > 1e-300 ? largest : 1
        while power * 5 >= reach { power /= 10 }
        while power * 50 < reach { power *= 10 }
        let all = [1, 2, 2.5, 3, 4, 5, 10].flatMap { mantissa in [4, 5].map { (count: $0, step: mantissa * power) } }
        // A hair more than the top is what rounding made of it.
        let reaching = all.filter { Double($0.count) * $0.step >= reach * (1 - 1e-9) }
        let least = reaching.min { Double($0.count) * $0.step < Double($1.count) * $1.step }
        (count, step) = least ?? (5, 10 * power)
    }

    /// How far numbers counted from 1 to `count` stand apart, where there is room for `most` of them.
    static func between(_ count: Int, most: Int) -> Int {
        var power = 1
        while true {
            for step in [1, 2, 5] where count / (step * power) <= most { return step * power }
            power *= 10
        }
    }
}
