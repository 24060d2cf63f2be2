/// Lines of fields between commas, as RFC 4180 has them: a field in double quotes may hold commas, line breaks and, each
/// written twice, quotes.
struct SeparatedValues {
    struct Record: Hashable {
        /// Counted from 1; of its first line, where a field has line breaks.
        var line: Int
        var fields: [String]
    }

    struct Damage: Error {
        var line: Int
        var reason: String
    }

    private(set) var records: [Record] = []

    /// Empty lines are no records.
    init(_ text: String) throws(Damage) {
        var line = 1
        var record = Record(line: 1, fields: [])
        var field: [UInt8] = []
        // Where the reader is in a field.
        enum Place {
            case start, plain, quoted, behindQuotes
        }
        var place = Place.start
        func ended() -> String { String(decoding: field, as: UTF8.self) }
        let bytes = Array(text.utf8)
        var index = 0
        while index <= bytes.count {
            let byte = index < bytes.count ? bytes[index] : 0x0A
            let isEnd = index == bytes.count
            index += 1
            if place == .quoted {
                if isEnd { throw Damage(line: record.line, reason: "a quoted field without its closing quote") }
                if byte == UInt8(ascii: "\"") {
                    place = .behindQuotes
                } else {
                    if byte == 0x0A { line += 1 }
                    field.append(byte)
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\"") where place == .start: place = .quoted
            case UInt8(ascii: "\"") where place == .behindQuotes:
                field.append(byte)
                place = .quoted
            case UInt8(ascii: "\""):
                throw Damage(line: line, reason: "a quote inside a field that does not begin with one")
            case UInt8(ascii: ","):
                record.fields.append(ended())
                field = []
                place = .start
            case 0x0D where index < bytes.count && bytes[index] == 0x0A: break
            case 0x0A:
                if !(record.fields.isEmpty && place == .start) {
                    record.fields.append(ended())
                    records.append(record)
                }
                line += 1
                record = Record(line: line, fields: [])
                field = []
                place = .start
            default:
                if place == .behindQuotes { throw Damage(line: line, reason: "text behind a closing quote") }
                place = .plain
                field.append(byte)
            }
        }
    }
}
