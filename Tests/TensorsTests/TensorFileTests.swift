import Tensors
import Testing

/// A file from the text of its header and its values.
private func file(_ header: String, values: [UInt8] = [], claims: UInt64? = nil) -> [UInt8] {
    file(Array(header.utf8), values: values, claims: claims)
}

private func file(_ header: [UInt8], values: [UInt8] = [], claims: UInt64? = nil) -> [UInt8] {
    withUnsafeBytes(of: (claims ?? UInt64(header.count)).littleEndian) { Array($0) } + header + values
}

private func tensor(_ shape: String, _ offsets: String) -> String { tensor("a", "F32", shape, offsets) }

private func tensor(_ name: String, _ type: String, _ shape: String, _ offsets: String) -> String {
    #""\#(name)":{"dtype":"\#(type)","shape":\#(shape),"data_offsets":\#(offsets)}"#
}

struct HostileFile: CustomTestStringConvertible, Sendable {
    let story: String
    let bytes: [UInt8]
    let error: TensorFileError
    var testDescription: String { story }

    init(_ story: String, _ bytes: [UInt8], _ error: TensorFileError) {
        self.story = story
        self.bytes = bytes
        self.error = error
    }
}

@Suite struct TensorFileTests {
    static let zeros = [UInt8](repeating: 0, count: 8)

    static let hostile: [HostileFile] = [
        .init("nothing", [], .tooShort(bytes: 0)),
        .init("half a length", [1, 0, 0], .tooShort(bytes: 3)),
        .init("a header of 2^64 - 1 bytes", file("{}", claims: .max), .headerTooLong(claimed: .max)),
        .init("a header beyond the limit", file("{}", claims: 100_000_001), .headerTooLong(claimed: 100_000_001)),
        .init("a header longer than the file", file("{}", claims: 3), .headerCutShort(claimed: 3, there: 2)),
        .init("no header", file(""), .header("no '{'", position: 0)),
        .init("blanks in front", file(" {}"), .header("no '{'", position: 0)),
        .init("half an object", file("{"), .header("it ends where a text in quotes was expected", position: 1)),
        .init("something behind the object", file("{} x"), .header("'x' behind its end", position: 3)),
        .init("a zero byte behind the object", file("{}\0"), .header("byte 0 behind its end", position: 2)),
        .init(
            "a trailing comma", file("{" + tensor("[]", "[0,4]") + ",}", values: [0, 0, 0, 0]),
            .header("'}' where a text in quotes was expected", position: 53)),
        .init(
            "the same name twice",
            file("{" + tensor("[2]", "[0,8]") + "," + tensor("[2]", "[0,8]") + "}", values: zeros),
            .header("'a' stands there twice", position: 54)),
        .init(
            "the same name twice, once escaped",
            file("{" + tensor("[1]", "[0,4]") + "," + tensor(#"\u0061"#, "F32", "[1]", "[4,8]") + "}", values: zeros),
            .header("'a' stands there twice", position: 54)),
        .init(
            "the same note twice", file(#"{"__metadata__":{"k":"1","k":"2"}}"#),
            .header("'k' stands there twice", position: 25)),
        .init(
            "two notes", file(#"{"__metadata__":{},"__metadata__":{}}"#),
            .header("'__metadata__' stands there twice", position: 19)),
        .init(
            "the same word twice", file(#"{"a":{"dtype":"F32","dtype":"F32","shape":[],"data_offsets":[0,4]}}"#),
            .header("'dtype' stands there twice", position: 20)),
        .init(
            "a note that is no text", file(#"{"__metadata__":{"k":1}}"#),
            .header("'1' where a text in quotes was expected", position: 21)),
        .init(
            "a tensor that is a list", file(#"{"a":[[[[[[]]]]]]}"#), .header("'[' where '{' was expected", position: 5)),
        .init(
            "a shape of lists", file(#"{"a":{"shape":[[[[1]]]]}}"#),
            .header("'[' where a number was expected", position: 15)),
        .init(
            "an unknown word", file(#"{"a":{"strides":[1]}}"#),
            .header("'strides' is nothing that is said of a tensor", position: 16)),
        .init("a bad escape", file(#"{"\x":{}}"#), .header("an escape that JSON does not know", position: 2)),
        .init("half a pair", file(#"{"\ud800":{}}"#), .header("half of a surrogate pair", position: 2)),
        .init("not UTF-8", file([0x7B, 0x22, 0xFF, 0x22]), .header("a text that is not UTF-8", position: 2)),
        .init(
            "an overlong slash", file([0x7B, 0x22, 0xC0, 0xAF, 0x22]), .header("a text that is not UTF-8", position: 2)),
        .init(
            "a line break in a name", file("{\"a\nb\":{}}"), .header("a control character in a text", position: 3)),
        .init("an endless name", file(#"{"a\"#), .header("a text without its closing quote", position: 1)),
        .init(
            "a dimension beyond counting", file("{" + tensor("[9223372036854775808]", "[0,4]") + "}"),
            .header("9223372036854775808 is out of range", position: 29)),
        .init(
            "a negative dimension", file("{" + tensor("[-1]", "[0,4]") + "}"),
            .header("-1 is less than 0", position: 31)),
        .init(
            "half a value", file("{" + tensor("[1.5]", "[0,4]") + "}"),
            .header("1.5 is no whole number", position: 29)),
        .init(
            "an exponent", file("{" + tensor("[1e2]", "[0,4]") + "}"), .header("1e2 is no whole number", position: 29)),
        .init(
            "a leading zero", file("{" + tensor("[01]", "[0,4]") + "}"),
            .header("a number that begins with 0", position: 29)),
        .init(
            "three offsets", file("{" + tensor("[1]", "[0,4,8]") + "}"),
            .header("a list of more than 2 numbers", position: 52)),
        .init("one offset", file("{" + tensor("[1]", "[4]") + "}"), .missing("data_offsets", tensor: "a")),
        .init(
            "no type", file(#"{"a":{"shape":[],"data_offsets":[0,4]}}"#), .missing("dtype", tensor: "a")),
        .init(
            "no shape", file(#"{"a":{"dtype":"F32","data_offsets":[0,4]}}"#), .missing("shape", tensor: "a")),
        .init("no offsets", file(#"{"a":{"dtype":"F32","shape":[]}}"#), .missing("data_offsets", tensor: "a")),
        .init(
            "33 dimensions",
            file("{" + tensor("[" + Array(repeating: "1", count: 33).joined(separator: ",") + "]", "[0,4]") + "}"),
            .tooManyDimensions(tensor: "a", allowed: 32)),
        .init(
            "dimensions whose product overflows",
            file("{" + tensor("[4294967296,4294967296]", "[0,0]") + "}"),
            .tooLarge(tensor: "a", dimensions: [1 << 32, 1 << 32])),
        .init(
            "dimensions whose product overflows before it is 0",
            file("{" + tensor("[4294967296,4294967296,0]", "[0,0]") + "}"),
            .tooLarge(tensor: "a", dimensions: [1 << 32, 1 << 32, 0])),
        .init(
            "values beyond the file", file("{" + tensor("[1000000]", "[0,4000000]") + "}", values: zeros),
            .outside(tensor: "a", end: 4_000_000, there: 8)),
        .init(
            "fewer bytes than the shape needs", file("{" + tensor("[3]", "[0,8]") + "}", values: zeros),
            .wrongSize(tensor: "a", needed: 12, given: 8)),
        .init(
            "offsets the wrong way round", file("{" + tensor("[2]", "[8,0]") + "}", values: zeros),
            .wrongSize(tensor: "a", needed: 8, given: -8)),
        .init(
            "two tensors over one another",
            file("{" + tensor("[1]", "[0,4]") + "," + tensor("b", "F32", "[2]", "[0,8]") + "}", values: zeros),
            .overlap(tensor: "b", with: "a")),
        .init(
            "a hole between two",
            file(
                "{" + tensor("[1]", "[0,4]") + "," + tensor("b", "F32", "[1]", "[8,12]") + "}",
                values: zeros + [0, 0, 0, 0]),
            .gap(before: "b", bytes: 4)),
        .init(
            "a hole at the beginning", file("{" + tensor("[1]", "[4,8]") + "}", values: zeros),
            .gap(before: "a", bytes: 4)),
        .init(
            "bytes at the end", file("{" + tensor("[1]", "[0,4]") + "}", values: zeros), .trailing(bytes: 4)),
        .init("bytes without a tensor", file("{}", values: [1]), .trailing(bytes: 1)),
        .init(
            "a type unheard of", file("{" + tensor("a", "F8_E4M3", "[8]", "[0,8]") + "}", values: zeros),
            .unreadableType("F8_E4M3", tensor: "a")),
        .init(
            "a whole number no float holds",
            file("{" + tensor("a", "I64", "[1]", "[0,8]") + "}", values: [1, 0, 0, 1, 0, 0, 0, 0]),
            .unfit(value: "16777217", tensor: "a")),
        .init(
            "a double no float holds",
            file(
                "{" + tensor("a", "F64", "[1]", "[0,8]") + "}",
                values: [0, 0, 0, 0, 0, 0, 0, 0x50]),
            .unfit(value: Double(sign: .plus, exponent: 257, significand: 1).description, tensor: "a")),
    ]

    @Test(arguments: hostile)
    func `a file that lies is refused by what it lies about`(file: HostileFile) {
        #expect(throws: file.error) { try TensorFile(parsing: file.bytes) }
    }

    @Test(arguments: hostile)
    func `a refusal is one sentence that names the file`(file: HostileFile) {
        let sentence = file.error.message(for: "net.safetensors")
        #expect(sentence.hasPrefix("net.safetensors is not a safetensors file"))
        #expect(!sentence.contains("\n") && !sentence.hasSuffix("."))
    }

    @Test func `a file cut short anywhere is refused, and so is one with a byte too many`() throws {
        let whole = TensorFile(
            tensors: [.init(name: "a", dimensions: [2, 3], values: [1, 2, 3, 4, 5, 6])],
            metadata: [.init(key: "k", value: "v")]
        ).bytes()
        for count in 0..<whole.count {
            #expect(throws: TensorFileError.self, "\(count) bytes") { try TensorFile(parsing: Array(whole[..<count])) }
        }
        #expect(throws: TensorFileError.trailing(bytes: 1)) { try TensorFile(parsing: whole + [0]) }
    }

    @Test func `a file with any one byte changed is read or refused, and never traps`() {
        let whole = TensorFile(
            tensors: [
                .init(name: "a", dimensions: [2], values: [1, 2]), .init(name: "b", dimensions: [], values: [3]),
            ],
            metadata: [.init(key: "k", value: "v\n")]
        ).bytes()
        var read = 0
        for place in whole.indices {
            for value in [UInt8](0...255) where value != whole[place] {
                var damaged = whole
                damaged[place] = value
                if (try? TensorFile(parsing: damaged)) != nil { read += 1 }
            }
        }
        // The values are 12 bytes, any of which may be anything.
        #expect(read >= 12 * 255)
    }

    @Test func `what is written is read again`() throws {
        let file = TensorFile(
            tensors: [
                .init(
                    name: "conv1.weight", dimensions: [2, 1, 1, 3], values: [1, -0.0, 0.1, .infinity, 0x1p-140, -5]),
                .init(name: "empty", dimensions: [3, 0], values: []),
                .init(name: "scalar \"ü\" \\ \u{1F}", dimensions: [], values: [7]),
            ],
            metadata: [
                .init(key: "program", value: "conv 6 5x5 | relu\n# \"é\" 🜂 \u{0} \u{7F}"), .init(key: "", value: ""),
            ])
        let bytes = file.bytes()
        #expect(try TensorFile(parsing: bytes) == file)
        #expect(bytes == file.bytes())
        let header = Int(bytes[0]) + Int(bytes[1]) << 8
        #expect(header % 8 == 0 && bytes.count == 8 + header + 7 * 4)
    }

    @Test func `every type that a float can hold is read`() throws {
        let cases: [(String, [UInt8], Float)] = [
            ("F32", [0, 0, 0x80, 0x3F], 1), ("F64", [0, 0, 0, 0, 0, 0, 0xF8, 0x3F], 1.5),
            ("F64", [0x9A, 0x99, 0x99, 0x99, 0x99, 0x99, 0xB9, 0x3F], 0.1), ("F16", [0, 0x3C], 1),
            ("F16", [1, 0], 0x1p-24), ("F16", [0xFF, 0x83], -0x1.ff8p-15), ("F16", [0, 0xFC], -.infinity),
            ("F16", [0xFF, 0x7B], 65504), ("BF16", [0x80, 0xBF], -1), ("BOOL", [1], 1), ("U8", [255], 255),
            ("I8", [255], -1), ("U16", [255, 255], 65535), ("I16", [0, 0x80], -32768),
            ("U32", [0, 0, 0, 0x80], 0x1p31),
            ("I32", [255, 255, 255, 255], -1), ("I64", [232, 3, 0, 0, 0, 0, 0, 0], 1000),
            ("U64", [0, 0, 0, 0, 0, 0, 0, 0x80], 0x1p63),
        ]
        for (type, bytes, value) in cases {
            let read = try TensorFile(
                parsing: file("{" + tensor("a", type, "[]", "[0,\(bytes.count)]") + "}", values: bytes))
            #expect(read.tensors[0].values == [value], "\(type) \(bytes)")
        }
    }
}
