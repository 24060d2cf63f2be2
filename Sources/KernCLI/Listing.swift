import Programs
import Steps

/// Every word a program may use, as `list` prints them and the shell completes them.
struct Listing {
    struct Entry {
        enum Origin: String {
            case builtIn = "built in"
            case user
        }

        var name: String
        var summary: String
        var group: String
        /// Only steps have one: most kernels are called by their bare names.
        var example: String?
        var parameters: [String] = []
        var origin = Origin.builtIn
        /// What is odd about it: it hides another, or is hidden.
        var remark: String?
    }

    static var steps: [Entry] {
        let words = StepWord.Category.allCases.flatMap { category in
            Vocabulary.words.filter { $0.category == category }.map {
                Entry(name: $0.name, summary: $0.summary, group: category.rawValue, example: $0.example)
            }
        }
        return words
            + StepForm.all.map {
                Entry(name: $0.name, summary: $0.summary, group: "the language's own", example: $0.example)
            }
    }

    static func kernels(of catalogue: Catalogue) -> [Entry] {
        let builtIn = Set(Catalogue.builtIn.map(\.name))
        return catalogue.entries.map { entry in
            var listed = Entry(name: entry.name, summary: "", group: entry.group)
            do throws(ProgramError) {
                let file = try entry.file()
                listed.summary = file.summary
                listed.parameters = file.parameters.map(\.name.text)
            } catch {
                listed.summary = "cannot be used: \(error.sentence)"
            }
            if entry.isBuiltIn { return listed }
            listed.origin = .user
            if Vocabulary.word(entry.name) != nil || StepForm.named(entry.name) != nil {
                listed.remark = "yours, but the step of this name comes first"
            } else {
                listed.remark = builtIn.contains(entry.name) ? "yours, instead of the built-in one" : "yours"
            }
            return listed
        }
    }
}

/// Words that the language itself understands: neither steps of the vocabulary nor files.
struct StepForm {
    var name: String
    var summary: String
    var example: String
    var help: [String]

    static let all = [
        StepForm(
            name: "repeat", summary: "a program several times over", example: "repeat 3 { median 3 }",
            help: ["repeat COUNT { PROGRAM }"]),
        StepForm(
            name: "kernel", summary: "a kernel from a formula",
            example: "kernel radius=3 sum=1 { exp(-(x*x + y*y) / 2) }",
            help: [
                "kernel radius=R | size=WIDTHxHEIGHT { FORMULA }",
                "x and y count from the anchor; r is the distance, theta the angle, w and h are the size.",
            ]),
    ]

    static func named(_ name: String) -> StepForm? { all.first { $0.name == name } }
}
