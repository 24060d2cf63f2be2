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
    private(set) var mask: String?

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
            case "--region":
                let numbers = (rest.popFirst() ?? "").split { "x+".contains($0) }.compactMap { Int($0) }
                guard numbers.count == 4 else { return nil }
                options.region = .init(
                    size: Size(width: numbers[0], height: numbers[1]), x: numbers[2], y: numbers[3])
            case "--channels":
                guard let word = rest.popFirst() else { return nil }
                options.channels =
                    word == "luma"
                    ? .luma
                    : .some(
                        word.compactMap { "rgb".firstIndex(of: $0) }.map {
                            "rgb".distance(from: "rgb".startIndex, to: $0)
                        })
            case "--mask":
                guard let path = rest.popFirst() else { return nil }
                mask = path
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
        let mask = try mask.map { try Raster.read(path: Checkout.path($0)) }
        var options = options
        options.mask = mask?.header
        return try Plan(graph, for: raster.header, options: options).applied(to: raster, mask: mask)
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
