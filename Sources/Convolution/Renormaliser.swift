/// `border=renorm`: what a result at the rim is multiplied with, so that the taps inside make up for those outside.
struct Renormaliser: Sendable {
    /// For each output channel the sums of the weights above and left of (x, y): (h + 1) rows of w + 1.
    private let sums: [[Double]]
    private let width: Int

    init(_ bank: Bank) throws(GeometryError) {
        let size = bank.size
        width = size.width + 1
        var sums: [[Double]] = []
        for o in 0..<(bank.isShared ? 1 : bank.outputs) {
            var sum = [Double](repeating: 0, count: (size.width + 1) * (size.height + 1))
            var magnitude = 0.0
            for y in 0..<size.height {
                for x in 0..<size.width {
                    var weight = 0.0
                    for i in 0..<bank.inputsPerGroup { weight += bank.kernel(output: o, input: i)[x: x, y: y] }
                    magnitude += abs(weight)
                    let at = (y + 1) * width + x + 1
                    sum[at] = weight + sum[at - 1] + sum[at - width] - sum[at - width - 1]
                }
            }
            guard let whole = sum.last, abs(whole) > 1e-6 * magnitude else { throw .nothingToRenormalise }
            sums.append(sum)
        }
        self.sums = sums
    }

    /// The factor where only the taps `x` by `y` lie inside.
    func factor(output: Int, x: Range<Int>, y: Range<Int>) -> Float {
        let sum = sums.count == 1 ? sums[0] : sums[output]
        let inside =
            sum[y.upperBound * width + x.upperBound] - sum[y.lowerBound * width + x.upperBound]
            - sum[y.upperBound * width + x.lowerBound] + sum[y.lowerBound * width + x.lowerBound]
        return Float(Renormaliser.factor(whole: sum[sum.count - 1], inside: inside))
    }

    /// whole / inside; 1 where the weights inside cancel out, so that there is nothing to divide by.
    static func factor(whole: Double, inside: Double) -> Double {
        abs(inside) > 1e-6 * abs(whole) ? whole / inside : 1
    }
}
