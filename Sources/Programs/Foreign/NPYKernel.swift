import Convolution
import Pixels

/// Kernels in NumPy's files: 2-D is rows and columns; of more axes the last two are, as in a layer's out·in·h·w.
enum NPYKernel {
    static func read(_ bytes: [UInt8]) throws(ForeignKernelError) -> [ForeignKernel] {
        guard bytes.count > 10, bytes.starts(with: [0x93] + Array("NUMPY".utf8)) else {
            throw ForeignKernelError("it does not begin as an NPY file does")
        }
        let wide = bytes[6] > 1
        let start = wide ? 12 : 10
        guard bytes.count >= start else { throw ForeignKernelError("the NPY is cut short") }
        let length = bytes[8..<start].reversed().reduce(0) { $0 << 8 | Int($1) }
        guard length <= bytes.count - start else { throw ForeignKernelError("the NPY is cut short") }
        let head = String(decoding: bytes[start..<start + length], as: UTF8.self)
        guard let type = NPYKernel.item("descr", of: head), let shapeText = NPYKernel.item("shape", of: head),
            NPYKernel.item("fortran_order", of: head) == "False"
        else {
            throw ForeignKernelError(
                "the NPY is in Fortran's order or names no type; save it with numpy.ascontiguousarray")
        }
        let shape = shapeText.split(separator: ",").compactMap { Int($0.filter { !$0.isWhitespace }) }
        guard (2...4).contains(shape.count), shape.allSatisfy({ (1...(1 << 24)).contains($0) }) else {
            throw ForeignKernelError("the NPY has the shape (\(shapeText)); kernels have 2 to 4 axes")
        }
        let count = shape.reduce(1) { $0.multipliedReportingOverflow(by: $1).overflow ? .max : $0 * $1 }
        let numbers = try decode(bytes[(start + length)...], type, count: count)
        let (rows, columns) = (shape[shape.count - 2], shape[shape.count - 1])
        var kernels: [ForeignKernel] = []
        for first in stride(from: 0, to: count, by: rows * columns) {
            kernels.append(
                ForeignKernel(
                    try ForeignKernelError.kernel(
                        rows: rows, columns: columns, Array(numbers[first..<first + rows * columns]))))
        }
        return kernels
    }

    static func write(_ foreign: ForeignKernel, _ notes: inout [String]) throws(ForeignKernelError) -> [UInt8] {
        MatrixTexts.noteRest(foreign, &notes)
        let (width, height, weights) = foreign.kernel.centredUnlessUsual()
        var head = "{'descr': '<f8', 'fortran_order': False, 'shape': (\(height), \(width)), }"
        head += String(repeating: " ", count: 63 - (10 + head.utf8.count) % 64) + "\n"
        var bytes = [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(head.utf8.count & 255), UInt8(head.utf8.count >> 8)]
        bytes += head.utf8
        for weight in weights { bytes += (0..<8).map { UInt8(truncatingIfNeeded: weight.bitPattern >> ($0 * 8)) } }
        return bytes
    }

    /// What stands behind `'name':` in the header, without quotes or parentheses.
    private static func item(_ name: String, of head: String) -> String? {
        let parts = head.split(separator: "'", omittingEmptySubsequences: false)
        guard let index = parts.firstIndex(of: Substring(name)), index + 1 < parts.count else { return nil }
        let rest = parts[index + 1].drop { $0 == ":" || $0 == " " }
        if rest.isEmpty, index + 2 < parts.count { return String(parts[index + 2]) }
        if rest.hasPrefix("(") { return rest.split(separator: ")").first.map { String($0.dropFirst()) } }
        return String(rest.prefix { $0 != "," && $0 != "}" })
    }

    private static func decode(
        _ bytes: ArraySlice<UInt8>, _ type: String, count: Int
    ) throws(ForeignKernelError) -> [Double] {
        let letters = Array(type)
        guard letters.count == 3, let size = letters[2].wholeNumberValue, [1, 2, 4, 8].contains(size),
            "<|>=".contains(letters[0])
        else { throw ForeignKernelError("the NPY holds '\(type.prefix(12))'; kernels are numbers such as <f4") }
        guard count <= bytes.count / size else { throw ForeignKernelError("the NPY is cut short") }
        let isBig = letters[0] == ">"
        var numbers: [Double] = []
        numbers.reserveCapacity(count)
        for index in 0..<count {
            let first = bytes.startIndex + index * size
            let item = bytes[first..<first + size]
            let bits = (isBig ? Array(item) : item.reversed()).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            switch (letters[1], size) {
            case ("f", 8): numbers.append(Double(bitPattern: bits))
            case ("f", 4): numbers.append(Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits))))
            case ("u", _), ("b", 1): numbers.append(Double(bits))
            case ("i", _):
                numbers.append(Double(Int64(bitPattern: bits << (64 - 8 * UInt64(size))) >> (64 - 8 * Int64(size))))
            default: throw ForeignKernelError("the NPY holds '\(type.prefix(12))'; kernels are numbers such as <f4")
            }
        }
        return numbers
    }
}
