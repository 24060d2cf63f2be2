import Programs
import Testing

/// A program that is wrong, and the whole message it gets.
private let messages: [(text: String, message: String)] = [
    (
        "",
        """
        program:1:1: there is no step here; a program has at least one, such as 'gaussian 2'
        """
    ),
    (
        "\n  # nothing\n",
        """
        program:2:12: there is no step here; a program has at least one, such as 'gaussian 2'
              # nothing
                       ^
        """
    ),
    (
        "a | | b",
        """
        program:1:5: expected a step, found '|'
            a | | b
                ^
        """
    ),
    (
        "a\n|\n|b",
        """
        program:3:1: expected a step, found '|'
            |b
            ^
        """
    ),
    (
        "gaussian 2 |\n\n",
        """
        program:1:13: expected a step, found the end of the text
            gaussian 2 |
                        ^
        """
    ),
    (
        "| a",
        """
        program:1:1: expected a step, found '|'
            | a
            ^
        """
    ),
    (
        "hypot { a | } { b }",
        """
        program:1:13: expected a step, found '}'
            hypot { a | } { b }
                        ^
        """
    ),
    (
        "a\nhypot { b\n{ c }",
        """
        program:2:7: this '{' is never closed
            hypot { b
                  ^
        """
    ),
    (
        "a } b",
        """
        program:1:3: this '}' closes nothing
            a } b
              ^
        """
    ),
    (
        "{ a }",
        """
        program:1:1: a block belongs to the step before it, as in 'hypot { sobel-x } { sobel-y }'; there is none here
            { a }
            ^
        """
    ),
    (
        "a | [1 2 3",
        """
        program:1:5: this '[' is never closed
            a | [1 2 3
                ^
        """
    ),
    (
        "[1 2 3; 4 5]",
        """
        program:1:9: row 2 has 2 elements, the first row has 3; write '.' for a hole
            [1 2 3; 4 5]
                    ^^^
        """
    ),
    (
        "[1 2;; 3 4]",
        """
        program:1:6: expected a number or '.', found ';'
            [1 2;; 3 4]
                 ^
        """
    ),
    (
        "[1,,2]",
        """
        program:1:4: expected a number or '.', found ','
            [1,,2]
               ^
        """
    ),
    (
        "[1 | 2]",
        """
        program:1:4: expected a number or '.', found '|'
            [1 | 2]
               ^
        """
    ),
    (
        "[ ]",
        """
        program:1:1: a matrix has at least one number, such as '[1 2 1]/4'
            [ ]
            ^^^
        """
    ),
    (
        "[1 2x 3]",
        """
        program:1:4: '2x' is not a number
            [1 2x 3]
               ^^
        """
    ),
    (
        "[1 1e999]",
        """
        program:1:4: '1e999' is not a finite number
            [1 1e999]
               ^^^^^
        """
    ),
    (
        "[1 2 1]/ | a",
        """
        program:1:10: expected a number to divide by, found '|'
            [1 2 1]/ | a
                     ^
        """
    ),
    (
        "gaussian [1 2 1]",
        """
        program:1:10: a matrix is a step of its own; put '|' before it
            gaussian [1 2 1]
                     ^
        """
    ),
    (
        "gaussian 2; sobel",
        """
        program:1:11: expected an argument or '|', found ';'
            gaussian 2; sobel
                      ^
        """
    ),
    (
        "sigma=2",
        """
        program:1:1: expected a step, found 'sigma=2'
            sigma=2
            ^^^^^^^
        """
    ),
    (
        "gaussian sigma= 2",
        """
        program:1:16: expected a value for 'sigma', found a space
            gaussian sigma= 2
                           ^
        """
    ),
    (
        "gaussian (2 + 1 | sobel",
        """
        program:1:10: this '(' is not closed
            gaussian (2 + 1 | sobel
                     ^
        """
    ),
    (
        "gaussian 2)",
        """
        program:1:11: this ')' closes nothing
            gaussian 2)
                      ^
        """
    ),
    (
        "a | \"b c\nd",
        """
        program:1:5: this quote is not closed on its line
            a | "b c
                ^
        """
    ),
    (
        "a\"b\"",
        """
        program:1:2: expected a space, found '"'
            a"b"
             ^
        """
    ),
    (
        "\"a b\".kern",
        """
        program:1:6: expected a space, found '.kern'
            "a b".kern
                 ^^^^^
        """
    ),
    (
        "a \"\"",
        """
        program:1:3: expected a word, found '""'
            a ""
              ^^
        """
    ),
    (
        "kernel radius=2",
        """
        program:1:16: expected '{ formula }', found the end of the text
            kernel radius=2
                           ^
        """
    ),
    (
        "kernel { x + }",
        """
        program:1:14: expected a number, a name or '(', found '}'
            kernel { x + }
                         ^
        """
    ),
    (
        "kernel { }",
        """
        program:1:10: expected a number, a name or '(', found '}'
            kernel { }
                     ^
        """
    ),
    (
        "kernel {\n  gaus(x)\n}",
        """
        program:2:3: unknown function 'gaus'
              gaus(x)
              ^^^^
        """
    ),
    (
        "kernel { x } { y }",
        """
        program:1:14: expected one formula, found '{'
            kernel { x } { y }
                         ^
        """
    ),
    (
        "größe 👍🏽 }",
        """
        program:1:9: this '}' closes nothing
            größe 👍🏽 }
                    ^
        """
    ),
    (
        "a\n\tb }",
        """
        program:2:4: this '}' closes nothing
            \tb }
            \t  ^
        """
    ),
    (
        "a\u{1B}[31m",
        """
        program:1:2: there is a control character here (U+001B); a program is plain text
            a\u{FFFD}[31m
             ^
        """
    ),
    (
        "a\0",
        """
        program:1:2: there is a NUL byte here; a program is text
            a\u{FFFD}
             ^
        """
    ),
    (
        "a\nparam b = 2",
        """
        program:2:1: 'param' stands at the top of a kernel file, before the first step
            param b = 2
            ^^^^^
        """
    ),
]

@Test(arguments: messages)
func `a wrong program is answered with place, text, caret and what was expected`(text: String, message: String) {
    let error = #expect(throws: ProgramError.self) { try Program(parsing: SourceText(text: text)) }
    #expect(error?.description == message)
}

private let fileMessages: [(text: String, message: String)] = [
    (
        "param\nabs",
        """
        k.kern:1:6: expected a parameter's name, found the end of the line
            param
                 ^
        """
    ),
    (
        "# k — x\nparam = 2\nabs",
        """
        k.kern:2:7: expected a parameter's name, found '='
            param = 2
                  ^
        """
    ),
    (
        "param low-level = 2\nabs",
        """
        k.kern:1:10: expected '=', found '-level'
            param low-level = 2
                     ^^^^^^
        """
    ),
    (
        "param a =   # later\nabs",
        """
        k.kern:1:13: expected a value for 'a', found '#'
            param a =   # later
                        ^
        """
    ),
    (
        "param a = 2 2\nabs",
        """
        k.kern:1:13: expected an operator or the end of the formula, found '2'
            param a = 2 2
                        ^
        """
    ),
    (
        "param a = (2\nabs",
        """
        k.kern:1:11: this '(' is not closed
            param a = (2
                      ^
        """
    ),
    (
        "param a = 1\nparam a = 2\nabs",
        """
        k.kern:2:7: 'a' is given twice
            param a = 2
                  ^
        """
    ),
    (
        "param max = 1\nabs",
        """
        k.kern:1:7: a parameter cannot be called 'max': formulas know that name already
            param max = 1
                  ^^^
        """
    ),
    (
        "# only help\nparam a = 1\n",
        """
        k.kern:2:12: there is no step here; a program has at least one, such as 'gaussian 2'
            param a = 1
                       ^
        """
    ),
]

@Test(arguments: fileMessages)
func `a wrong kernel file is answered in the same way`(text: String, message: String) {
    let source = SourceText(name: "k.kern", text: text)
    let error = #expect(throws: ProgramError.self) { try KernelFile(parsing: source) }
    #expect(error?.description == message)
}

/// What the resolver finds, said the same way.
private let facts: [(fault: ProgramError.Fault, sentence: String)] = [
    (.unknownName("gausian", nearest: "gaussian"), "unknown step 'gausian'; did you mean 'gaussian'?"),
    (.unknownName("zzz", nearest: nil), "unknown step 'zzz'"),
    (.unknownKey("strid", step: "sobel", nearest: "stride"), "sobel has no parameter 'strid'; did you mean 'stride'?"),
    (.duplicateKey("pad"), "'pad' is given twice"),
    (.missing(parameter: "channels", step: "conv"), "conv needs a value for 'channels'"),
    (.surplus("3", step: "abs"), "abs has no use for '3'"),
    (.missingBar("abs", step: "relu"), "relu has no use for 'abs', which is a step of its own: put '|' in front of it"),
    (.looseEquals, "a setting has no blanks around its '=', as in 'stride=2'"),
    (
        .badValue("x", parameter: "stride", step: "sobel", expected: "a whole number from 1"),
        "sobel: 'stride' is a whole number from 1, not 'x'"
    ),
    (
        .unknownValue("reflct", parameter: "border", step: "sobel", nearest: "reflect", choices: []),
        "sobel: 'border' cannot be 'reflct'; did you mean 'reflect'?"
    ),
    (
        .unknownValue("mirror", parameter: "border", step: "sobel", nearest: nil, choices: ["symmetric", "reflect"]),
        "sobel: 'border' cannot be 'mirror'; choose symmetric or reflect"
    ),
    (.blockCount(step: "hypot", expected: "2 blocks", found: 1), "hypot takes 2 blocks, not 1"),
    (.recursion(["a", "b", "a"]), "a kernel cannot be made of itself: a → b → a"),
]

@Test(arguments: facts)
func `each fact has its sentence`(fault: ProgramError.Fault, sentence: String) {
    let error = ProgramError(fault, at: SourceSpan(4, 7), in: SourceText(text: "a | bcd"))
    #expect(error.sentence == sentence)
    #expect(error.description == "program:1:5: \(sentence)\n    a | bcd\n        ^^^")
}

@Test func `an error inside a kernel file names the calls that led there`() {
    let program = SourceText(text: "abs | mystery")
    let file = SourceText(name: "mystery.kern", text: "# mystery\nsobl")
    let place = ProgramError.Place(source: program, span: SourceSpan(6, 13))
    let error = ProgramError(.unknownName("sobl", nearest: "sobel"), at: SourceSpan(10, 14), in: file, usedAt: [place])
    let message = """
        mystery.kern:2:1: unknown step 'sobl'; did you mean 'sobel'?
            sobl
            ^^^^
        used at program:1:7: mystery
        """
    #expect(error.description == message)
}

@Test func `bytes that are not UTF-8 are refused where they stand`() {
    let bytes = Array("abs\r\nsob".utf8) + [0xFF] + Array("el".utf8)
    let error = #expect(throws: ProgramError.self) { try SourceText(name: "k.kern", bytes: bytes) }
    #expect(error?.description == "k.kern:2:4: this is not UTF-8 text\n    sob\u{FFFD}el\n       ^")
}

@Test func `a text above the limit is refused before it is read`() {
    let bytes = [UInt8](repeating: UInt8(ascii: "["), count: 10_000_000)
    let error = #expect(throws: ProgramError.self) { try SourceText(name: "k.kern", bytes: bytes) }
    #expect(error?.description == "k.kern:1:1: the text is 10000000 bytes long; the limit is 1048576")
}

@Test func `a long line is cut to what matters`() {
    let text = String(repeating: "abs | ", count: 1000) + "} " + String(repeating: "| abs", count: 1000)
    let error = #expect(throws: ProgramError.self) { try Program(parsing: SourceText(text: text)) }
    let lines = error?.description.split(separator: "\n").map(String.init) ?? []
    #expect(lines.count == 3)
    #expect(lines.allSatisfy { $0.count < 200 })
    #expect(lines.last?.count == 56)
    #expect(lines.first == "program:1:6001: expected a step, found '}'")
}
