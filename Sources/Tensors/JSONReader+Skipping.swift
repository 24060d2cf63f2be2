extension JSONReader {
    /// Passes over a value of whatever kind and builds none of it: most of a large file is often what nobody asked for. It
    /// has to be JSON all the same.
    package mutating func skipValue() throws(JSONDamage) { try skipValue(depth: 0) }

    private mutating func skipValue(depth: Int) throws(JSONDamage) {
        let next = peek()
        if depth == JSON.maxDepth, next == UInt8(ascii: "{") || next == UInt8(ascii: "[") {
            throw damage("more than \(JSON.maxDepth) lists or objects within one another")
        }
        switch next {
        case UInt8(ascii: "{"):
            try readObject { (_, reader) throws(JSONDamage) in try reader.skipValue(depth: depth + 1) }
        case UInt8(ascii: "["):
            try readList { (reader) throws(JSONDamage) in try reader.skipValue(depth: depth + 1) }
        case UInt8(ascii: "\""): _ = try readString()
        case UInt8(ascii: "t"): try readWord("true")
        case UInt8(ascii: "f"): try readWord("false")
        case UInt8(ascii: "n"): try readWord("null")
        default: _ = try readNumberText()
        }
    }
}
