import Pixels
import Synchronization

/// A window that runs on 8-bit samples as they lie in the picture and leaves such samples: rounded once, halves up, clipped
/// to 0…255. Nothing becomes a float plane on the way.
///
/// One takes the place of a planned convolution or pooling where the whole program is this window, or where all windows
/// before it pick samples.
package protocol LevelFilter: Sendable {
    /// How it is done, for `explain`.
    var account: String { get }

    /// What one thread works in, in bytes.
    var scratchBytes: Int { get }

    /// Computes the output rows `rows` on one thread.
    /// - Returns: how many samples lay more than half a level outside 0…255.
    func run(_ source: ReadableLevels, rows: Range<Int>, into target: WritableLevels, _ lanes: Lanes) -> Int

    /// The same on all threads, with the same bytes wherever a piece begins. Pieces are rows where a filter does not say otherwise.
    func run(_ source: ReadableLevels, rows: Range<Int>, into target: WritableLevels, on machine: Machine) -> Int

    /// Rows of the window: a thread takes several times that.
    var windowRows: Int { get }
}

extension LevelFilter {
    package func run(
        _ source: ReadableLevels, rows: Range<Int>, into target: WritableLevels, on machine: Machine
    ) -> Int {
        let share = (rows.count + 2 * machine.workers - 1) / (2 * machine.workers)
        let grain = max(8, windowRows / 2, (share + 3) / 4 * 4)
        let clipped = Atomic(0)
        machine.split(rows, grain: grain) { piece in
            clipped.add(run(source, rows: piece, into: target, machine.lanes), ordering: .relaxed)
        }
        return clipped.load(ordering: .relaxed)
    }
}

extension Convolution {
    /// The same on levels, where that gives the same or is provably within a hundredth of a level.
    package var levelFilter: (any LevelFilter)? {
        guard let ground = LevelGround(geometry, border: border, shape: input), bank.isShared, !isExact,
            bank.bias.allSatisfy({ $0 == 0 }), border != .renorm, border != .keep, method != .reference
        else { return nil }
        let whole = WholeWeights(bank.kernels[0])
        if let whole, let box = LevelBox(whole, ground) { return box }
        let taps = bank.size.width * bank.size.height
        let forProduct = (bank.size.width + bank.size.height) * LevelWindow.tapsForProduct
        let isQuickest = rank.map { taps <= forProduct * max(1, $0) } ?? true
        if let whole, isQuickest, let window = LevelWindow(whole, ground) { return window }
        guard let factors = factors ?? bank.kernels[0].line ?? bank.kernels[0].fewFactors else { return nil }
        // Floats are off by less than whole numbers over a divisor are apart; words of 16 bits need not be.
        if let fixed = LevelFixed(factors, of: bank.kernels[0], ground), whole == nil || fixed.isExact { return fixed }
        return LevelProducts(factors, ground)
    }
}

extension Pooling {
    /// The same on levels: extremes, ranks of small windows and squares of four.
    package var levelFilter: (any LevelFilter)? {
        guard !isReference, isWhole, border != .keep else { return nil }
        return LevelMedian(self) ?? LevelHalving(self) ?? LevelExtreme(self) ?? LevelSelection(self)
    }
}
