import Convolution

/// What is found in samples before they are brought to a range or a spread. What is no number takes no part.
struct RangeFindings {
    private(set) var low = Double.infinity
    private(set) var high = -Double.infinity
    private var sum = 0.0
    private var squares = 0.0
    private var numbers = 0.0

    init() {}

    init(in row: UnsafePointer<Float>, _ count: Int, _ loops: RowLoops) {
        let extremes = loops.extremes(row, count)
        (low, high) = (Double(extremes.low), Double(extremes.high))
        (sum, squares) = loops.sums(row, row, count)
        numbers = Double(count)
        guard squares.isNaN else { return }
        self = RangeFindings()
        for x in 0..<count where !row[x].isNaN { add(Double(row[x]), times: 1) }
    }

    mutating func add(_ value: Double, times: Double) {
        (low, high) = (min(low, value), max(high, value))
        sum += value * times
        squares += value * value * times
        numbers += times
    }

    mutating func add(_ other: RangeFindings) {
        (low, high) = (min(low, other.low), max(high, other.high))
        sum += other.sum
        squares += other.squares
        numbers += other.numbers
    }

    var mean: Double { sum / numbers }
    var deviation: Double { max(0, squares / numbers - mean * mean).squareRoot() }

    /// Whether the values lie farther apart than rounding can bring them, which for values of about 1 is `rounding`.
    func differs(by rounding: Double) -> Bool {
        high > low && (rounding == 0 || high - low > rounding * max(1, abs(low), abs(high)))
    }

    // MARK: As a survey hands them on

    static let count = 5

    var figures: [Double] { [low, high, sum, squares, numbers] }

    init(figures: ArraySlice<Double>) {
        let figures = Array(figures.prefix(RangeFindings.count))
        (low, high, sum, squares, numbers) = (figures[0], figures[1], figures[2], figures[3], figures[4])
    }
}
