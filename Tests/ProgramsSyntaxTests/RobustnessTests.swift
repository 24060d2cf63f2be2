import Programs
import Testing

/// SplitMix64: the same numbers on every machine.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// Trees of every kind, with words that need quotes among those that do not.
struct RandomPrograms {
    var random: SeededGenerator

    private let words = [
        "gaussian", "sobel-x", "2", "-1.5", "3x3", "a/b.kern", "with space.kern", "(2 + 1)", "ceil(3 * s)", "kernel",
        "param",
        "a=b", "a==b", "x=", "=x", "1,2", "a\"b", "a\\b", "a\\", "\\\"", "#x", "a#b", "}", "[1]", "(", ")(", "größe",
        "|", "/4", ";",
        "\ttab", " ", "k-1=2", "-k=2", "_k=2", "🙂", "no\u{A0}break", ".",
    ]
    private let formulas = ["1", "-2.5", "1+4*amount", "(a + b)", "max(1, 2)", "x^2", "-x", "1e-3", ".5"]

    mutating func word() -> Word { Word(words.randomElement(using: &random) ?? "a") }

    mutating func formula() -> Word { Word(formulas.randomElement(using: &random) ?? "1") }

    mutating func program(depth: Int, allowEmpty: Bool) -> Program {
        let count = Int.random(in: (allowEmpty ? 0 : 1)...3, using: &random)
        return Program(steps: (0..<count).map { _ in call(depth: depth) })
    }

    mutating func call(depth: Int) -> Call {
        let arguments = (0..<Int.random(in: 0...3, using: &random)).map { _ in argument(depth: depth) }
        switch Int.random(in: 0..<6, using: &random) {
        case 0:
            return Call(.matrix(matrix()), arguments: arguments.filter { !$0.isBlock })
        case 1:
            return Call(.kernel(formula()), arguments: arguments.filter { !$0.isBlock })
        default:
            return Call(.name(word()), arguments: arguments)
        }
    }

    mutating func argument(depth: Int) -> Argument {
        switch Int.random(in: 0..<4, using: &random) {
        case 0 where depth > 0: return .block(program(depth: depth - 1, allowEmpty: true))
        case 1: return .keyed(key: Word(["stride", "a-b", "k_1"].randomElement(using: &random) ?? "k"), value: word())
        default: return .value(word())
        }
    }

    mutating func matrix() -> MatrixLiteral {
        let columns = Int.random(in: 1...4, using: &random)
        let rows = (0..<Int.random(in: 1...4, using: &random)).map { _ in
            (0..<columns).map { _ in Bool.random(using: &random) ? formula() : nil }
        }
        return MatrixLiteral(rows: rows, divisor: Bool.random(using: &random) ? formula() : nil)
    }

    mutating func file() -> KernelFile {
        let help = (0..<Int.random(in: 0...3, using: &random)).map { ["", "a — b", "  indented", "# two"][$0] }
        let names = ["sigma", "amount", "n_2"].prefix(Int.random(in: 0...3, using: &random))
        let parameters = names.map { name in
            let summary = Bool.random(using: &random) ? "what it means # really" : nil
            return KernelFile.Parameter(name: Word(name), defaultValue: formula(), summary: summary)
        }
        return KernelFile(help: help, parameters: parameters, program: program(depth: 2, allowEmpty: false))
    }
}

extension Argument {
    fileprivate var isBlock: Bool {
        if case .block = self { true } else { false }
    }
}

@Test func `parsing what was printed gives the tree back`() throws {
    for seed in 0..<5000 {
        var programs = RandomPrograms(random: SeededGenerator(state: UInt64(seed)))
        let program = programs.program(depth: 4, allowEmpty: false)
        let text = program.description
        #expect(try Program(parsing: SourceText(text: text)) == program, "seed \(seed): \(text)")
        let lines = program.lines(width: 30).joined(separator: "\n")
        #expect(try Program(parsing: SourceText(text: lines)) == program, "seed \(seed): \(lines)")
        #expect(try Program(parsing: SourceText(text: lines)).description == text, "seed \(seed)")
        let file = programs.file()
        let written = file.description
        #expect(try KernelFile(parsing: SourceText(text: written)) == file, "seed \(seed): \(written)")
    }
}

/// Parses, prints, and renders the error: whatever comes back, nothing may trap. Says whether it was a kernel file.
@discardableResult
private func exercise(_ bytes: [UInt8]) -> Bool {
    do throws(ProgramError) {
        let source = try SourceText(name: "fuzz", bytes: bytes)
        do throws(ProgramError) {
            let program = try Program(parsing: source)
            let text = program.lines().joined(separator: "\n")
            let again = try? Program(parsing: SourceText(text: text))
            #expect(again == program || text.utf8.count > SourceText.defaultLimit, "\(text.prefix(1000))")
        } catch {
            #expect(error.description.hasPrefix("fuzz:"))
        }
        let file = try KernelFile(parsing: source)
        let again = try? KernelFile(parsing: SourceText(text: file.description))
        #expect(again == file, "\(file.description.prefix(1000))")
        return true
    } catch {
        #expect(error.description.hasPrefix("fuzz:"))
        return false
    }
}

@Test func `random bytes never crash the parser`() {
    var random = SeededGenerator(state: 1)
    let alphabet = Array("ab=1 2.-+*/^()[]{}|;,#\n\r\t\"\\<>!kernel{x}param a=".utf8) + [0, 0xFF, 0xC3, 0xB6, 0xE2]
    for _ in 0..<20_000 {
        let length = Int.random(in: 0...40, using: &random)
        exercise((0..<length).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &random)] })
    }
}

@Test func `mutated programs never crash the parser, and what they parse to prints and parses again`() {
    let seeds = [
        "gaussian 2 | sobel | threshold 0.2", "hypot { [1 0 -1; 2 . -2]/8 border=wrap } { sobel-y \"a b\" }",
        "# help\nparam s = 1 # x\nkernel radius=ceil(4*s) sum=1 {\n exp(-(x*x + y*y)/(2*s^2)) # why\n}",
    ].map { Array($0.utf8) }
    var random = SeededGenerator(state: 2)
    var parsed = 0
    for round in 0..<20_000 {
        var bytes = seeds[round % seeds.count]
        for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes.remove(at: place)
            case 1: bytes.insert(bytes[Int.random(in: 0..<bytes.count, using: &random)], at: place)
            case 2: bytes[place] = UInt8.random(in: 0...255, using: &random)
            default: bytes.removeSubrange(place..<min(bytes.count, place + 5))
            }
        }
        if exercise(bytes) { parsed += 1 }
    }
    #expect((4_000..<16_000).contains(parsed), "\(parsed) of 20,000 were programs: both ways are to be walked")
}

@Test(arguments: [
    "[", "{", "(", "a{", "a {a|", "\"", "\\", "|", "a\n", "-", "kernel{(", "[(", "[-", "1^", "a b=", "#\n", "\n", "[1,",
])
func `a megabyte of one thing is answered quickly`(piece: String) {
    let count = (SourceText.defaultLimit - 10) / piece.utf8.count
    let text = String(repeating: piece, count: count)
    let clock = ContinuousClock()
    let time = clock.measure {
        exercise(Array(text.utf8))
        exercise(Array(("kernel { " + text).utf8))
    }
    #expect(time < .seconds(10))
}

@Test func `sixty thousand parameters are read in one go`() throws {
    let text = (0..<60_000).map { "param p\($0)=1\n" }.joined() + "abs"
    var file: KernelFile?
    let time = try ContinuousClock().measure { file = try KernelFile(parsing: SourceText(text: text)) }
    #expect(file?.parameters.count == 60_000)
    #expect(time < .seconds(10))
}

@Test func `nesting is limited, with a message and not with a crash`() throws {
    func blocks(_ depth: Int) -> SourceText {
        SourceText(text: String(repeating: "a { ", count: depth) + String(repeating: "} ", count: depth))
    }
    #expect(try Program(parsing: blocks(32)).steps.count == 1)
    let error = #expect(throws: ProgramError.self) { try Program(parsing: blocks(33)) }
    #expect(error?.fault == .nestedTooDeep(limit: 32))
    let parentheses = String(repeating: "(", count: 65) + "1" + String(repeating: ")", count: 65)
    let formulaError = #expect(throws: ProgramError.self) { try Formula(parentheses) }
    #expect(formulaError?.fault == .nestedTooDeep(limit: 64))
}

@Test func `a formula of a hundred thousand terms is evaluated like any other`() throws {
    let text = "x" + String(repeating: "+x", count: 99_999)
    #expect(try Formula(text).bound(to: ["x"]).evaluate([2]) == 200_000)
}
