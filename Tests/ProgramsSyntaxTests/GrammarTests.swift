import Programs
import Testing

/// Each text, and its canonical form: what DESIGN and docs/language.md promise, row by row.
private let forms: [(text: String, printed: String)] = [
    ("gaussian 2 | sobel | threshold 0.2", "gaussian 2 | sobel | threshold 0.2"),
    ("gaussian 2|sobel|threshold 0.2", "gaussian 2 | sobel | threshold 0.2"),
    ("gaussian 2\nsobel\n\n\nthreshold 0.2\n", "gaussian 2 | sobel | threshold 0.2"),
    ("\n\n  gaussian 2 |\n\n sobel\n| threshold 0.2", "gaussian 2 | sobel | threshold 0.2"),
    ("\u{FEFF}gaussian 2\r\nsobel\r", "gaussian 2 | sobel"),
    ("[0 -1 0; -1 5 -1; 0 -1 0]", "[0 -1 0; -1 5 -1; 0 -1 0]"),
    ("[ 0, -1, 0\n -1, 5, -1 # the middle\n\n 0,-1,0; ]", "[0 -1 0; -1 5 -1; 0 -1 0]"),
    ("[1 2 1]/4", "[1 2 1]/4"),
    ("[1 2 1] / 4", "[1 2 1]/4"),
    ("[1 . 1]/(1 + n) border=reflect stride=2", "[1 . 1]/(1 + n) border=reflect stride=2"),
    ("[-amount 1+4*amount max(1, 2)]", "[-amount 1+4*amount max(1, 2)]"),
    ("[.5 2. 1e-3 -1.5]", "[.5 2. 1e-3 -1.5]"),
    ("sobel-x stride=2 dilate=2 pad=valid border=reflect", "sobel-x stride=2 dilate=2 pad=valid border=reflect"),
    ("maxpool 2 | avgpool 3 stride=2 | globalavg", "maxpool 2 | avgpool 3 stride=2 | globalavg"),
    ("hypot { sobel-x } { sobel-y }", "hypot { sobel-x } { sobel-y }"),
    ("hypot{sobel-x}{sobel-y}", "hypot { sobel-x } { sobel-y }"),
    ("hypot {\n  sobel-x\n}\n{\n  sobel-y # down\n}\nabs", "hypot { sobel-x } { sobel-y } | abs"),
    ("add { } { conv 16 3x3 | relu }", "add { } { conv 16 3x3 | relu }"),
    ("conv 4 3x3 init=sobel-x,sobel-y freeze name=edges", "conv 4 3x3 init=sobel-x,sobel-y freeze name=edges"),
    ("repeat 3 { maxpool 2 }", "repeat 3 { maxpool 2 }"),
    (
        "mystery | edges/mystery.kern | ./k.kern | /abs/x.safetensors",
        "mystery | edges/mystery.kern | ./k.kern | /abs/x.safetensors"
    ),
    (#""with space.kern" 2"#, #""with space.kern" 2"#),
    (#""mystery""#, "mystery"),
    (#""kernel" | "a=b" | "a\"b\\c""#, #""kernel" | "a=b" | "a\"b\\c""#),
    (#"conv 4 init="my file.kern""#, #"conv 4 init="my file.kern""#),
    ("gaussian (2 + 1)", "gaussian (2 + 1)"),
    ("scale a==b a<=b", "scale a==b a<=b"),
    (
        "kernel radius=ceil(4 * sigma) sum=1 { exp(-(x*x + y*y) / (2*sigma*sigma)) }",
        "kernel radius=ceil(4 * sigma) sum=1 { exp(-(x*x + y*y) / (2*sigma*sigma)) }"
    ),
    ("kernel {\n  x   # across\n  + y\n} radius=2", "kernel radius=2 { x + y }"),
    ("gaussian 2 # smooth\n# a line\nsobel#right behind", "gaussian 2 | sobel"),
    ("größe 3 | フィルタ", "größe 3 | フィルタ"),
]

@Test(arguments: forms)
func `a program has one canonical form, and it parses to the same tree`(text: String, printed: String) throws {
    let program = try Program(parsing: SourceText(text: text))
    #expect(program.description == printed)
    #expect(try Program(parsing: SourceText(text: printed)) == program)
}

@Test func `the tree holds words, keys, blocks and their places`() throws {
    let source = SourceText(text: #"add { } {abs} k="a b" 3"#)
    let program = try Program(parsing: source)
    let block = Program(steps: [Call(.name(Word("abs")))])
    let expected: [Argument] = [
        .block(Program(steps: [])), .block(block), .keyed(key: Word("k"), value: Word("a b")), .value(Word("3")),
    ]
    #expect(program == Program(steps: [Call(.name(Word("add")), arguments: expected)]))
    #expect(program.steps[0].arguments.map { source[$0.span] } == ["{ }", "{abs}", #"k="a b""#, "3"])
    #expect(source[program.span] == source.text)
    #expect(source[program.steps[0].headSpan] == "add")
}

@Test func `a matrix holds its rows, holes and divisor`() throws {
    let program = try Program(parsing: SourceText(text: "[1 . ; a (b + 1)]/9"))
    let rows: [[Word?]] = [[Word("1"), nil], [Word("a"), Word("(b + 1)")]]
    #expect(program.steps == [Call(.matrix(MatrixLiteral(rows: rows, divisor: Word("9"))))])
}

@Test func `a kernel file gives help, parameters and program`() throws {
    let text = """
        # gaussian — smooths
        #
        #   sigma is in pixels

        # not help
        param sigma = 1   # the width
        param radius = ceil(4 * sigma)
        kernel radius=radius sum=1 { exp(-r*r / (2*sigma*sigma)) }

        """
    let file = try KernelFile(parsing: SourceText(name: "gaussian.kern", text: text))
    #expect(file.help == ["gaussian — smooths", "", "  sigma is in pixels"])
    #expect(file.parameters.map(\.name.text) == ["sigma", "radius"])
    #expect(file.parameters.map(\.defaultValue.text) == ["1", "ceil(4 * sigma)"])
    #expect(file.parameters.map(\.summary) == ["the width", nil])
    #expect(file.program.description == "kernel radius=radius sum=1 { exp(-r*r / (2*sigma*sigma)) }")
    let printed = """
        # gaussian — smooths
        #
        #   sigma is in pixels
        param sigma = 1  # the width
        param radius = ceil(4 * sigma)
        kernel radius=radius sum=1 { exp(-r*r / (2*sigma*sigma)) }

        """
    #expect(file.description == printed)
    #expect(try KernelFile(parsing: SourceText(text: printed)) == file)
}

@Test func `a long program is printed in lines that open its blocks`() throws {
    let text = "hypot { [1 0 -1; 2 0 -2; 1 0 -1]/8 border=wrap } { sobel-y | offset 0.5 } clip"
    let program = try Program(parsing: SourceText(text: "abs | " + text + " | [1 2; -3 1+n] stride=2"))
    let expected = """
        abs
        hypot {
            [1 0 -1
             2 0 -2
             1 0 -1]/8 border=wrap
        } {
            sobel-y
            offset 0.5
        } clip
        [ 1   2
         -3 1+n] stride=2
        """
    let lines = program.lines(width: 40).joined(separator: "\n")
    #expect(lines == expected)
    #expect(try Program(parsing: SourceText(text: lines)) == program)
}

@Test(
    arguments: [
        ("1", 1), ("-1.5", -1.5), ("+2", 2), (".5", 0.5), ("5.", 5), ("1e3", 1000), ("1E-2", 0.01), ("1e400", nil),
        ("", nil),
        (".", nil), ("-", nil), ("1e", nil), ("0x10", nil), ("inf", nil), ("nan", nil), ("1 ", nil), ("１", nil),
        ("--1", nil),
    ] as [(String, Double?)])
func `numbers are decimal and finite`(text: String, value: Double?) {
    #expect(Number.parse(text) == value)
}

@Test(
    arguments: [
        ("gausian", "gaussian"), ("Gaussian", "gaussian"), ("sobel_x", "sobel-x"), ("soble", "sobel"),
        ("gauss", "gaussian"),
        ("lapl", "laplacian"), ("zzz", nil), ("", nil), ("bx", "box"),
        (String(repeating: "a", count: 1_000_000), nil),
    ] as [(String, String?)])
func `a misspelt word is answered with the nearest one`(word: String, expected: String?) {
    #expect(nearest(word, among: ["box", "gaussian", "sobel", "sobel-x", "laplacian"]) == expected)
}
