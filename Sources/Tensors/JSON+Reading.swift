extension JSON {
    /// Lists and objects within one another: more is no data, but an attack on the stack.
    package static let maxDepth = 64

    /// A text that holds one value.
    ///
    /// Whole numbers that an `Int` holds become `integer`, all others `number`.
    package init(parsing text: String) throws(JSONDamage) {
        var reader = JSONReader(Array(text.utf8))
        self = try JSON(from: &reader, depth: 0)
        try reader.readEnd()
    }

    private init(from reader: inout JSONReader, depth: Int) throws(JSONDamage) {
        let next = reader.peek()
        if depth == Self.maxDepth, next == UInt8(ascii: "{") || next == UInt8(ascii: "[") {
            throw reader.damage("more than \(Self.maxDepth) lists or objects within one another")
        }
        switch next {
        case UInt8(ascii: "{"):
            var members: [Member] = []
            try reader.readObject { (key, reader) throws(JSONDamage) in
                members.append(Member(key: key, value: try JSON(from: &reader, depth: depth + 1)))
            }
            self = .object(members)
        case UInt8(ascii: "["):
            var values: [JSON] = []
            try reader.readList { (reader) throws(JSONDamage) in
                values.append(try JSON(from: &reader, depth: depth + 1))
            }
            self = .array(values)
        case UInt8(ascii: "\""): self = .string(try reader.readString())
        case UInt8(ascii: "t"):
            try reader.readWord("true")
            self = .bool(true)
        case UInt8(ascii: "f"):
            try reader.readWord("false")
            self = .bool(false)
        case UInt8(ascii: "n"):
            try reader.readWord("null")
            self = .null
        default:
            var ahead = reader
            if let value = Int(try ahead.readNumberText().text) {
                self = .integer(value)
                reader = ahead
            } else {
                self = .number(try reader.readNumber())
            }
        }
    }
}
