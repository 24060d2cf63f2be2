import Convolution
import Pixels

/// Syntaxes that are little more than the numbers: GraphicsMagick's list, vips' matrix, G'MIC's, and rows.
enum MatrixTexts {
    /// The numbers in `text`, whatever stands between them: blanks, commas, tabs, line ends, quotes.
    static func numbers(_ text: some StringProtocol) throws(ForeignKernelError) -> [Double] {
        var found: [Double] = []
        for word in text.split(whereSeparator: { " ,\t\n\r\r\n\"".contains($0) }) {
            guard let number = Double(word), number.isFinite else {
                throw ForeignKernelError("'\(word.prefix(40))' is no number")
            }
            found.append(number)
        }
        return found
    }

    /// Lines that say something.
    static func lines(_ text: String) -> [Substring] {
        text.split(whereSeparator: \.isNewline).filter { !$0.allSatisfy(\.isWhitespace) }
    }

    // MARK: v,v,v … of an odd square, divided by the sum: `gm -convolve` and `convert -convolve`

    static func readList(_ text: String) throws(ForeignKernelError) -> ForeignKernel {
        let numbers = try numbers(text)
        let side = Int(Double(numbers.count).squareRoot())
        guard side * side == numbers.count, side % 2 == 1 else {
            throw ForeignKernelError(
                "\(numbers.count) numbers are no square of odd sides, such as 9 or 25; write rows, as in [1 2 1; 2 4 2]"
            )
        }
        let sum = numbers.reduce(0, +)
        let divisor = abs(sum) < 1e-12 ? 1 : sum
        return ForeignKernel(
            try ForeignKernelError.kernel(rows: side, columns: side, numbers.map { $0 / divisor }))
    }

    static func writeList(_ foreign: ForeignKernel) throws(ForeignKernelError) -> String {
        guard foreign.offset == 0 else {
            throw ForeignKernelError("GraphicsMagick's -convolve has no offset, and this kernel has one")
        }
        let sum = foreign.kernel.sum
        guard abs(sum) < 1e-12 || abs(sum - 1) < 1e-6 else {
            throw ForeignKernelError(
                "GraphicsMagick divides by the sum of the weights, \(sum.asWritten) here, which would change the result; "
                    + "bring it to 1 with sum=1")
        }
        let (width, height, _) = foreign.kernel.centred()
        return foreign.kernel.centred(least: max(width, height)).weights.map(\.asWritten).joined(separator: ",")
    }

    // MARK: vips: `W H scale offset`, then the rows

    static func readVips(_ text: String) throws(ForeignKernelError) -> ForeignKernel {
        let lines = lines(text)
        let head = try numbers(lines.first ?? "")
        guard (2...4).contains(head.count), let width = Int(exactly: head[0]), let height = Int(exactly: head[1]),
            width > 0, height > 0
        else {
            throw ForeignKernelError("a vips matrix begins with a line of width, height, scale and offset")
        }
        let scale = head.count > 2 ? head[2] : 1
        guard scale != 0 else { throw ForeignKernelError("the scale of a vips matrix is not 0") }
        let weights = try numbers(lines.dropFirst().joined(separator: " "))
        let kernel = try ForeignKernelError.kernel(
            rows: height, columns: width, weights.map { $0 / scale },
            anchor: PerAxis(x: width / 2, y: height / 2))
        return ForeignKernel(kernel, offset: head.count > 3 ? head[3] / 255 : 0)
    }

    static func writeVips(_ foreign: ForeignKernel, _ notes: inout [String]) -> String {
        noteBorder(foreign, "libvips", .edge, &notes)
        noteLevels(foreign, &notes)
        let (width, height, weights) = foreign.kernel.centred()
        // Some versions refuse a first line of two numbers.
        return "\(width) \(height) 1 \((foreign.offset * 255).asWritten)\n"
            + rows(weights, width: width, separator: " ").joined(separator: "\n")
    }

    // MARK: G'MIC: (a,b,c;d,e,f)

    static func readGMIC(_ text: String, isCorrelated: Bool) throws(ForeignKernelError) -> ForeignKernel {
        guard let open = text.firstIndex(of: "("), let close = text.lastIndex(of: ")"), open < close else {
            throw ForeignKernelError("a G'MIC matrix stands in parentheses, as in (0,-1,0;-1,5,-1;0,-1,0)")
        }
        let kernel = try matrix(text[text.index(after: open)..<close].split(separator: ";"))
        return ForeignKernel(isCorrelated ? kernel : try kernel.turned())
    }

    static func writeGMIC(_ foreign: ForeignKernel, isCorrelated: Bool, _ notes: inout [String]) -> String {
        noteBorder(foreign, "G'MIC", .edge, &notes)
        if foreign.offset != 0 {
            notes.append(
                "the offset has no place in the matrix: say 'add \((foreign.offset * 255).asWritten)' behind it")
        }
        let (width, _, weights) = foreign.kernel.centred()
        let turned = isCorrelated ? weights : weights.reversed()
        return "(" + rows(turned, width: width, separator: ",").joined(separator: ";") + ")"
    }

    // MARK: Rows

    static func readRows(_ text: String) throws(ForeignKernelError) -> ForeignKernel {
        ForeignKernel(try matrix(lines(text)))
    }

    static func writeRows(_ foreign: ForeignKernel, _ notes: inout [String]) -> String {
        noteRest(foreign, &notes)
        let (width, _, weights) = foreign.kernel.centredUnlessUsual()
        return rows(weights, width: width, separator: ",").joined(separator: "\n")
    }

    // MARK: What they share

    static func rows(_ weights: [Double], width: Int, separator: String) -> [String] {
        stride(from: 0, to: weights.count, by: width).map { start in
            weights[start..<start + width].map(\.asWritten).joined(separator: separator)
        }
    }

    static func noteBorder(_ foreign: ForeignKernel, _ name: String, _ own: Border, _ notes: inout [String]) {
        guard let border = foreign.border, border != own, border != .renorm, border != .keep else { return }
        notes.append("the border rule is not part of the kernel in \(name) and is left out")
    }

    static func noteLevels(_ foreign: ForeignKernel, _ notes: inout [String]) {
        if foreign.offset != 0 { notes.append("the offset is written in levels of 8-bit pictures") }
    }

    /// Bare numbers hold neither.
    static func noteRest(_ foreign: ForeignKernel, _ notes: inout [String]) {
        if foreign.offset != 0 {
            notes.append("the offset \(foreign.offset.asWritten) has no place among the numbers and is left out")
        }
        noteBorder(foreign, "bare numbers", .edge, &notes)
    }

    private static func matrix(_ lines: [Substring]) throws(ForeignKernelError) -> Kernel {
        var rows: [[Double]] = []
        for line in lines { rows.append(try numbers(line)) }
        let width = rows.first?.count ?? 0
        if let ragged = rows.firstIndex(where: { $0.count != width }) {
            throw ForeignKernelError("row \(ragged + 1) has \(rows[ragged].count) numbers where the first has \(width)")
        }
        return try ForeignKernelError.kernel(rows: rows.count, columns: width, rows.flatMap { $0 })
    }
}

extension Kernel {
    /// As it is where its anchor is where everyone would put it, else with zeros that put it into the middle.
    func centredUnlessUsual() -> (width: Int, height: Int, weights: [Double]) {
        let usual = PerAxis(x: (size.width - 1) / 2, y: (size.height - 1) / 2)
        return resolvedAnchor == usual ? (size.width, size.height, weights) : centred()
    }
}
