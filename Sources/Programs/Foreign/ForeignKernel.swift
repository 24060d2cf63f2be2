import Convolution
import Pixels

/// How other programs write kernels down.
package enum KernelSyntax: String, Hashable, Sendable, CaseIterable {
    case kern
    case imagemagick
    case graphicsmagick
    case vips
    case gmic
    case gimp
    case pillow
    case sharp
    case svg
    case json
    case csv
    case npy

    /// What files with a kernel written so are called.
    package init?(pathExtension: String) {
        switch pathExtension.lowercased() {
        case "kern": self = .kern
        case "mat": self = .vips
        case "svg", "xml", "html": self = .svg
        case "json": self = .json
        case "csv", "tsv", "txt": self = .csv
        case "npy": self = .npy
        default: return nil
        }
    }

    /// The syntax that a text looks like; kern's own where it looks like none.
    package init(lookingAt text: String) {
        let bare = text.drop { $0.isWhitespace }
        let isNumbers = bare.allSatisfy { "0123456789+-.,eE \n\r\t".contains($0) } && bare.contains(",")
        if bare.hasPrefix("((") || bare.contains("Kernel(") {
            self = .pillow
        } else if bare.hasPrefix("(") {
            self = .gmic
        } else if bare.hasPrefix("{") {
            self = .sharp
        } else if bare.contains("feConvolveMatrix") {
            self = .svg
        } else if bare.hasPrefix("[["), bare.contains(",") || bare.contains("]]") {
            self = .json
        } else if bare.contains("convolution-matrix") || bare.hasPrefix("a1=") {
            self = .gimp
        } else if ImageMagickText.looksLike(bare) {
            self = .imagemagick
        } else {
            self = isNumbers ? (bare.contains("\n") ? .csv : .graphicsmagick) : Self.rows(bare) ?? .kern
        }
    }

    /// Lines of numbers with spaces between: libvips' if the first says how many there are, else plain rows; nil for anything else.
    private static func rows(_ text: Substring) -> KernelSyntax? {
        let lines = text.split(whereSeparator: \.isNewline).map { $0.split(separator: " ").map { Double($0) } }
        guard lines.count > 1, lines.allSatisfy({ line in !line.contains { $0 == nil } }) else { return nil }
        let head = lines[0].compactMap(\.self)
        let isCounted =
            (2...4).contains(head.count) && head[1] == Double(lines.count - 1)
            && lines.dropFirst().allSatisfy { Double($0.count) == head[0] }
        return isCounted ? .vips : .csv
    }
}

/// A kernel as others have it, in kern's terms: laid on the picture as it is written (correlation), with all divisors
/// worked in.
package struct ForeignKernel: Hashable, Sendable {
    package var kernel: Kernel
    /// Added to every result, where white is 1.
    package var offset: Double
    /// Where the syntax says it.
    package var border: Border?

    package init(_ kernel: Kernel, offset: Double = 0, border: Border? = nil) {
        self.kernel = kernel
        self.offset = offset
        self.border = border
    }

    /// All kernels in `bytes`.
    ///
    /// - Parameters:
    ///   - isCorrelated: for ImageMagick and G'MIC, whose kernels are turned by `convolve` and not by `correlate`.
    ///   - scale: for ImageMagick, what `-define convolve:scale=` says.
    package static func read(
        _ bytes: [UInt8], as syntax: KernelSyntax, isCorrelated: Bool = false, scale: String? = nil
    ) throws(ForeignKernelError) -> [ForeignKernel] {
        if scale != nil, syntax != .imagemagick {
            throw ForeignKernelError("--scale is ImageMagick's, and this is no kernel of ImageMagick's")
        }
        if syntax == .npy { return try NPYKernel.read(bytes) }
        let text = String(decoding: bytes, as: UTF8.self)
        return switch syntax {
        case .kern, .npy: preconditionFailure("\(syntax) is no text of others")
        case .imagemagick: try ImageMagickText.read(text, isCorrelated: isCorrelated, scale: scale)
        case .graphicsmagick: [try MatrixTexts.readList(text)]
        case .vips: [try MatrixTexts.readVips(text)]
        case .gmic: [try MatrixTexts.readGMIC(text, isCorrelated: isCorrelated)]
        case .csv: [try MatrixTexts.readRows(text)]
        case .gimp: [try ParameterTexts.readGIMP(text)]
        case .pillow: [try ParameterTexts.readPillow(text)]
        case .svg: [try ParameterTexts.readSVG(text)]
        case .sharp, .json: try JSONKernel.read(text)
        }
    }

    /// The kernel in another syntax, and what has to be said beside it because the syntax cannot.
    package func written(
        as syntax: KernelSyntax, isCorrelated: Bool = false
    ) throws(ForeignKernelError) -> (bytes: [UInt8], notes: [String]) {
        var notes: [String] = []
        if syntax != .kern, border == .renorm || border == .keep {
            notes.append("the border rule is kern's own and is left out")
        }
        let text: String
        switch syntax {
        case .kern: text = kernText
        case .npy: return (try NPYKernel.write(self, &notes), notes)
        case .imagemagick: text = ImageMagickText.write(self, isCorrelated: isCorrelated, &notes)
        case .graphicsmagick: text = try MatrixTexts.writeList(self)
        case .vips: text = MatrixTexts.writeVips(self, &notes)
        case .gmic: text = MatrixTexts.writeGMIC(self, isCorrelated: isCorrelated, &notes)
        case .csv: text = MatrixTexts.writeRows(self, &notes)
        case .gimp: text = try ParameterTexts.writeGIMP(self, &notes)
        case .pillow: text = try ParameterTexts.writePillow(self, &notes)
        case .svg: text = ParameterTexts.writeSVG(self)
        case .sharp: text = JSONKernel.writeSharp(self, &notes)
        case .json: text = JSONKernel.write(self, &notes)
        }
        return (Array((text + "\n").utf8), notes)
    }

    /// A program of one step, or two where there is an offset.
    private var kernText: String {
        let size = kernel.size
        let rows = (0..<size.height).map { y in
            (0..<size.width).map { x in
                kernel.holes.contains(y * size.width + x) ? "." : kernel[x: x, y: y].asWritten
            }.joined(separator: " ")
        }
        var text = "[" + rows.joined(separator: "; ") + "]"
        let middle = PerAxis(x: (size.width - 1) / 2, y: (size.height - 1) / 2)
        if let anchor = kernel.anchor, anchor != middle { text += " anchor=\(anchor.x),\(anchor.y)" }
        if let border { text += " border=\(border.asWritten)" }
        return offset == 0 ? text : text + " | offset \(offset.asWritten)"
    }
}

/// Why a text is no kernel in the syntax it was read in, or cannot be written in another, in a sentence.
package struct ForeignKernelError: Error, Hashable, Sendable {
    package var sentence: String

    init(_ sentence: String) { self.sentence = sentence }
}

extension ForeignKernelError {
    /// Kernels are made here in the engine's own words.
    static func kernel(
        rows: Int, columns: Int, _ weights: [Double], holes: Set<Int> = [], anchor: PerAxis<Int>? = nil
    ) throws(ForeignKernelError) -> Kernel {
        do throws(KernelError) {
            return try Kernel(size: Size(width: columns, height: rows), weights: weights, holes: holes, anchor: anchor)
        } catch {
            throw ForeignKernelError(error.description)
        }
    }
}

extension Kernel {
    var resolvedAnchor: PerAxis<Int> { anchor ?? PerAxis(x: (size.width - 1) / 2, y: (size.height - 1) / 2) }

    /// Turned by 180°, anchor and all.
    func turned() throws(ForeignKernelError) -> Kernel {
        let own = resolvedAnchor
        return try ForeignKernelError.kernel(
            rows: size.height, columns: size.width, weights.reversed(),
            holes: Set(holes.map { weights.count - 1 - $0 }),
            anchor: PerAxis(x: size.width - 1 - own.x, y: size.height - 1 - own.y))
    }

    /// With zeros around it, so that the anchor is in the middle of odd sides, at least `least` long.
    func centred(least: Int = 1) -> (width: Int, height: Int, weights: [Double]) {
        let own = resolvedAnchor
        let width = max(least, 2 * max(own.x, size.width - 1 - own.x) + 1)
        let height = max(least, 2 * max(own.y, size.height - 1 - own.y) + 1)
        var padded = [Double](repeating: 0, count: width * height)
        for y in 0..<size.height {
            for x in 0..<size.width {
                padded[(y + height / 2 - own.y) * width + x + width / 2 - own.x] = self[x: x, y: y]
            }
        }
        return (width, height, padded)
    }
}

extension Double {
    /// `2` rather than `2.0`, and no more digits than bring the number back.
    var asWritten: String {
        let text = "\(self == 0 ? 0 : self)"
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}

extension Border {
    fileprivate var asWritten: String {
        switch self {
        case .constant(let value): "constant:\(Double(value).asWritten)"
        case .edge: "edge"
        case .zero: "zero"
        case .symmetric: "symmetric"
        case .reflect: "reflect"
        case .wrap: "wrap"
        case .renorm: "renorm"
        case .keep: "keep"
        }
    }
}
