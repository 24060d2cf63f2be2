import Convolution
import Pixels

/// JSON: rows of numbers, `[[0,-1,0],[-1,5,-1],[0,-1,0]]`, or sharp's object with width, height, kernel, scale, offset.
enum JSONKernel {
    static func read(_ text: String) throws(ForeignKernelError) -> [ForeignKernel] {
        switch try JSONText.parse(text) {
        case .object(let members): return [try readSharp(members)]
        case .array(let rows):
            if case .array(let inner)? = rows.first, case .array? = inner.first { return try readStack(rows) }
            return [ForeignKernel(try matrix(rows))]
        default:
            throw ForeignKernelError("a kernel in JSON is an array of rows, or an object with width, height and kernel")
        }
    }

    /// [[[…]]] and [[[[…]]]], as nets keep their kernels: one after the other.
    private static func readStack(_ items: [JSONText]) throws(ForeignKernelError) -> [ForeignKernel] {
        var found: [ForeignKernel] = []
        for item in items {
            guard case .array(let rows) = item else { throw ForeignKernelError("rows of numbers were expected") }
            if case .array(let inner)? = rows.first, case .array? = inner.first {
                found += try readStack(rows)
            } else {
                found.append(ForeignKernel(try matrix(rows)))
            }
        }
        return found
    }

    private static func readSharp(_ members: [String: JSONText]) throws(ForeignKernelError) -> ForeignKernel {
        guard case .number(let width)? = members["width"], case .number(let height)? = members["height"],
            case .array(let cells)? = members["kernel"], let columns = Int(exactly: width),
            let rows = Int(exactly: height)
        else { throw ForeignKernelError("sharp's kernels have width, height and kernel") }
        let weights = try row(cells)
        var scale = weights.reduce(0, +)
        if case .number(let given)? = members["scale"] { scale = given }
        // As sharp does: what would turn the picture dark or over is left out.
        if scale < 1 { scale = 1 }
        var offset = 0.0
        if case .number(let given)? = members["offset"] { offset = given }
        return ForeignKernel(
            try ForeignKernelError.kernel(
                rows: rows, columns: columns, weights.map { $0 / scale },
                anchor: PerAxis(x: max(0, columns / 2), y: max(0, rows / 2))), offset: offset / 255)
    }

    private static func matrix(_ rows: [JSONText]) throws(ForeignKernelError) -> Kernel {
        var all: [[Double]] = []
        for cells in rows {
            guard case .array(let cells) = cells else { throw ForeignKernelError("rows of numbers were expected") }
            all.append(try row(cells))
        }
        let width = all.first?.count ?? 0
        if let ragged = all.firstIndex(where: { $0.count != width }) {
            throw ForeignKernelError("row \(ragged + 1) has \(all[ragged].count) numbers where the first has \(width)")
        }
        return try ForeignKernelError.kernel(rows: all.count, columns: width, all.flatMap { $0 })
    }

    private static func row(_ cells: [JSONText]) throws(ForeignKernelError) -> [Double] {
        var numbers: [Double] = []
        for cell in cells {
            guard case .number(let number) = cell else {
                throw ForeignKernelError("a kernel in JSON holds numbers only")
            }
            numbers.append(number)
        }
        return numbers
    }

    static func write(_ foreign: ForeignKernel, _ notes: inout [String]) -> String {
        MatrixTexts.noteRest(foreign, &notes)
        let (width, _, weights) = foreign.kernel.centredUnlessUsual()
        return "[" + MatrixTexts.rows(weights, width: width, separator: ",").map { "[\($0)]" }.joined(separator: ",")
            + "]"
    }

    static func writeSharp(_ foreign: ForeignKernel, _ notes: inout [String]) -> String {
        MatrixTexts.noteBorder(foreign, "sharp", .edge, &notes)
        MatrixTexts.noteLevels(foreign, &notes)
        let (width, height, weights) = foreign.kernel.centred(least: 3)
        return
            "{\"width\":\(width),\"height\":\(height),\"kernel\":[\(weights.map(\.asWritten).joined(separator: ","))],"
            + "\"scale\":1,\"offset\":\((foreign.offset * 255).asWritten)}"
    }
}

/// As much of JSON as kernels are written in: numbers, texts, arrays, objects.
indirect enum JSONText {
    case number(Double)
    case text(String)
    case other
    case array([JSONText])
    case object([String: JSONText])

    private static let deepest = 8

    static func parse(_ text: String) throws(ForeignKernelError) -> JSONText {
        var bytes = Array(text.utf8)[...]
        let value = try value(&bytes, depth: 0)
        skipBlanks(&bytes)
        guard bytes.isEmpty else { throw ForeignKernelError("something follows behind the JSON") }
        return value
    }

    private static func skipBlanks(_ bytes: inout ArraySlice<UInt8>) {
        bytes = bytes.drop { " \t\r\n".utf8.contains($0) }
    }

    private static func take(_ character: UInt8, _ bytes: inout ArraySlice<UInt8>) -> Bool {
        skipBlanks(&bytes)
        guard bytes.first == character else { return false }
        bytes.removeFirst()
        return true
    }

    private static func value(_ bytes: inout ArraySlice<UInt8>, depth: Int) throws(ForeignKernelError) -> JSONText {
        guard depth < deepest else { throw ForeignKernelError("the JSON is nested more than \(deepest) deep") }
        if take(UInt8(ascii: "["), &bytes) {
            var items: [JSONText] = []
            if take(UInt8(ascii: "]"), &bytes) { return .array([]) }
            repeat { items.append(try value(&bytes, depth: depth + 1)) } while take(UInt8(ascii: ","), &bytes)
            guard take(UInt8(ascii: "]"), &bytes) else { throw ForeignKernelError("a ']' is missing in the JSON") }
            return .array(items)
        }
        if take(UInt8(ascii: "{"), &bytes) {
            var members: [String: JSONText] = [:]
            if take(UInt8(ascii: "}"), &bytes) { return .object([:]) }
            repeat {
                guard case .text(let key) = try value(&bytes, depth: depth + 1), take(UInt8(ascii: ":"), &bytes) else {
                    throw ForeignKernelError("a name and ':' were expected in the JSON object")
                }
                members[key] = try value(&bytes, depth: depth + 1)
            } while take(UInt8(ascii: ","), &bytes)
            guard take(UInt8(ascii: "}"), &bytes) else { throw ForeignKernelError("a '}' is missing in the JSON") }
            return .object(members)
        }
        if take(UInt8(ascii: "\""), &bytes) {
            let text = bytes.prefix { $0 != UInt8(ascii: "\"") }
            guard text.endIndex < bytes.endIndex else { throw ForeignKernelError("a text in the JSON is not closed") }
            bytes = bytes[(text.endIndex + 1)...]
            return .text(String(decoding: text, as: UTF8.self))
        }
        skipBlanks(&bytes)
        let word = String(decoding: bytes.prefix { !" \t\r\n,:]}[{\"".utf8.contains($0) }, as: UTF8.self)
        bytes = bytes.dropFirst(word.utf8.count)
        if ["true", "false", "null"].contains(word) { return .other }
        guard let number = Double(word), number.isFinite else {
            throw ForeignKernelError(word.isEmpty ? "the JSON ends early" : "'\(word.prefix(40))' is no number")
        }
        return .number(number)
    }
}
