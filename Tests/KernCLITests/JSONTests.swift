import KernCLI
import Testing

@Suite struct JSONTests {
    static let values: [(JSON, String)] = [
        (.null, "null"),
        (true, "true"),
        (-7, "-7"),
        (.number(0.1), "0.1"),
        (.number(1e-7), "1e-07"),
        (.number(.nan), "null"),
        (.number(-.infinity), "null"),
        (.float(0.1), "0.1"),
        (.float(1 / 3), "0.33333334"),
        (.float(.infinity), "null"),
        ("a\"b\\c\n\t\u{1}é", #""a\"b\\c\n\t\u0001é""#),
        ([], "[]"),
        ([1, "x", [.null]], #"[1,"x",[null]]"#),
        (["b": 1, "a": ["c": false]], #"{"b":1,"a":{"c":false}}"#),
    ]

    @Test(arguments: values)
    func `a value is one line of JSON in the order it was written`(value: JSON, text: String) {
        #expect(value.text == text)
    }

    @Test(arguments: [0.1, 1e300, 5e-324, 123456789.125, -0.0, 2.5e-8])
    func `numbers come back as they were`(number: Double) {
        #expect(Double(JSON.number(number).text) == number)
    }

    @Test func `a row of numbers is written as an array of them, and a long value in parts`() {
        let numbers: [Double] = [1, 1, 0.1, -0.0, 0, .nan, .infinity, 1e300, 1e300, 3]
        let plain = JSON.array(numbers.map { .number($0) })
        #expect(JSON.numbers(numbers[...]).text == plain.text)
        #expect(JSON.numbers([]).text == "[]")
        #expect(JSON.numbers(numbers[2..<3]).text == "[0.1]")
        let rows: JSON = ["rows": .array((0..<50).map { _ in .numbers(numbers[...]) }), "end": "x"]
        var (text, all, parts) = ("", "", 0)
        rows.write(to: &text) { part in
            all += part
            part = ""
            parts += 1
        }
        #expect(all + text == rows.text)
        #expect(parts > 50)
    }
}
