import Arguments
import Testing

/// A command line that is wrong and the sentence it gets.
struct Mistake: CustomTestStringConvertible, Sendable {
    let words: [String]
    let sentence: String

    init(_ line: String, _ sentence: String) {
        words = line.split(separator: " ").map(String.init)
        self.sentence = sentence
    }

    var testDescription: String { words.joined(separator: " ") }
}

@Suite struct SentenceTests {
    @Test(arguments: [
        Mistake("", "PROGRAM is missing: what to do"),
        Mistake("blur", "INPUT is missing: pictures to read"),
        Mistake("blur a", "-o OUT is missing: where it goes"),
        Mistake("blur a -o b --bordr edge", "unknown option '--bordr'; did you mean '--border'?"),
        Mistake("blur a -o b --batch_size 3", "unknown option '--batch_size'; did you mean '--size'?"),
        Mistake("blur a -o b --Workers=3", "unknown option '--Workers'; did you mean '--threads'?"),
        Mistake("blur a -o b --zzz", "unknown option '--zzz'; '--help' lists the options"),
        Mistake("blur a -o b --zzz=3", "unknown option '--zzz'; '--help' lists the options"),
        Mistake("blur a -o b -x", "unknown option '-x'; '--help' lists the options"),
        Mistake("blur a -o b -fx", "unknown option '-x' in '-fx'; '--help' lists the options"),
        Mistake("blur a -force", "unknown option '-force'; did you mean '--force'?"),
        Mistake("blur a -o", "'-o' needs a value: -o OUT"),
        Mistake("blur a -o --force", "'-o' needs a value: -o OUT"),
        Mistake(
            "blur a --border -edge",
            "'--border' needs a value: --border RULE; if '-edge' is the value, write --border=-edge"),
        Mistake(
            "-o first blur a -o b",
            "'--output' is given twice, as 'first' and as 'b'; it takes one value, so leave one out"),
        Mistake(
            "blur a -o b -t4 --threads=4",
            "'--threads' is given twice, as '4' and as '4'; it takes one value, so leave one out"),
        Mistake("blur a -o b --range", "'--range' needs a value: --range auto|clip|abs"),
        Mistake("blur a -o b --force=yes", "'--force' takes no value, but was given 'yes'"),
        Mistake("blur a --output=", "'--output' was given an empty value"),
        Mistake("blur a -o b --range abz", "'--range' does not know 'abz'; did you mean 'abs'?"),
        Mistake("blur a -o b --range wide", "'--range' is one of auto, clip and abs, not 'wide'"),
        Mistake("blur a -o b -t 0", "'--threads' is a whole number from 1 to 64, not '0'"),
        Mistake("blur a -o b -t 2.5", "'--threads' is a whole number from 1 to 64, not '2.5'"),
        Mistake(
            "blur a -o b -t 99999999999999999999",
            "'--threads' is a whole number from 1 to 64, not '99999999999999999999'"),
        Mistake("blur a -o b --bound 1.5", "'--bound' is a number from 0 to 1, not '1.5'"),
        Mistake("blur a -o b --bound nan", "'--bound' is a number from 0 to 1, not 'nan'"),
        Mistake("blur a -o b --bound 1/0", "'--bound' is a number from 0 to 1, not '1/0'"),
        Mistake(
            "blur a -o b --memory 9999999999G",
            "'--memory' is a whole number such as 500K, 64M or 2G (K is 1024), not '9999999999G'"),
        Mistake(
            "blur a -o b --memory -1", "'--memory' is a whole number such as 500K, 64M or 2G (K is 1024), not '-1'"),
        Mistake("blur a -o b --memory M", "'--memory' is a whole number such as 500K, 64M or 2G (K is 1024), not 'M'"),
        Mistake("blur a -o b --size 0x3", "'--size' is a size such as 640x480, or one number for both, not '0x3'"),
        Mistake("blur a -o b --size 3x", "'--size' is a size such as 640x480, or one number for both, not '3x'"),
        Mistake("blur a -o b --at 3", "'--at' is a place X,Y such as 12,0, counted from the top left, not '3'"),
        Mistake("blur a -o b --at 3,-1", "'--at' is a place X,Y such as 12,0, counted from the top left, not '3,-1'"),
    ])
    func `a mistake gets a sentence that names the way out`(mistake: Mistake) {
        let error = #expect(throws: ArgumentError.self) { try filterCommand.parse(mistake.words) }
        #expect(error?.sentence == mistake.sentence)
    }

    @Test func `a word too many is named`() {
        let error = #expect(throws: ArgumentError.self) { try printCommand.parse(["x", "y", "z"]) }
        #expect(
            error?.sentence
                == "'y' 'z' is one too many: this command takes NAME; words that belong together go in quotes")
    }

    @Test(arguments: [
        ("filtr", "unknown command 'filtr'; did you mean 'filter'?"),
        ("Print", "unknown command 'Print'; did you mean 'print'?"),
        ("bogus", "unknown command 'bogus'; the commands are filter and print"),
    ])
    func `an unknown command is answered with the nearest`(word: String, sentence: String) {
        let error = #expect(throws: ArgumentError.self) { try sampleTool.command(meant: word) }
        #expect(error?.sentence == sentence)
    }
}

@Suite struct NearestTests {
    @Test(arguments: [
        ("gausian", "gaussian"), ("soble", "sobel"), ("SOBEL", "sobel"), ("sobelx", "sobel"), ("medain", "median"),
        ("box", nil), ("", nil), (String(repeating: "x", count: 10_000), nil),
    ])
    func `the nearest word is the one with fewest slips, or none`(typed: String, expected: String?) {
        #expect(nearest(to: typed, among: ["gaussian", "sobel", "median"]) == expected)
    }
}
