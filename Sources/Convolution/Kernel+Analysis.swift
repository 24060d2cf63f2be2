import Pixels

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What can be seen in the weights themselves.
extension Kernel {
    /// Ways in which the weights look the same after being turned or mirrored.
    public struct Symmetry: Hashable, Sendable {
        /// Left and right: 1 equal, −1 opposite, 0 neither.
        public var leftRight: Int
        /// Top and bottom, likewise.
        public var topBottom: Int
        /// Turned by 180°, likewise: 1 means convolution and correlation are the same.
        public var halfTurn: Int
        /// Turned by 90°: only square kernels can be.
        public var quarterTurn: Bool
    }

    public var symmetry: Symmetry {
        let (w, h) = (size.width, size.height)
        let tolerance = 1e-9 * magnitudeSum
        return weights.withUnsafeBufferPointer { weights in
            // Of two places that swap, one is enough.
            func sign(rows: Int, columns: Int, _ mirrored: (Int, Int) -> (Int, Int)) -> Int {
                var (isEqual, isOpposite) = (true, true)
                for y in 0..<rows {
                    for x in 0..<columns {
                        let (mx, my) = mirrored(x, y)
                        let (weight, other) = (weights[y * w + x], weights[my * w + mx])
                        if abs(weight - other) > tolerance { isEqual = false }
                        if abs(weight + other) > tolerance { isOpposite = false }
                    }
                    if !isEqual, !isOpposite { return 0 }
                }
                return isEqual ? 1 : isOpposite ? -1 : 0
            }
            let (halfWidth, halfHeight) = ((w + 1) / 2, (h + 1) / 2)
            return Symmetry(
                leftRight: sign(rows: h, columns: halfWidth) { (w - 1 - $0, $1) },
                topBottom: sign(rows: halfHeight, columns: w) { ($0, h - 1 - $1) },
                halfTurn: sign(rows: halfHeight, columns: w) { (w - 1 - $0, h - 1 - $1) },
                quarterTurn: w == h && sign(rows: h, columns: w) { (w - 1 - $1, $0) } == 1)
        }
    }

    /// How many products of a column and a row add up to it; 1 is separable. nil where it is more than `most`.
    public func rank(most: Int) -> Int? { factors(most: min(most, size.width, size.height))?.rank }

    /// The largest rank that is looked for when someone only wants to know: 64, less for kernels of millions of weights.
    public var rankOfInterest: Int { max(4, min(64, (1 << 26) / weights.count)) }

    /// The smallest whole number that makes every weight whole: 16 for the binomial kernel of size 3. nil beyond 65536.
    public var commonDivisor: Int? {
        let largest = weights.map(abs).max() ?? 0
        guard largest > 0 else { return 1 }
        var divisor = 1
        // Weights are doubles: a quotient of small numbers comes back whole to within a few bits.
        search: while divisor <= 65_536 {
            for weight in weights where weight != 0 {
                let whole = weight * Double(divisor)
                if abs(whole - whole.rounded()) > 1e-9 * max(1, abs(whole)) || abs(whole) > 1e9 || whole.rounded() == 0
                {
                    divisor += 1
                    continue search
                }
            }
            return divisor
        }
        return nil
    }

    /// What becomes of a wave of `x` and `y` cycles a pixel (0.5 is the finest there is): its amplitude is multiplied by
    /// the magnitude, and it is shifted by the phase, in radians.
    public func response(x: Double, y: Double) -> (magnitude: Double, phase: Double) {
        let anchor = anchor ?? PerAxis(x: (size.width - 1) / 2, y: (size.height - 1) / 2)
        var (re, im) = (0.0, 0.0)
        for row in 0..<size.height {
            for column in 0..<size.width where self[x: column, y: row] != 0 {
                let turns = x * Double(column - anchor.x) + y * Double(row - anchor.y)
                re += self[x: column, y: row] * cos(2 * Double.pi * turns)
                im += self[x: column, y: row] * sin(2 * Double.pi * turns)
            }
        }
        return (hypot(re, im), atan2(im, re))
    }
}
