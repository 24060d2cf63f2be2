import Convolution
import Pixels

/// A kernel drawn with characters: two columns a cell, so that cells are about square.
///
/// Plus and minus differ without colour too: weights above zero are shaded blocks, those below are strokes.
struct BlockArt {
    static let legend = "blocks weigh plus, strokes minus"

    /// What is less of the heaviest than this looks like nothing.
    private static let faintest = 1.0 / 255

    let lines: [String]

    init(_ kernel: Kernel, width: Int, hasColor: Bool) {
        let cells = Cells(kernel, most: Size(width: max(8, min(width, 100) / 2), height: 40))
        let largest = max(cells.values.lazy.map(abs).max() ?? 0, .leastNormalMagnitude)
        lines = (0..<cells.size.height).map { y in
            let row = (0..<cells.size.width).map { x in
                BlockArt.cell(cells.values[y * cells.size.width + x] / largest, hasColor: hasColor)
            }.joined()
            return hasColor ? row + "\u{1B}[0m" : row
        }
    }

    /// - Parameter value: −1…1.
    private static func cell(_ value: Double, hasColor: Bool) -> String {
        let level = abs(value) < faintest ? 0 : min(4, Int(abs(value).squareRoot() * 4) + 1)
        let shape = value < 0 ? [" ·", "- ", "--", "==", "≡≡"][level] : [" ·", "░░", "▒▒", "▓▓", "██"][level]
        guard hasColor, level > 0 else { return hasColor ? "\u{1B}[0m" + shape : shape }
        return "\u{1B}[\(value > 0 ? 33 : 36)m" + shape
    }

    /// `▁▂▃▅▇█` for values of 0…`top`.
    static func chart(_ values: [Double], top: Double) -> String {
        let bars = Array(" ▁▂▃▄▅▆▇█")
        return String(values.map { bars[min(8, max(0, Int((top > 0 ? $0 / top : 0) * 8 + 0.5)))] })
    }

    /// The weights, where there are too many brought down to the heaviest of each patch.
    private struct Cells {
        let size: Size
        let values: [Double]

        init(_ kernel: Kernel, most: Size) {
            let patch = max(
                (kernel.size.width + most.width - 1) / most.width, (kernel.size.height + most.height - 1) / most.height)
            let size = Size(
                width: (kernel.size.width + patch - 1) / patch, height: (kernel.size.height + patch - 1) / patch)
            var values = [Double](repeating: 0, count: size.width * size.height)
            for (index, weight) in kernel.weights.enumerated() {
                let cell = index / kernel.size.width / patch * size.width + index % kernel.size.width / patch
                if abs(weight) > abs(values[cell]) { values[cell] = weight }
            }
            self.size = size
            self.values = values
        }
    }
}
