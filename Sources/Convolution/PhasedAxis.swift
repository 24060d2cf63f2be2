/// An axis taken apart so that windows slide: with dilation d and stride s every (d / gcd)-th output looks at the same
/// grid of pixels, and on that grid the window has no gaps and moves by s / gcd.
///
///     stride 1, dilation 1    // 1 phase, step 1: neighbours
///     stride 1, dilation 2    // 2 phases, step 1: even and odd outputs
///     stride 3, dilation 1    // 1 phase, step 3
struct PhasedAxis: Sendable {
    let axis: Axis
    let phases: Int
    /// What a window moves by from one output of a phase to the next.
    let step: Int

    init(_ axis: Axis) {
        self.axis = axis
        var (a, b) = (axis.stride, axis.dilation)
        while b > 0 { (a, b) = (b, a % b) }
        phases = axis.dilation / a
        step = axis.stride / a
    }

    /// How many of `outputs` are of phase `phase`: those at `phase`, `phase + phases`, … from the first.
    func count(of outputs: Range<Int>, phase: Int) -> Int { max(0, (outputs.count - phase + phases - 1) / phases) }

    /// Samples that `count` windows of a phase look at.
    func span(of count: Int) -> Int { count == 0 ? 0 : (count - 1) * step + axis.kernel }

    /// Where sample `index` of a phase lies; it may be outside the picture.
    func position(of index: Int, in outputs: Range<Int>, phase: Int) -> Int {
        axis.start(outputs.lowerBound + phase) + index * axis.dilation
    }
}

/// What the windows of one phase see of a row: where each sample comes from.
struct PhasedColumns: Sendable {
    /// Windows, and the samples they see between them.
    let count: Int
    let span: Int
    /// Those samples that a pixel stands for; without a border the others take no part.
    let seen: Range<Int>
    private let sources: [Int32]
    private let isContiguous: Bool
    private let outside: Float
    private let inside: Range<Int>

    init(_ axis: PhasedAxis, outputs: Range<Int>, phase: Int, border: Border?, outside: Float) {
        count = axis.count(of: outputs, phase: phase)
        span = axis.span(of: count)
        self.outside = outside
        isContiguous = axis.axis.dilation == 1
        let (input, dilation) = (axis.axis.input, axis.axis.dilation)
        let start = axis.position(of: 0, in: outputs, phase: phase)
        let first = min(span, start >= 0 ? 0 : (-start + dilation - 1) / dilation)
        let end = start >= input ? 0 : min(span, (input - 1 - start) / dilation + 1)
        inside = first..<max(first, end)
        seen = border == nil ? inside : 0..<span
        sources = (0..<span).map {
            Int32((border ?? .zero).source(of: start + $0 * dilation, count: input) ?? -1)
        }
    }

    /// - Parameter pixels: the picture's row, or nil for a row that no pixels stand for.
    func gather(_ pixels: UnsafePointer<Float>?, into out: UnsafeMutablePointer<Float>) {
        guard let pixels else {
            out.update(repeating: outside, count: span)
            return
        }
        sources.withUnsafeBufferPointer { sources in
            func take(_ x: Int) { out[x] = sources[x] < 0 ? outside : pixels[Int(sources[x])] }
            guard isContiguous, !inside.isEmpty else {
                for x in 0..<span { take(x) }
                return
            }
            for x in 0..<inside.lowerBound { take(x) }
            (out + inside.lowerBound).update(from: pixels + Int(sources[inside.lowerBound]), count: inside.count)
            for x in inside.upperBound..<span { take(x) }
        }
    }

    /// How many samples window `index` sees.
    func seen(by index: Int, step: Int, kernel: Int) -> Int {
        max(0, min(seen.upperBound, index * step + kernel) - max(seen.lowerBound, index * step))
    }
}
