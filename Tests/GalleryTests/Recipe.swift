import Codecs
import Convolution
import Foundation
import Pixels
import Programs

/// `kern apply PROGRAM INPUT -o docs/….png`, taken apart as the shell and the tool would.
struct Recipe: CustomStringConvertible {
    let description: String
    let program: String
    let input: String
    let output: String
    private(set) var options = RunOptions()

    /// nil for any other command, and for options the gallery does not use.
    init?(command: String) {
        let words = Recipe.words(command)
        guard words.starts(with: ["kern", "apply"]), words.count >= 6, words[4] == "-o", words[5].hasPrefix("docs/")
        else { return nil }
        description = command
        (program, input, output) = (words[2], words[3], words[5])
        var rest = words[6...]
        while let option = rest.popFirst() {
            switch option {
            case "--linear": options.isLinear = true
            case "--range":
                guard let rule = rest.popFirst().flatMap(RangeRule.init) else { return nil }
                options.range = rule
            case "--alpha":
                guard let rule = rest.popFirst().flatMap(AlphaRule.init) else { return nil }
                options.alpha = rule
            case "--depth":
                guard let bits = rest.popFirst(), ["8", "16"].contains(bits) else { return nil }
                options.depth = bits == "8" ? .uint8 : .uint16
            default: return nil
            }
        }
    }

    /// The picture as kern computes it now.
    func cooked() throws -> Raster {
        let graph = try Catalogue().graph(for: SourceText(text: program))
        let raster = try Raster.read(path: Checkout.path(input))
        return try Plan(graph, for: raster.header, options: options).applied(to: raster)
    }

    /// Words between spaces; single quotes protect.
    private static func words(_ line: String) -> [String] {
        var words: [String] = []
        var word: String?
        var isQuoted = false
        for character in line {
            if character == "'" {
                isQuoted.toggle()
                word = word ?? ""
            } else if character == " ", !isQuoted {
                if let done = word { words.append(done) }
                word = nil
            } else {
                word = (word ?? "") + String(character)
            }
        }
        if let word { words.append(word) }
        return words
    }
}
