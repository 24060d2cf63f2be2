import Convolution
import Pixels

/// ImageMagick's kernel strings: `3x3+1+1: 0,-1,0 -1,5,-1 0,-1,0`, `3: …`, `3x3>: …`, a bare list, several with `;` between.
///
/// `-morphology Convolve` turns them by 180°, `-morphology Correlate` does not; the place named is the anchor.
enum ImageMagickText {
    static func looksLike(_ text: Substring) -> Bool {
        guard let colon = text.firstIndex(of: ":"), let first = text.first, first.isNumber else { return false }
        return text[..<colon].allSatisfy { "0123456789x+-@<> ".contains($0) }
    }

    static func read(
        _ text: String, isCorrelated: Bool, scale: String? = nil
    ) throws(ForeignKernelError) -> [ForeignKernel] {
        var kernels: [ForeignKernel] = []
        let scale: ImageMagickScale? = if let scale { try ImageMagickScale(scale) } else { nil }
        for part in text.split(separator: ";") where !part.allSatisfy(\.isWhitespace) {
            for kernel in try self.kernels(part) {
                let scaled = try scale?.applied(to: kernel) ?? kernel
                kernels.append(ForeignKernel(isCorrelated ? scaled : try scaled.turned()))
            }
        }
        return kernels
    }

    static func write(_ foreign: ForeignKernel, isCorrelated: Bool, _ notes: inout [String]) -> String {
        MatrixTexts.noteBorder(foreign, "ImageMagick", .edge, &notes)
        if foreign.offset != 0 {
            notes.append(
                "the offset is no part of the kernel: add -define convolve:bias=\((foreign.offset * 100).asWritten)%")
        }
        let kernel = foreign.kernel
        let (width, height) = (kernel.size.width, kernel.size.height)
        var cells = (0..<width * height).map { kernel.holes.contains($0) ? "nan" : kernel.weights[$0].asWritten }
        var place = kernel.resolvedAnchor
        if !isCorrelated {
            cells.reverse()
            place = PerAxis(x: width - 1 - place.x, y: height - 1 - place.y)
        }
        let rows = stride(from: 0, to: cells.count, by: width).map { cells[$0..<$0 + width].joined(separator: ",") }
        let isMiddle = place.x == (width - 1) / 2 && place.y == (height - 1) / 2
        return "\(width)x\(height)" + (isMiddle ? "" : "+\(place.x)+\(place.y)") + ": " + rows.joined(separator: " ")
    }

    /// As it is written, not turned.
    private static func kernels(_ text: Substring) throws(ForeignKernelError) -> [Kernel] {
        guard let colon = text.firstIndex(of: ":") else { return [try bare(text)] }
        var head = String(text[..<colon].filter { !$0.isWhitespace })
        guard head.first?.isNumber == true else {
            throw ForeignKernelError(
                "'\(head.prefix(40))' is the name of a kernel of ImageMagick's; kern's are listed by 'kern list kernels'"
            )
        }
        // Of several flags the first of these counts.
        let turns = ImageMagickTurns.allCases.first { head.contains($0.rawValue) }
        head.removeAll { ImageMagickTurns(rawValue: $0) != nil }
        var place: PerAxis<Int>?
        let pieces = head.split(separator: "+").map(String.init)
        if pieces.count == 3, let x = Int(pieces[1]), let y = Int(pieces[2]) {
            place = PerAxis(x: x, y: y)
        } else if pieces.count != 1 {
            throw ForeignKernelError("'\(head.prefix(40))' is no size and place such as 3x3+1+1")
        }
        head = pieces.first ?? ""
        let sides = head.split(separator: "x").map { Int($0) ?? 0 }
        guard (1...2).contains(sides.count), let width = sides.first, let height = sides.last, width > 0, height > 0,
            width <= 1 << 24, height <= 1 << 24
        else { throw ForeignKernelError("'\(head.prefix(40))' is no size such as 3x3") }
        let (weights, holes) = try cells(text[text.index(after: colon)...])
        let kernel = try ForeignKernelError.kernel(
            rows: height, columns: width, weights, holes: holes, anchor: place)
        return try turns?.kernels(of: kernel) ?? [kernel]
    }

    private static func bare(_ text: Substring) throws(ForeignKernelError) -> Kernel {
        let (weights, holes) = try cells(text)
        let side = Int(Double(weights.count).squareRoot())
        guard side * side == weights.count, side % 2 == 1 else {
            throw ForeignKernelError(
                "\(weights.count) numbers are no square of odd sides; write the size, as in 3x2: 1,2,3 4,5,6")
        }
        return try ForeignKernelError.kernel(rows: side, columns: side, weights, holes: holes)
    }

    /// `nan` and `-` are holes.
    private static func cells(_ text: Substring) throws(ForeignKernelError) -> ([Double], Set<Int>) {
        var weights: [Double] = []
        var holes: Set<Int> = []
        for word in text.split(whereSeparator: { $0 == "," || $0.isWhitespace }) {
            if word.lowercased() == "nan" || word == "-" {
                holes.insert(weights.count)
                weights.append(0)
            } else {
                weights += try MatrixTexts.numbers(word)
            }
        }
        return (weights, holes)
    }
}
