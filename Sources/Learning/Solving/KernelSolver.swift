import Convolution
import Pixels

/// Finds a kernel from pictures before and after it, exactly: least squares over all pixels that say something.
///
///     var solver = KernelSolver(KernelModel(window: Window(size: Size(5))))
///     try solver.add(before: PictureReader(path: "a.png"), after: PictureReader(path: "b.png"))
///     try solver.solve().outputs[0].weights   // 25 numbers
///
/// Each pair is read once, row by row. Windows that leave the picture do not count, nor do pixels at the ends of the
/// range, whose true value is not known, nor windows with something transparent in them.
public struct KernelSolver {
    public let model: KernelModel
    private let machine: Machine
    private var sums: [NormalSums] = []
    private var headers: (before: PictureHeader, after: PictureHeader)?
    private var levels: Int?
    private var expectations: [Expectation] = []
    private var range = (Double.infinity, -Double.infinity)

    public init(_ model: KernelModel, machine: Machine = Machine()) throws(SolvingError) {
        if let symmetry = model.symmetry, symmetry.needsSquare, model.window.size.width != model.window.size.height {
            throw .symmetryNeedsSquare(symmetry, model.window.size)
        }
        if model.isSeparable {
            if model.colour == .mix { throw .separableMix }
            if let symmetry = model.symmetry, ![.leftRight, .topBottom, .both].contains(symmetry) {
                throw .separableSymmetry(symmetry)
            }
        }
        self.model = model
        self.machine = machine
    }

    public mutating func add(before: any RowSource, after: any RowSource) throws {
        if let headers {
            guard headers.before.channels.colorCount == before.header.channels.colorCount,
                headers.after.channels.colorCount == after.header.channels.colorCount
            else { throw SolvingError.channelsVary(before: before.header.channels, after: after.header.channels) }
        }
        var pair = try PairSums(model, before: before.header, after: after.header, machine: machine)
        pair.expectations = expectations
        headers = headers ?? (before.header, after.header)
        try pair.run(before, after)
        if let top = after.header.depth.levels { levels = min(levels ?? top, top) }
        range = (min(range.0, pair.darkest), max(range.1, pair.brightest))
        if sums.isEmpty {
            sums = pair.sums
        } else {
            for index in sums.indices { sums[index].add(pair.sums[index]) }
        }
    }

    /// A solver for a second look at the same pairs, which no longer lets the errors of rounding near a clipped end of the
    /// range tell; nil where so little was clipped that the first look is as good.
    public func secondLook(after learned: LearnedKernel) -> KernelSolver? {
        let all = sums.reduce(0) { $0 + $1.pixels + $1.clippedPixels }
        guard levels != nil, !model.isLinear, !learned.outputs.contains(where: \.includesClipped),
            learned.isExplained, Double(learned.clipped) > 0.005 * all
        else { return nil }
        let unit = 255 / Double(levels ?? 255)
        var second = self
        second.sums = []
        second.headers = nil
        second.expectations = zip(learned.outputs, sums).map { output, sums in
            let added = model.hasBias ? output.bias * 255 : output.roundingOffset * unit
            return Expectation(
                weights: output.weights.flatMap { $0 } + [added], fadesBelow: sums.clippedBelow > 0,
                fadesAbove: sums.clippedPixels > sums.clippedBelow, unit: unit)
        }
        return second
    }

    public func solve() throws(SolvingError) -> LearnedKernel {
        let (clipped, transparent) = sums.reduce((0, 0)) {
            ($0.0 + Int($1.clippedPixels), $0.1 + Int($1.transparentPixels))
        }
        guard let headers, sums.allSatisfy({ $0.pixels + $0.clippedPixels > 0 }) else {
            throw .nothingLeft(clipped: clipped, transparent: transparent)
        }
        let inputs = model.colour == .mix ? headers.before.channels.colorCount : 1
        var outputs: [LearnedKernel.Output] = []
        var used = 0
        for sums in sums {
            let problem = OutputProblem(sums, model: model, inputs: inputs, levels: levels)
            guard let output = problem.solution() else {
                throw sums.pixels > 0 ? .overflow : .nothingLeft(clipped: clipped, transparent: transparent)
            }
            outputs.append(output)
            used += Int(sums.pixels + (output.includesClipped ? sums.clippedPixels : 0))
        }
        return LearnedKernel(
            model: model, outputs: outputs, inputs: inputs, levels: levels, pixels: used,
            clipped: outputs.contains(where: \.includesClipped) ? 0 : clipped, transparent: transparent,
            range: range.0 / 255...max(range.0, range.1) / 255)
    }
}
