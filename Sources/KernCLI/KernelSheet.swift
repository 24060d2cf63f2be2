import Convolution
import Pixels

/// How several kernels stand on one picture: those of one output side by side, outputs in rows, and several of these beside one
/// another where that makes them larger. Lengths are counted in cells, a weight each.
struct KernelSheet {
    /// Kernels in a row, and rows.
    let columns: Int
    let rows: Int
    /// Kernels of one output; nothing is between outputs where that is 1.
    private let perOutput: Int
    /// What a kernel takes with what lies between it and the next.
    private let step: Size

    init(_ kernels: [Kernel], perOutput: Int, in size: Size?) {
        let apart = kernels.count > 1 ? 1 : 0
        let step = Size(
            width: (kernels.map(\.size.width).max() ?? 1) + apart,
            height: (kernels.map(\.size.height).max() ?? 1) + apart)
        let count = max(1, kernels.count)
        let aim = size ?? Size(1)
        func sheet(_ columns: Int, _ perOutput: Int) -> KernelSheet {
            KernelSheet(columns: columns, rows: (count + columns - 1) / columns, perOutput: perOutput, step: step)
        }
        func best(_ sheets: [KernelSheet]) -> KernelSheet? { sheets.max { $0.scale(in: aim) < $1.scale(in: aim) } }
        let outputs = max(1, count / max(1, perOutput))
        // Of equals those that stand side by side.
        let whole = best((1...outputs).reversed().map { sheet($0 * perOutput, perOutput) })
        if let whole, perOutput == 1 || size == nil || whole.scale(in: aim) >= 1 {
            self = whole
        } else {
            // Where there is no pixel for each weight, as many as there is room for.
            self = best((1...count).reversed().map { sheet($0, 1) }) ?? sheet(count, 1)
        }
    }

    private init(columns: Int, rows: Int, perOutput: Int, step: Size) {
        (self.columns, self.rows, self.perOutput, self.step) = (columns, rows, perOutput, step)
    }

    /// Cells between outputs that stand beside one another, to the left of a column.
    func apart(before column: Int) -> Int { perOutput > 1 ? column / perOutput : 0 }

    var width: Int { columns * step.width + apart(before: columns - 1) }
    var height: Int { rows * step.height }

    /// Pixels to a cell.
    func scale(in size: Size) -> Double {
        min(Double(size.width) / Double(width), Double(size.height) / Double(height))
    }

    /// A picture on which each weight can be seen: 256x256 where there is room for that, and no more than a screen shows where it
    /// can be helped.
    var size: Size {
        let longest = max(width, height)
        if longest * Self.clear <= Self.usual { return Size(Self.usual) }
        let cell = min(Self.clear, max(Self.least, Self.screen / longest), max(1, KernelPicture.longestSide / longest))
        return Size(width: width * cell, height: height * cell)
    }

    private static let usual = 256
    private static let screen = 1024
    /// Pixels to a cell that are enough, and those that there are at least.
    private static let clear = 8
    private static let least = 4
}
