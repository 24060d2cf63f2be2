import Arguments
import Convolution
import Pixels

/// A kernel in words, numbers and blocks, for `show`.
struct KernelText {
    let kernel: Kernel
    let width: Int
    let hasColor: Bool

    /// Everything there is to say about it, without its name.
    var lines: [String] { facts + [""] + matrix + ["", "drawn (\(BlockArt.legend)):", ""] + blocks }

    var blocks: [String] { BlockArt(kernel, width: width - 2, hasColor: hasColor).lines.map { "  " + $0 } }

    // MARK: Facts

    var facts: [String] {
        var lines = ["size      \(kernel.size), \(counted(taps, "tap"))" + anchorText]
        lines.append("sum       \(sumText)")
        lines.append("symmetry  \(symmetryText)")
        lines.append("rank      \(rankText)")
        return lines
    }

    private var taps: Int { kernel.weights.count { $0 != 0 } }

    private func counted(_ count: Int, _ noun: String) -> String {
        "\(count) \(noun)\(count == 1 ? " that weighs" : "s that weigh")"
    }

    private var anchorText: String {
        let even = kernel.size.width % 2 == 0 || kernel.size.height % 2 == 0
        guard kernel.anchor != nil || even else { return "" }
        let anchor = kernel.anchor ?? PerAxis(x: (kernel.size.width - 1) / 2, y: (kernel.size.height - 1) / 2)
        return ", anchor \(anchor.x),\(anchor.y)"
    }

    private var sumText: String {
        if kernel.isSigned { return "0: flat areas answer 0, and the result is signed" }
        let sum = NumberText.short(kernel.sum)
        if abs(kernel.sum - 1) < 1e-9 { return "1: flat areas stay as they are" }
        return "\(sum): flat areas become \(sum) times as bright"
    }

    private var symmetryText: String {
        let symmetry = kernel.symmetry
        func phrase(_ sign: Int, _ axis: String) -> String? {
            sign == 1 ? "\(axis) alike" : sign == -1 ? "\(axis) opposite" : nil
        }
        var parts = [phrase(symmetry.leftRight, "left and right"), phrase(symmetry.topBottom, "top and bottom")]
            .compactMap(\.self)
        if symmetry.quarterTurn { parts.append("the same after a quarter turn") }
        let turn =
            switch symmetry.halfTurn {
            case 1: "convolution and correlation agree"
            case -1: "convolution ('flip') has the opposite sign"
            default: "convolution ('flip') gives another result"
            }
        return (parts.isEmpty ? ["none"] : parts).joined(separator: ", ") + "; " + turn
    }

    private var rankText: String {
        guard let rank = kernel.rank(most: kernel.rankOfInterest) else { return "more than \(kernel.rankOfInterest)" }
        switch rank {
        case 0: return "0: all weights are 0"
        case 1 where kernel.size.width == 1 || kernel.size.height == 1: return "1: a single row or column"
        case 1: return "1: separable, a column times a row"
        default: return "\(rank): a sum of \(rank) columns times rows"
        }
    }

    // MARK: The matrix

    /// Rows of aligned numbers; a common divisor is written once. Empty where it would not fit.
    var matrix: [String] {
        let (columns, rows) = (kernel.size.width, kernel.size.height)
        guard columns * 2 + 4 <= max(width, 40), rows <= 40 else { return middleRow }
        let (cells, divisor) = cellTexts
        let column = (cells.map(\.count).max() ?? 1) + 1
        guard columns * column + 4 <= max(width, 40) else { return middleRow }
        return (0..<rows).map { y in
            let numbers = (0..<columns).map { cells[y * columns + $0].leftPadded(column) }.joined()
            let isLast = y == rows - 1
            return "  " + (y == 0 ? "[" : " ") + numbers + (isLast ? " ]" + (divisor == 1 ? "" : " / \(divisor)") : "")
        }
    }

    /// What stands for a matrix that is too large to print.
    private var middleRow: [String] {
        let row = (kernel.anchor?.y ?? (kernel.size.height - 1) / 2)
        let numbers = (0..<kernel.size.width).map { NumberText.short(kernel[x: $0, y: row]) }
        let told = numbers.prefix(64).joined(separator: " ") + (numbers.count > 64 ? " …" : "")
        let title = "row \(row + 1) of \(kernel.size.height) (--json lists them all):"
        return [title] + wrapped(told, width: max(width, 40) - 4).map { "  " + $0 }
    }

    private var cellTexts: (cells: [String], divisor: Int) {
        let isSmall = kernel.weights.count <= 1024
        if isSmall, let divisor = kernel.commonDivisor, divisor <= 10_000 {
            let whole = kernel.weights.map { ($0 * Double(divisor)).rounded() }
            if whole.allSatisfy({ abs($0) < 100_000 }) {
                return (texts { NumberText.fixed(whole[$0], places: 0) }, divisor)
            }
        }
        let largest = kernel.weights.lazy.map(abs).max() ?? 1
        let places = largest >= 100 ? 1 : largest >= 1 ? 3 : largest >= 0.01 ? 4 : 6
        return (texts { NumberText.fixed(kernel.weights[$0], places: places) }, 1)
    }

    private func texts(_ number: (Int) -> String) -> [String] {
        kernel.weights.indices.map { kernel.holes.contains($0) ? "." : number($0) }
    }
}
