import Tensors
import Testing

@Suite struct JSONReadingTests {
    @Test(
        arguments: [
            ("null", JSON.null), ("[true,false]", [.bool(true), .bool(false)]), (" -0 ", 0), ("1.0", .number(1)),
            ("-1.5e-3", .number(-0.0015)), ("9223372036854775807", .integer(.max)),
            ("9223372036854775808", .number(9_223_372_036_854_775_808)), (#""\u00e9\n\ud83d\ude42\/""#, "é\n🙂/"),
            (#"{"b":[],"a":{}}"#, ["b": [], "a": [:]]),
        ] as [(String, JSON)])
    func `a value is read as it is written`(text: String, value: JSON) throws {
        #expect(try JSON(parsing: text) == value)
    }

    @Test(arguments: [
        "", "nul", "nullx", "[1,]", "[1 2]", "{a:1}", "+1", ".5", "1.", "1e", "0x1", "-", "1e999", "NaN", "'a'",
        "\"\\u12\"",
        "\"\\u+123\"", "\"\\ud83d\"", "\"\\ude42\\ud83d\"", "\"a\\", "\"\t\"", "[\"a\":1]", "{\"a\",1}", "1 2", "]",
        "\u{FEFF}1",
    ])
    func `what RFC 8259 does not allow is refused`(text: String) {
        #expect(throws: JSONDamage.self) { try JSON(parsing: text) }
    }

    @Test func `lists may be 64 deep and no deeper, however many are opened`() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        _ = try JSON(parsing: nested(64))
        #expect(throws: JSONDamage.self) { try JSON(parsing: nested(65)) }
        #expect(throws: JSONDamage.self) { try JSON(parsing: String(repeating: "[{\"a\":", count: 1_000_000)) }
    }

    @Test func `what the writer writes, the reader reads`() throws {
        let value: JSON = ["a\u{1}\"": [1, "b", .null, .bool(true), .number(0.1)], "é": ["c": [:]]]
        #expect(try JSON(parsing: value.text) == value)
    }
}
