import Convolution
import Pixels

/// Reads a pair of pictures side by side, once, and sums up what least squares need of it.
///
/// Memory holds a band of each: it grows with the width and the kernel, not with the height.
struct PairSums {
    let model: KernelModel
    let geometry: Geometry
    private let machine: Machine
    private var before: LevelRows
    private var after: LevelRows
    /// Outputs whose windows lie inside the picture.
    private let across: Range<Int>
    private let down: Range<Int>
    /// One for each output whose kernels are its own.
    private(set) var sums: [NormalSums]
    /// z with zeros for what does not count, how opaque it is, and a window's samples.
    private var answers: [Double]
    private var opacities: [Double]
    private var values: [Double]
    /// What is known of each output from an earlier look.
    var expectations: [Expectation] = []
    /// The darkest and the brightest sample of the picture after.
    private(set) var darkest = Double.infinity
    private(set) var brightest = -Double.infinity

    private static let band = 32

    init(_ model: KernelModel, before: PictureHeader, after: PictureHeader, machine: Machine) throws(SolvingError) {
        do {
            geometry = try Geometry(model.window, input: before.size)
        } catch {
            throw .kernelDoesNotFit(error)
        }
        guard geometry.output == after.size else {
            throw .sizes(before: before.size, after: after.size, expected: geometry.output)
        }
        let (inputs, outputs) = (before.channels.colorCount, after.channels.colorCount)
        guard model.colour == .mix || inputs == outputs else {
            throw .channels(before: before.channels, after: after.channels)
        }
        let size = model.window.size
        let unknowns = (size.area ?? .max).multipliedReportingOverflow(by: model.colour == .mix ? inputs : 1)
        guard !unknowns.overflow, unknowns.partialValue <= KernelModel.mostUnknowns else {
            throw .tooManyUnknowns(unknowns.partialValue)
        }
        across = geometry.x.wholeOutputs
        down = geometry.y.wholeOutputs
        guard !across.isEmpty, !down.isEmpty else {
            throw .noWindowInside(size, picture: before.size)
        }
        self.model = model
        self.machine = machine
        let reach = Extent.span(of: size.height, dilation: model.window.dilation.y) - 1
        self.before = LevelRows(before, keeping: reach, band: PairSums.band, isLinear: model.isLinear)
        self.after = LevelRows(after, keeping: 0, band: 1, isLinear: model.isLinear)
        let count = unknowns.partialValue + 1
        sums = [NormalSums](repeating: NormalSums(count: count), count: model.colour == .mix ? outputs : 1)
        answers = [Double](repeating: 0, count: after.size.width)
        opacities = [Double](repeating: 255, count: after.size.width)
        values = [Double](repeating: 1, count: count)
    }

    /// Reads both pictures to their ends.
    mutating func run(_ first: any RowSource, _ second: any RowSource) throws {
        let height = before.header.size.height
        var written = 0
        while before.end < height {
            let start = before.end
            try before.read(min(PairSums.band, height - start), from: first)
            addProducts(of: start..<before.end)
            while written < geometry.output.height, written < down.upperBound || before.end == height {
                let isInside = down.contains(written)
                guard !isInside || lastRow(of: written) < before.end else { break }
                try after.read(1, from: second)
                if isInside { addAnswers(of: written) }
                written += 1
            }
        }
        // Where every window ends above the last row.
        while written < geometry.output.height {
            try after.read(1, from: second)
            written += 1
        }
        // Of all windows each output's sums hold the same.
        for index in sums.indices.dropFirst() { sums[index].products = sums[0].products }
    }

    private func lastRow(of output: Int) -> Int {
        geometry.y.start(output) + (geometry.y.kernel - 1) * geometry.y.dilation
    }

    /// The channels whose samples lie under the windows of one output, for each set of outputs that share a kernel.
    private var streams: [(inputs: [Int], outputs: [(channel: Int, sums: Int)])] {
        let inputs = before.header.channels.colorCount
        switch model.colour {
        case .shared: return (0..<inputs).map { ([$0], [($0, 0)]) }
        case .mix: return [(Array(0..<inputs), sums.indices.map { ($0, $0) })]
        }
    }

    private var isDense: Bool { geometry.x.stride == 1 && geometry.y.stride == 1 }
}

// MARK: All windows

extension PairSums {
    /// Two samples of a window that lie so far apart: rows and columns from the first to the second, each in its channel.
    private struct Lag {
        let rise: Int
        let shift: Int
        let first: (channel: Int, plane: Int)
        let second: (channel: Int, plane: Int)
    }

    /// Each pair of taps has one lag, so that what two of them add up is never the same sum.
    private func lags(among channels: [Int]) -> [Lag] {
        var lags: [Lag] = []
        for rise in 0..<geometry.y.kernel {
            for a in channels.enumerated() {
                for b in channels.enumerated() where rise > 0 || a.offset <= b.offset {
                    let least = rise == 0 && a.offset == b.offset ? 0 : 1 - geometry.x.kernel
                    lags += (least..<geometry.x.kernel).map {
                        Lag(rise: rise, shift: $0, first: (a.offset, a.element), second: (b.offset, b.element))
                    }
                }
            }
        }
        return lags
    }

    /// With stride 1 the product of two taps is that of any two pixels as far apart, summed over a shifted rectangle.
    ///
    /// - Parameter band: the rows that have just come.
    private mutating func addProducts(of band: Range<Int>) {
        guard isDense else { return }
        for stream in streams {
            let lags = lags(among: stream.inputs)
            let (count, machine) = (sums[0].count, machine)
            let sum = LagSum(across: across, down: down, geometry: geometry, count: count)
            before.withRows { rows in
                sums[0].products.withUnsafeMutableBufferPointer { products in
                    guard let base = products.baseAddress else { return }
                    nonisolated(unsafe) let (rows, products) = (rows, base)
                    machine.split(0..<lags.count, grain: 1) { piece in
                        for lag in lags[piece] {
                            for y in band { sum.add(lag, of: y, in: rows, to: products, machine) }
                        }
                    }
                    for y in band { sum.addOnes(y, stream.inputs, in: rows, to: products) }
                }
            }
        }
    }

    /// Sums up the products of a lag over all windows, for each pair of taps that has it.
    private struct LagSum {
        let across: Range<Int>
        let down: Range<Int>
        let geometry: Geometry
        let count: Int

        private var left: Int { geometry.x.start(across.lowerBound) }

        /// Pairs whose later row is `y`.
        func add(
            _ lag: Lag, of y: Int, in rows: LevelRows.Rows, to products: UnsafeMutablePointer<Double>,
            _ machine: Machine
        ) {
            let (gx, gy, width) = (geometry.x, geometry.y, across.count)
            let (kw, kh) = (gx.kernel, gy.kernel)
            let upper = y - lag.rise * gy.dilation
            guard upper >= rows.first, let rowA = rows.row(upper, plane: lag.first.plane),
                let rowB = rows.row(y, plane: lag.second.plane)
            else { return }
            // The earlier tap's rows for which the window lies inside.
            let taps = (0..<kh - lag.rise).filter { down.contains(upper + gy.before - $0 * gy.dilation) }
            guard let first = taps.first, let last = taps.last else { return }
            let least = max(0, -lag.shift)
            let most = min(kw, kw - lag.shift)
            let p = rowA + left
            let q = rowB + left + lag.shift * gx.dilation
            var sum = machine.dot(p + least * gx.dilation, q + least * gx.dilation, width)
            for kx in least..<most {
                for ky in first...last {
                    let t = (lag.first.channel * kh + ky) * kw + kx
                    let u = (lag.second.channel * kh + ky + lag.rise) * kw + kx + lag.shift
                    products[min(t, u) * count + max(t, u)] += sum
                }
                guard kx + 1 < most else { break }
                let at = kx * gx.dilation
                for x in at..<at + gx.dilation { sum += p[x + width] * q[x + width] - p[x] * q[x] }
            }
        }

        /// What the samples of row `y` make with the 1 behind them.
        func addOnes(
            _ y: Int, _ channels: [Int], in rows: LevelRows.Rows, to products: UnsafeMutablePointer<Double>
        ) {
            let (gx, gy, width) = (geometry.x, geometry.y, across.count)
            let (kw, kh) = (gx.kernel, gy.kernel)
            let taps = (0..<kh).filter { down.contains(y + gy.before - $0 * gy.dilation) }
            for (i, plane) in channels.enumerated() where !taps.isEmpty {
                guard let row = rows.row(y, plane: plane) else { continue }
                var sum = (left..<left + width).reduce(0.0) { $0 + row[$1] }
                for kx in 0..<kw {
                    for ky in taps { products[((i * kh + ky) * kw + kx) * count + count - 1] += sum }
                    guard kx + 1 < kw else { break }
                    let at = left + kx * gx.dilation
                    for x in at..<at + gx.dilation { sum += row[x + width] - row[x] }
                }
            }
            if taps.contains(kh - 1) { products[count * count - 1] += Double(width) }
        }
    }
}

// MARK: What became of them

extension PairSums {
    private mutating func addAnswers(of y: Int) {
        for stream in streams {
            if !isDense { addWindows(of: y, under: stream.inputs) }
            for output in stream.outputs {
                sort(y, under: stream.inputs, output.channel, into: output.sums)
                correlate(y, under: stream.inputs, into: output.sums)
            }
        }
    }

    /// Windows that are apart have no sums in common: each is added for itself.
    private mutating func addWindows(of y: Int, under channels: [Int]) {
        let count = sums[0].count
        for x in across {
            gather(x, y, channels)
            sums[0].products.withUnsafeMutableBufferPointer { products in
                if let base = products.baseAddress { machine.addOuter(base, values, count, weight: 1) }
            }
        }
    }

    /// Which pixels of row `y` count: their values go to `answers`, those of the others are summed apart.
    private mutating func sort(_ y: Int, under channels: [Int], _ channel: Int, into index: Int) {
        let top = after.header.depth.levels
        let hasAlpha = before.header.channels.hasAlpha
        after.copy(y, plane: channel, to: &answers)
        if after.header.channels.hasAlpha { after.copy(y, plane: after.header.channels.count - 1, to: &opacities) }
        let expectation = expectations.isEmpty ? nil : expectations[index]
        var (squares, pixels, slopes) = (0.0, 0.0, 0.0)
        for x in across {
            let value = answers[x]
            darkest = min(darkest, value)
            brightest = max(brightest, value)
            var share = 0.0
            if opacities[x] < 255 || hasAlpha && !isOpaqueWindow(x, y) {
                gather(x, y, channels)
                sums[index].exclude(values, .transparent, machine)
            } else if value == 0 || value == 255 {
                gather(x, y, channels)
                sums[index].exclude(values, .clipped(value: value), machine)
            } else if let expectation {
                share = 1
                if expectation.mayFade(value) {
                    gather(x, y, channels)
                    share = expectation.share(values)
                    if share < 1 { sums[index].exclude(values, .withheld(share: 1 - share), machine) }
                }
            } else {
                share = 1
                if let top, !model.isLinear {
                    let level = Int((value * Double(top) / 255).rounded())
                    if NormalSums.isNearEdge(level, top: top) {
                        gather(x, y, channels)
                        sums[index].noteEdge(values, level: level, top: top)
                    }
                }
            }
            squares += share * value * value
            pixels += share
            if model.isLinear { slopes += share * LevelRows.squaredSlope(value) }
            answers[x] = share * value
        }
        sums[index].squares += squares
        sums[index].pixels += pixels
        sums[index].slopes += model.isLinear ? slopes : pixels
    }

    /// answers · samples, for each tap a row's correlation.
    private mutating func correlate(_ y: Int, under channels: [Int], into index: Int) {
        let (gx, gy) = (geometry.x, geometry.y)
        let (across, machine, answers) = (across, machine, answers)
        let last = sums[index].count - 1
        sums[index].answers[last] += across.reduce(0) { $0 + answers[$1] }
        before.withRows { rows in
            answers.withUnsafeBufferPointer { answers in
                guard let answers = answers.baseAddress else { return }
                for (i, channel) in channels.enumerated() {
                    for ky in 0..<gy.kernel {
                        guard let row = rows.row(gy.start(y) + ky * gy.dilation, plane: channel) else { continue }
                        for kx in 0..<gx.kernel {
                            let tap = (i * gy.kernel + ky) * gx.kernel + kx
                            let start = gx.start(across.lowerBound) + kx * gx.dilation
                            if gx.stride == 1 {
                                sums[index].answers[tap] += machine.dot(
                                    answers + across.lowerBound, row + start, across.count)
                            } else {
                                var sum = 0.0
                                for x in across {
                                    sum += answers[x] * row[start + (x - across.lowerBound) * gx.stride]
                                }
                                sums[index].answers[tap] += sum
                            }
                        }
                    }
                }
            }
        }
    }

    /// The samples under the window of output (x, y), into `values`.
    private mutating func gather(_ x: Int, _ y: Int, _ channels: [Int]) {
        let (gx, gy) = (geometry.x, geometry.y)
        let left = gx.start(x)
        before.withRows { rows in
            var at = 0
            for channel in channels {
                for ky in 0..<gy.kernel {
                    guard let row = rows.row(gy.start(y) + ky * gy.dilation, plane: channel) else { continue }
                    for kx in 0..<gx.kernel {
                        values[at] = row[left + kx * gx.dilation]
                        at += 1
                    }
                }
            }
        }
    }

    private func isOpaqueWindow(_ x: Int, _ y: Int) -> Bool {
        let (gx, gy) = (geometry.x, geometry.y)
        let alpha = before.header.channels.count - 1
        return before.withRows { rows in
            (0..<gy.kernel).allSatisfy { ky in
                guard let row = rows.row(gy.start(y) + ky * gy.dilation, plane: alpha) else { return false }
                return (0..<gx.kernel).allSatisfy { row[gx.start(x) + $0 * gx.dilation] >= 255 }
            }
        }
    }
}

extension Axis {
    /// Outputs all of whose taps lie inside the picture.
    var wholeOutputs: Range<Int> {
        let reach = dilation * (kernel - 1)
        guard reach < input else { return 0..<0 }
        let first = (before + stride - 1) / stride
        let last = (input - 1 - reach + before) / stride
        return first <= min(last, output - 1) ? first..<min(last, output - 1) + 1 : 0..<0
    }
}
