import Convolution
import Pixels

/// Syntaxes of named parameters: GIMP's matrix of a1 to e5, Pillow's `Kernel`, SVG's `feConvolveMatrix`.
enum ParameterTexts {
    // MARK: GIMP: letters are columns, digits are rows

    private static let letters = Array("abcde")

    static func readGIMP(_ text: String) throws(ForeignKernelError) -> ForeignKernel {
        var cells = [Double](repeating: 0, count: 25)
        cells[12] = 1
        var (divisor, offset, normalises) = (1.0, 0.0, true)
        for word in text.split(whereSeparator: { " \t\n\r,".contains($0) }) where word.contains("=") {
            let pair = word.split(separator: "=", maxSplits: 1).map(String.init)
            guard pair.count == 2 else { continue }
            let name = Array(pair[0])
            if name.count == 2, let column = letters.firstIndex(of: name[0]), let row = name[1].wholeNumberValue,
                (1...5).contains(row)
            {
                cells[(row - 1) * 5 + column] = try number(pair[1])
            } else if pair[0] == "divisor" {
                divisor = try number(pair[1])
            } else if pair[0] == "offset" {
                offset = try number(pair[1])
            } else if pair[0] == "normalize" {
                normalises = ["true", "yes", "1"].contains(pair[1].lowercased())
            }
        }
        if normalises {
            let sum = cells.reduce(0, +)
            (divisor, offset) = sum > 0 ? (sum, 0) : sum < 0 ? (-sum, 1) : (1, 0.5)
        }
        guard divisor != 0 else { throw ForeignKernelError("the divisor of GIMP's matrix is not 0") }
        let isSmall = cells.indices.allSatisfy { cells[$0] == 0 || (6...18).contains($0) && (1...3).contains($0 % 5) }
        let places = isSmall ? [6, 7, 8, 11, 12, 13, 16, 17, 18] : Array(0..<25)
        let side = isSmall ? 3 : 5
        return ForeignKernel(
            try ForeignKernelError.kernel(rows: side, columns: side, places.map { cells[$0] / divisor }),
            offset: offset)
    }

    static func writeGIMP(_ foreign: ForeignKernel, _ notes: inout [String]) throws(ForeignKernelError) -> String {
        MatrixTexts.noteBorder(foreign, "GIMP's line", .edge, &notes)
        let (width, height, weights) = foreign.kernel.centred(least: 5)
        guard width == 5, height == 5 else {
            throw ForeignKernelError(
                "GIMP's convolution matrix is 5x5 at most, and this kernel is \(foreign.kernel.size)")
        }
        let cells = (0..<25).map { "\(letters[$0 / 5])\($0 % 5 + 1)=\(weights[$0 % 5 * 5 + $0 / 5].asWritten)" }
        return "gegl:convolution-matrix " + cells.joined(separator: " ")
            + " divisor=1 offset=\(foreign.offset.asWritten) normalize=false"
    }

    // MARK: Pillow: the rows are counted from below

    static func readPillow(_ text: String) throws(ForeignKernelError) -> ForeignKernel {
        let start = text.range(ofWord: "Kernel(") ?? text.startIndex
        let groups = text[start...].numberGroups()
        guard groups.count >= 2, groups[0].count == 2, let width = Int(groups[0][0]), let height = Int(groups[0][1])
        else { throw ForeignKernelError("a kernel of Pillow's is ((3, 3), [nine numbers], scale, offset)") }
        var weights: [Double] = []
        for word in groups[1] { weights.append(try number(word)) }
        guard (width, height) == (3, 3) || (width, height) == (5, 5), weights.count == width * height else {
            throw ForeignKernelError(
                "Pillow's kernels are 3x3 or 5x5 with as many numbers, not \(width)x\(height) with \(weights.count)")
        }
        var scale: Double?
        var offset = 0.0
        for (place, word) in groups.dropFirst(2).joined().enumerated() where word != "None" {
            if word.hasPrefix("offset=") {
                offset = try number(String(word.dropFirst(7)))
            } else if word.hasPrefix("scale=") {
                if word != "scale=None" { scale = try number(String(word.dropFirst(6))) }
            } else if place == 0 {
                scale = try number(word)
            } else {
                offset = try number(word)
            }
        }
        let divisor = scale ?? weights.reduce(0, +)
        guard divisor != 0 else {
            throw ForeignKernelError(
                "Pillow divides by the sum, 0 here, and gives no picture; name a scale, as in ((3, 3), [...], 1)")
        }
        let rows = (0..<height).flatMap { weights[($0 * width)..<($0 + 1) * width].map { $0 / divisor } }
        let flipped = (0..<height).reversed().flatMap { rows[($0 * width)..<($0 + 1) * width] }
        return ForeignKernel(
            try ForeignKernelError.kernel(rows: height, columns: width, flipped), offset: offset / 255, border: .keep)
    }

    static func writePillow(_ foreign: ForeignKernel, _ notes: inout [String]) throws(ForeignKernelError) -> String {
        MatrixTexts.noteLevels(foreign, &notes)
        if foreign.border != .keep { notes.append("Pillow leaves pixels at the border as they are") }
        notes.removeAll { $0.hasPrefix("the border rule is kern's own") }
        let smallest = foreign.kernel.centred()
        let side = max(smallest.width, smallest.height) <= 3 ? 3 : 5
        let (width, height, weights) = foreign.kernel.centred(least: side)
        guard width == side, height == side else {
            throw ForeignKernelError("Pillow's kernels are 3x3 or 5x5, and this one is \(foreign.kernel.size)")
        }
        let rows = (0..<side).reversed().flatMap { weights[($0 * side)...].prefix(side).map(\.asWritten) }
        return
            "ImageFilter.Kernel((\(side), \(side)), [\(rows.joined(separator: ", "))], scale=1, offset=\((foreign.offset * 255).asWritten))"
    }

    // MARK: SVG: turned by 180°, around the target

    static func readSVG(_ text: String) throws(ForeignKernelError) -> ForeignKernel {
        guard let start = text.range(ofWord: "feConvolveMatrix") else {
            throw ForeignKernelError("there is no feConvolveMatrix in it")
        }
        let attributes = text[start...].attributes()
        let order = try MatrixTexts.numbers(attributes["order"] ?? "3").compactMap { Int(exactly: $0) }
        let weights = try MatrixTexts.numbers(attributes["kernelMatrix"] ?? "")
        guard (1...2).contains(order.count), let width = order.first, let height = order.last, width > 0, height > 0,
            width <= 4096, height <= 4096, weights.count == width * height
        else {
            throw ForeignKernelError("its order and the \(weights.count) numbers of kernelMatrix do not fit together")
        }
        let sum = weights.reduce(0, +)
        let divisor = try attributes["divisor"].map(number) ?? 0
        let scale = divisor != 0 ? divisor : sum != 0 ? sum : 1
        func target(_ name: String, _ count: Int) throws(ForeignKernelError) -> Int {
            guard let text = attributes[name] else { return count / 2 }
            guard let place = Int(text), (0..<count).contains(place) else {
                throw ForeignKernelError("\(name) is from 0 to \(count - 1), not '\(text.prefix(20))'")
            }
            return place
        }
        let anchor = PerAxis(x: try target("targetX", width), y: try target("targetY", height))
        let border: Border
        switch attributes["edgeMode"] ?? "duplicate" {
        case "duplicate": border = .edge
        case "wrap": border = .wrap
        case "none": border = .zero
        case let other: throw ForeignKernelError("edgeMode is duplicate, wrap or none, not '\(other.prefix(20))'")
        }
        return ForeignKernel(
            try ForeignKernelError.kernel(
                rows: height, columns: width, weights.reversed().map { $0 / scale }, anchor: anchor),
            offset: try attributes["bias"].map(number) ?? 0, border: border)
    }

    static func writeSVG(_ foreign: ForeignKernel) -> String {
        let (width, height) = (foreign.kernel.size.width, foreign.kernel.size.height)
        let anchor = foreign.kernel.resolvedAnchor
        let edge = foreign.border == .zero ? "none" : foreign.border == .wrap ? "wrap" : "duplicate"
        return "<feConvolveMatrix order=\"\(width) \(height)\" kernelMatrix=\""
            + foreign.kernel.weights.reversed().map(\.asWritten).joined(separator: " ")
            + "\" divisor=\"1\" bias=\"\(foreign.offset.asWritten)\" targetX=\"\(anchor.x)\" targetY=\"\(anchor.y)\""
            + " edgeMode=\"\(edge)\" preserveAlpha=\"true\"/>"
    }

    private static func number(_ text: String) throws(ForeignKernelError) -> Double {
        let numbers = try MatrixTexts.numbers(text)
        guard numbers.count == 1 else { throw ForeignKernelError("'\(text.prefix(40))' is no number") }
        return numbers[0]
    }
}

extension String {
    /// Where `word` begins behind which something is to be read.
    fileprivate func range(ofWord word: String) -> String.Index? {
        let (own, other) = (Array(utf8), Array(word.utf8))
        guard own.count >= other.count else { return nil }
        for start in 0...own.count - other.count where own[start..<start + other.count].elementsEqual(other) {
            return utf8.index(utf8.startIndex, offsetBy: start + other.count)
        }
        return nil
    }
}

extension Substring {
    /// `((3, 3), [1, 2], 4, offset=5)` → [3, 3], [1, 2], [4, offset=5].
    fileprivate func numberGroups() -> [[String]] {
        split(whereSeparator: { "()[]".contains($0) }).map { group in
            group.split(whereSeparator: { $0 == "," }).map { $0.filter { !$0.isWhitespace } }.filter { !$0.isEmpty }
        }.filter { !$0.isEmpty && !($0.count == 1 && ($0[0] == "size=" || $0[0] == "kernel=")) }
    }

    /// `name="value"` up to the end of the tag.
    fileprivate func attributes() -> [String: String] {
        var found: [String: String] = [:]
        var rest = self
        while let equals = rest.firstIndex(of: "="), equals < (rest.firstIndex(of: ">") ?? rest.endIndex) {
            let name = rest[..<equals].filter { !$0.isWhitespace && $0 != "{" }
            rest = rest[rest.index(after: equals)...].drop { $0.isWhitespace || $0 == "{" }
            guard let quote = rest.first, quote == "\"" || quote == "'" else { return found }
            rest = rest.dropFirst()
            guard let close = rest.firstIndex(of: quote) else { return found }
            found[String(name)] = String(rest[..<close])
            rest = rest[rest.index(after: close)...].drop { $0 == "}" }
        }
        return found
    }
}
