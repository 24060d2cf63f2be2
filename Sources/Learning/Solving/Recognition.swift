import Convolution
import Pixels
import Programs
import Steps

/// A kernel of the catalogue that a learned one is, but for a factor and a turn.
public struct Recognition: Hashable, Sendable {
    /// As it is written in a program: `gaussian 1.5`.
    public var program: String
    public var turn: Turn
    /// What the known kernel is multiplied with.
    public var factor: Double
    /// Its part outside the window was cut off, and the rest brought to the same sum.
    public var isCut: Bool
    /// How far the two lie apart: the root of Σ (difference)² by that of Σ w².
    public var mismatch: Double
    /// Whether the difference is within what the pictures can tell.
    public var isExact: Bool
    /// Where its anchor lies, from that of the window, in taps.
    public var offset = PerAxis(0)

    /// The eight ways to lay a square on itself.
    public enum Turn: String, Sendable, CaseIterable {
        case none = ""
        case quarter = "turned by 90°"
        case half = "turned by 180°"
        case threeQuarters = "turned by 270°"
        case leftRight = "mirrored left to right"
        case topBottom = "mirrored top to bottom"
        case diagonal = "mirrored along its diagonal"
        case antidiagonal = "mirrored along its other diagonal"

        /// Where the turned kernel has what the kernel has at (x, y), both from the anchor.
        func place(_ x: Int, _ y: Int) -> (x: Int, y: Int) {
            switch self {
            case .none: (x, y)
            case .quarter: (-y, x)
            case .half: (-x, -y)
            case .threeQuarters: (y, -x)
            case .leftRight: (-x, y)
            case .topBottom: (x, -y)
            case .diagonal: (y, x)
            case .antidiagonal: (-y, -x)
            }
        }
    }
}

/// Looks for a learned kernel in the catalogue: as it stands, turned, multiplied, with other parameters.
struct Recogniser {
    private let catalogue: Catalogue
    private let weights: [Double]
    private let size: Size
    /// Where known kernels are laid on it, by their own anchors.
    private let anchor: PerAxis<Int>
    /// √Σ w², and how far it may be off by the noise of the weights.
    private let norm: Double
    private let noise: Double

    /// Worth telling.
    private static let near = 0.05
    /// Worth fitting parameters.
    private static let promising = 0.6
    /// Worth fitting them closely.
    private static let hopeful = 0.3
    /// Steps of the golden section: to a fiftieth of the way, and to a ten-thousandth. More digits are not told.
    private static let roughly = 8
    private static let closely = 20

    init?(_ weights: [Double], errors: [Double], size: Size, anchor: PerAxis<Int>, catalogue: Catalogue) {
        norm = weights.reduce(0) { $0 + $1 * $1 }.squareRoot()
        guard norm > 0, norm.isFinite else { return nil }
        noise = errors.reduce(0) { $0 + $1 * $1 }.squareRoot() / norm
        // In noise anything can be seen.
        guard noise < 0.1 else { return nil }
        self.weights = weights
        self.size = size
        self.anchor = anchor
        self.catalogue = catalogue
    }

    /// The simplest of those that fit, else the nearest if it is near.
    func best(on machine: Machine) -> Recognition? {
        var found: Recognition?
        func offer(_ candidate: Recognition?) {
            guard let candidate else { return }
            if let found, found.isExact || candidate.mismatch >= found.mismatch && !candidate.isExact { return }
            found = candidate
        }
        var families: [(file: KernelFile, name: String)] = []
        for entry in catalogue.entries {
            guard let file = try? entry.file(), file.isOneKernel else { continue }
            guard let kernel = kernel(entry.name),
                let plain = match(kernel, entry.name, turns: Recognition.Turn.allCases)
            else { continue }
            offer(plain)
            if found?.isExact == true { return found }
            // What is far larger than the window cannot be told from a part of it.
            guard isComparable(kernel) else { continue }
            if !file.parameters.isEmpty { families.append((file, entry.name)) }
        }
        // Behind an exact one, whoever found it, nothing is taken: the answer is that of one thread.
        let candidates = families
        let fitted = Guarded([Recognition?](repeating: nil, count: candidates.count + 1))
        machine.split(0..<candidates.count + 1, grain: 1) { piece in
            for index in piece {
                guard !fitted.withLock({ $0[..<index].contains { $0?.isExact == true } }) else { continue }
                let fit = index < candidates.count ? fit(candidates[index].file, candidates[index].name) : sharpened()
                fitted.withLock { $0[index] = fit }
            }
        }
        for candidate in fitted.withLock({ $0 }) { offer(candidate) }
        guard let found, found.isExact || found.mismatch <= Recogniser.near else { return nil }
        return found
    }

    private func isComparable(_ kernel: Kernel) -> Bool {
        max(kernel.size.width, kernel.size.height) <= 2 * max(size.width, size.height) + 8
    }

    // MARK: One kernel

    private func kernel(_ program: String) -> Kernel? {
        guard let graph = try? catalogue.graph(for: SourceText(text: program)), graph.nodes.count == 2 else {
            return nil
        }
        return (graph.nodes[1].step as? KernelStep)?.kernel
    }

    private func match(_ program: String, turns: [Recognition.Turn]) -> Recognition? {
        kernel(program).flatMap { match($0, program, turns: turns) }
    }

    private func match(_ kernel: Kernel, _ program: String, turns: [Recognition.Turn]) -> Recognition? {
        var best: Recognition?
        // A kernel that looks the same after a turn is not called turned for the last bit of a sum.
        for turn in turns {
            guard let next = compare(kernel, program, turn) else { continue }
            if let best, next.mismatch > best.mismatch - 1e-9 { continue }
            best = next
        }
        return best
    }

    /// - Returns: nil where too much of the kernel lies outside the window to speak of it.
    private func compare(_ kernel: Kernel, _ program: String, _ turn: Recognition.Turn) -> Recognition? {
        let own = kernel.anchor ?? PerAxis(x: (kernel.size.width - 1) / 2, y: (kernel.size.height - 1) / 2)
        var placed = [Double](repeating: 0, count: weights.count)
        var (all, inside, cross) = (0.0, 0.0, 0.0)
        for y in 0..<kernel.size.height {
            for x in 0..<kernel.size.width {
                let weight = kernel[x: x, y: y]
                guard weight != 0 else { continue }
                all += weight * weight
                let place = turn.place(x - own.x, y - own.y)
                let (px, py) = (place.x + anchor.x, place.y + anchor.y)
                guard px >= 0, px < size.width, py >= 0, py < size.height else { continue }
                placed[py * size.width + px] = weight
                inside += weight * weight
                cross += weight * weights[py * size.width + px]
            }
        }
        guard inside > 0.5 * all, cross != 0 else { return nil }
        let factor = cross / inside
        var square = 0.0
        for (learned, known) in zip(weights, placed) {
            square += (learned - factor * known) * (learned - factor * known)
        }
        let mismatch = square.squareRoot() / norm
        return Recognition(
            program: program, turn: turn, factor: rounded(factor: factor), isCut: inside < all * (1 - 1e-7),
            mismatch: mismatch,
            isExact: mismatch <= tolerance)
    }

    /// With no more digits than are known.
    private func rounded(factor: Double) -> Double {
        for scale in [1.0, 10, 100, 1000] {
            let tried = (factor * scale).rounded() / scale
            if abs(tried - factor) <= tolerance * abs(factor) { return tried }
        }
        return factor
    }

    private var tolerance: Double { min(max(3 * noise, 2e-4), 0.01) }

    // MARK: Parameters

    /// The parameters of a kernel file, one after the other, for which it comes nearest.
    private func fit(_ file: KernelFile, _ name: String) -> Recognition? {
        var values = file.parameters.map { Number.parse($0.defaultValue.text) ?? 1 }
        func text(_ values: [Double]) -> String { ([name] + values.map(Recogniser.short)).joined(separator: " ") }
        func mismatch(_ values: [Double]) -> Double { match(text(values), turns: [.none])?.mismatch ?? 2 }
        var nearest = mismatch(values)
        // A line that is too long or too short is nearest at its angle; one at a wrong angle is nearest when it is a dot.
        let isAngle = file.parameters.map { $0.name.text == "angle" }
        for index in values.indices.filter({ isAngle[$0] }) + values.indices.filter({ !isAngle[$0] }) {
            for value in Recogniser.trials(file.parameters[index].name.text, standard: values[index]) {
                var tried = values
                tried[index] = value
                guard let kernel = kernel(text(tried)) else { continue }
                // Beyond the usual value the next ones are larger still.
                guard isComparable(kernel) else {
                    if value > values[index] { break }
                    continue
                }
                let distance = match(kernel, text(tried), turns: [.none])?.mismatch ?? 2
                // Half a turn further a line is the same but for the last bit.
                if distance < nearest - 1e-9 { (values, nearest) = (tried, distance) }
            }
        }
        guard nearest < Recogniser.promising else { return nil }
        // Roughly first: most are not it. An angle that was looked for with a wrong length is looked for again with a better one.
        for round in 0..<(values.count == 1 ? 2 : 5) {
            let before = nearest
            for index in values.indices {
                let reach = isAngle[index] ? 12 : max(abs(values[index]) * 0.4, 0.5)
                let steps = round == 0 ? Recogniser.roughly : Recogniser.closely
                let best = Recogniser.minimum(values[index] - reach, values[index] + reach, steps: steps) { value in
                    var tried = values
                    tried[index] = value
                    return mismatch(tried)
                }
                var tried = values
                tried[index] = best
                let distance = mismatch(tried)
                if distance < nearest { (values, nearest) = (tried, distance) }
            }
            guard nearest < Recogniser.hopeful else { return nil }
            if round > 0, nearest > 0.98 * before { break }
        }
        return match(rounded(values, text: text), turns: [.none])
    }

    /// Where a parameter may lie, the smallest first: angles anywhere, others within a factor of what they are by themselves.
    private static func trials(_ name: String, standard: Double) -> [Double] {
        if name == "angle" { return (0..<24).map { Double($0) * 15 } }
        let unit = standard == 0 ? 1 : standard
        // Sizes are whole numbers.
        let factors = [0.2, 0.35, 0.5, 0.7, 0.85, 1.2, 1.5, 2, 3, 5]
        return Set(factors.map { $0 * unit } + (1...15).map(Double.init)).sorted()
    }

    /// With no more digits than the pictures tell.
    private func rounded(_ values: [Double], text: ([Double]) -> String) -> String {
        for scale in [1.0, 2, 10, 100, 1000] {
            let tried = values.map { ($0 * scale).rounded() / scale }
            if let found = match(text(tried), turns: [.none]), found.isExact { return text(tried) }
        }
        return text(values.map { ($0 * 1000).rounded() / 1000 })
    }

    /// A number for a program, without more digits than it needs.
    private static func short(_ value: Double) -> String { Number.text((value * 1e6).rounded() / 1e6) }

    /// The place of the smallest value between two, by the golden section.
    private static func minimum(
        _ low: Double, _ high: Double, steps: Int = closely, _ value: (Double) -> Double
    ) -> Double {
        let ratio = (5.0.squareRoot() - 1) / 2
        var (a, b) = (low, high)
        var (c, d) = (b - ratio * (b - a), a + ratio * (b - a))
        var (atC, atD) = (value(c), value(d))
        for _ in 0..<steps {
            if atC < atD {
                (b, d, atD) = (d, c, atC)
                c = b - ratio * (b - a)
                atC = value(c)
            } else {
                (a, c, atC) = (c, d, atD)
                d = a + ratio * (b - a)
                atD = value(d)
            }
        }
        return (a + b) / 2
    }

    // MARK: Sharpening by a blur

    /// The picture plus `amount` times what a Gaussian takes away, which is no kernel of the catalogue but a program.
    private func sharpened() -> Recognition? {
        func trial(_ sigma: Double) -> (amount: Double, factor: Double, mismatch: Double)? {
            guard let blur = kernel("gaussian \(Recogniser.short(sigma))") else { return nil }
            let half = (blur.size.width - 1) / 2
            // w ≈ a δ − b G: two unknowns.
            var (gg, gd, wg) = (0.0, 0.0, 0.0)
            var blurred = [Double](repeating: 0, count: weights.count)
            for y in 0..<size.height {
                for x in 0..<size.width {
                    let (bx, by) = (x - anchor.x + half, y - anchor.y + half)
                    guard bx >= 0, by >= 0, bx < blur.size.width, by < blur.size.height else { continue }
                    blurred[y * size.width + x] = blur[x: bx, y: by]
                    gg += blur[x: bx, y: by] * blur[x: bx, y: by]
                    wg += blur[x: bx, y: by] * weights[y * size.width + x]
                }
            }
            let own = anchor.y * size.width + anchor.x
            gd = blurred[own]
            let determinant = gg - gd * gd
            guard determinant > 1e-9 else { return nil }
            let a = (weights[own] * gg - wg * gd) / determinant
            let b = (weights[own] * gd - wg) / determinant
            guard b > 0, a > b else { return nil }
            var square = 0.0
            for index in weights.indices {
                let known = (index == own ? a : 0) - b * blurred[index]
                square += (weights[index] - known) * (weights[index] - known)
            }
            return (b / (a - b), a - b, square.squareRoot() / norm)
        }
        let starts = [0.4, 0.6, 0.9, 1.3, 2, 3].filter { 4 * $0 <= Double(max(size.width, size.height)) }
        guard let start = starts.min(by: { (trial($0)?.mismatch ?? 2) < (trial($1)?.mismatch ?? 2) }) else {
            return nil
        }
        let sigma = Recogniser.minimum(start * 0.6, start * 1.6) { trial($0)?.mismatch ?? 2 }
        for scale in [1.0, 2, 10, 100, 1000] {
            let tried = (sigma * scale).rounded() / scale
            guard tried > 0.1, let found = trial(tried) else { continue }
            if found.mismatch <= tolerance || scale == 1000 {
                let amount = (found.amount * 1000).rounded() / 1000
                return Recognition(
                    program: "unsharp \(Recogniser.short(tried)) \(Recogniser.short(amount))", turn: .none,
                    factor: rounded(factor: found.factor), isCut: false, mismatch: found.mismatch,
                    isExact: found.mismatch <= tolerance)
            }
        }
        return nil
    }
}

extension KernelFile {
    /// Whether its program can be one kernel and nothing else.
    fileprivate var isOneKernel: Bool {
        guard program.steps.count == 1 else { return false }
        switch program.steps[0].head {
        case .matrix, .kernel: return true
        case .name: return false
        }
    }
}

extension LearnedKernel {
    /// What is known of this kind, for a kernel that all channels share: at the anchor, or where else its weight lies.
    public func recognition(in catalogue: Catalogue, on machine: Machine = Machine()) -> Recognition? {
        // What the pictures leave open was filled in so that weights are small and alike, as those of a box are.
        guard model.colour == .shared, let output = outputs.first, output.blindCount == 0 else { return nil }
        let anchor = model.window.resolvedAnchor(of: nil)
        var found: Recognition?
        let map = WeightMap(self)
        // The search of the catalogue is most of the time that a small picture takes.
        let isElsewhere = model.window.anchor != nil || map.mayBeShifted
        for place in isElsewhere ? map.places(besides: anchor) : [anchor] {
            let recogniser = Recogniser(
                output.weights[0], errors: output.errors[0], size: size, anchor: place, catalogue: catalogue)
            guard var next = recogniser?.best(on: machine) else { continue }
            next.offset = PerAxis(x: place.x - anchor.x, y: place.y - anchor.y)
            if next.isExact { return next }
            if next.mismatch < found?.mismatch ?? .infinity { found = next }
        }
        return found
    }
}
