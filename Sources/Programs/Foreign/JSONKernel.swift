import Convolution
import Pixels
import Tensors

/// JSON: rows of numbers, `[[0,-1,0],[-1,5,-1],[0,-1,0]]`, or sharp's object with width, height, kernel, scale, offset.
enum JSONKernel {
    /// Lists within lists; a net's weights have four.
    private static let deepest = 8

    static func read(_ text: String) throws(ForeignKernelError) -> [ForeignKernel] {
        let json: JSON
        do {
            json = try JSON(parsing: text)
        } catch {
            throw ForeignKernelError(
                error.position >= text.utf8.count
                    ? "the JSON ends early" : "this is no JSON: at byte \(error.position + 1), \(error.reason)")
        }
        switch json {
        case .object(let members): return [try readSharp(members)]
        case .array(let rows):
            if case .array(let inner)? = rows.first, case .array? = inner.first { return try readStack(rows, depth: 2) }
            return [ForeignKernel(try matrix(rows))]
        default:
            throw ForeignKernelError("a kernel in JSON is an array of rows, or an object with width, height and kernel")
        }
    }

    /// [[[…]]] and [[[[…]]]], as nets keep their kernels: one after the other.
    private static func readStack(_ items: [JSON], depth: Int) throws(ForeignKernelError) -> [ForeignKernel] {
        guard depth < deepest else { throw ForeignKernelError("the JSON is nested more than \(deepest) deep") }
        var found: [ForeignKernel] = []
        for item in items {
            guard case .array(let rows) = item else { throw ForeignKernelError("rows of numbers were expected") }
            if case .array(let inner)? = rows.first, case .array? = inner.first {
                found += try readStack(rows, depth: depth + 1)
            } else {
                found.append(ForeignKernel(try matrix(rows)))
            }
        }
        return found
    }

    private static func readSharp(_ members: [JSON.Member]) throws(ForeignKernelError) -> ForeignKernel {
        func number(_ key: String) -> Double? { members.first { $0.key == key }?.value.value }
        guard let width = number("width"), let height = number("height"),
            case .array(let cells)? = members.first(where: { $0.key == "kernel" })?.value,
            let columns = Int(exactly: width),
            let rows = Int(exactly: height)
        else { throw ForeignKernelError("sharp's kernels have width, height and kernel") }
        let weights = try row(cells)
        var scale = weights.reduce(0, +)
        if let given = number("scale") { scale = given }
        // As sharp does: what would turn the picture dark or over is left out.
        if scale < 1 { scale = 1 }
        let offset = number("offset") ?? 0
        return ForeignKernel(
            try ForeignKernelError.kernel(
                rows: rows, columns: columns, weights.map { $0 / scale },
                anchor: PerAxis(x: max(0, columns / 2), y: max(0, rows / 2))), offset: offset / 255)
    }

    private static func matrix(_ rows: [JSON]) throws(ForeignKernelError) -> Kernel {
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

    private static func row(_ cells: [JSON]) throws(ForeignKernelError) -> [Double] {
        var numbers: [Double] = []
        for cell in cells {
            guard let number = cell.value else {
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

extension JSON {
    fileprivate var value: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }
}
