import Convolution

/// The least-squares problem of one output channel, from its sums to its weights.
struct OutputProblem {
    private let sums: NormalSums
    private let model: KernelModel
    private let inputs: Int
    /// The largest stored number; nil for floats.
    private let levels: Int?
    private let unknowns: Unknowns

    /// How far rounding is believed to shift a whole picture, as a standard deviation in levels: halves that are rounded
    /// up make 1/8 where a kernel's answers are quarters. It only matters where the picture is too flat to tell.
    private static let shiftOfRounding = 0.15

    init(_ sums: NormalSums, model: KernelModel, inputs: Int, levels: Int?) {
        self.sums = sums
        self.model = model
        self.inputs = inputs
        self.levels = levels
        let taps = model.window.size.width * model.window.size.height
        unknowns = Unknowns(
            kernels: inputs, taps: taps, symmetry: model.symmetry?.representatives(model.window.size),
            hasOffset: model.hasBias || levels != nil)
    }

    /// A level of the picture after, in those of 8 bits.
    private var unit: Double { 255 / Double(levels ?? 255) }

    /// nil where nothing counts, or the sums are too large to compute with.
    func solution() -> LearnedKernel.Output? {
        let strict = sums.pixels > 0 ? fit(includingClipped: false) : nil
        guard sums.clippedPixels > 0 else { return strict }
        // 0 and 1 need not be ends: a float picture goes on behind them, a flat black area is black. They are let in where
        // they agree with the rest: for floats if the kernel is then exact, else only if nothing tells without them.
        let needsMore = strict.map { $0.blindCount > 0 } ?? true
        guard levels == nil || needsMore, let loose = fit(includingClipped: true) else { return strict }
        let isExact = loose.residual <= (levels == nil ? 1e-3 : 0.35)
        let tellsMore = strict.map { loose.blindCount < $0.blindCount || levels == nil } ?? true
        return isExact && tellsMore ? loose : strict
    }

    private func fit(includingClipped: Bool) -> LearnedKernel.Output? {
        let pixels = sums.pixels + (includingClipped ? sums.clippedPixels : 0)
        let squares = sums.squares + (includingClipped ? sums.clippedSquares : 0)
        let matrix = unknowns.tie(matrix: sums.matrix(includingClipped: includingClipped))
        func answers(roundedBy variance: Double) -> [Double] {
            guard includingClipped else { return unknowns.tie(sums.answers(roundedBy: variance)) }
            return unknowns.tie(zip(sums.answers, sums.clippedAnswers).map { $0 + $1 })
        }
        guard (matrix + [squares]).allSatisfy({ $0.isFinite && abs($0) < 1e250 }) else { return nil }
        let system = LinearSystem(penalised(matrix, pixels), count: unknowns.count)
        var solution = solved(system, answers(roundedBy: 0))
        func meanSquare() -> Double {
            let cross = zip(answers(roundedBy: 0), solution).reduce(0) { $0 + $1.0 * $1.1 }
            let square = squares - 2 * cross + LinearSystem.form(matrix, solution)
            return max(0, square) / max(1, pixels - Double(unknowns.count))
        }
        if levels != nil, !includingClipped, !model.isLinear {
            // The variance of rounding is what is left over, but never more than that of numbers that can be anything.
            solution = solved(system, answers(roundedBy: min(1 / 12, meanSquare() / (unit * unit))))
        }
        guard solution.allSatisfy(\.isFinite) else { return nil }
        // What is known beforehand tells as much as a picture does; that small weights are preferred does not.
        let isPlain = model.ridge == 0 && model.sum == nil
        let telling = isPlain ? system : LinearSystem(withDemands(matrix), count: unknowns.count)
        return output(solution, system, meanSquare: meanSquare(), blind: telling.blindCount, includingClipped)
    }

    private func output(
        _ solution: [Double], _ system: LinearSystem, meanSquare: Double, blind: Int, _ includesClipped: Bool
    ) -> LearnedKernel.Output {
        let taps = unknowns.ofTap.count / inputs
        // Even a perfect fit is not known better than this.
        let least = levels == nil ? 1e-5 : 0.05 * unit
        let sigma = max(meanSquare, least * least).squareRoot()
        let errors = (0..<unknowns.count).map { index in
            var one = [Double](repeating: 0, count: unknowns.count)
            one[index] = 1
            return sigma * system.inverseForm(one).squareRoot()
        }
        let weights = unknowns.weights(solution)
        let errorOfTap = unknowns.weights(errors)
        func split(_ values: [Double]) -> [[Double]] {
            (0..<inputs).map { Array(values[$0 * taps..<($0 + 1) * taps]) }
        }
        let offset = unknowns.offset(solution)
        // The offset of rounding is not determined by a picture without contrast, and need not be.
        return LearnedKernel.Output(
            weights: split(weights), bias: model.hasBias ? offset / 255 : 0, errors: split(errorOfTap),
            roundingOffset: model.hasBias ? 0 : offset / unit, blindCount: blind,
            residual: meanSquare.squareRoot() / unit, rounding: rounding, includesClipped: includesClipped)
    }

    /// The root of the mean squared error of rounding, in levels.
    private var rounding: Double {
        guard levels != nil else { return 0 }
        return (sums.pixels > 0 ? sums.slopes / sums.pixels / 12 : 1 / 12).squareRoot()
    }

    private func penalised(_ matrix: [Double], _ pixels: Double) -> [Double] {
        var result = matrix
        let n = unknowns.count
        for (unknown, taps) in unknowns.multiplicities.enumerated() {
            result[unknown * n + unknown] += model.ridge * pixels * 255 * 255 * taps
        }
        holdOffset(of: &result)
        return result
    }

    /// Rounding alone adds little, even where a picture is too flat to tell.
    private func holdOffset(of matrix: inout [Double]) {
        guard unknowns.hasOffset, !model.hasBias else { return }
        let shift = OutputProblem.shiftOfRounding
        matrix[matrix.count - 1] += 1 / (12 * shift * shift)
    }

    /// The sum as one equation more, which weighs as much as the others do.
    private func withDemands(_ matrix: [Double]) -> [Double] {
        var result = matrix
        let n = unknowns.count
        holdOffset(of: &result)
        guard model.sum != nil else { return result }
        let taps = unknowns.multiplicities
        let most = taps.max() ?? 1
        let weight = max(1, (0..<n).map { matrix[$0 * n + $0] }.max() ?? 0) / (most * most)
        for i in 0..<n {
            for j in 0..<n { result[i * n + j] += weight * taps[i] * taps[j] }
        }
        return result
    }

    private func solved(_ system: LinearSystem, _ answers: [Double]) -> [Double] {
        if model.isSeparable {
            let free = system.solve(answers)
            return SeparableFit(model: model, system: system, unknowns: unknowns, answers: answers).solution(from: free)
        }
        guard let sum = model.sum else { return system.solve(answers) }
        return system.solve(answers, holding: unknowns.multiplicities, to: sum)
    }
}

extension LinearSystem {
    /// The best x of those with c · x = `value`.
    func solve(_ b: [Double], holding c: [Double], to value: Double) -> [Double] {
        let free = solve(b)
        let along = solve(c)
        func dot(_ x: [Double]) -> Double { zip(c, x).reduce(0) { $0 + $1.0 * $1.1 } }
        let reach = dot(along)
        guard reach > 0 else { return free }
        let step = (value - dot(free)) / reach
        return zip(free, along).map { $0 + step * $1 }
    }
}
