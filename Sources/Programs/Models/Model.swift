import Pixels
import Tensors

/// A program and the weights it learned: what a model file holds.
///
///     let model = try Model(parsing: bytes, name: "fashion.safetensors")
///     model.program   // "input 28x28x1 | conv 6 5x5 | relu | … | dense classes"
///     model.classes   // ["ankle-boot", "bag", …]
public struct Model: Hashable, Sendable {
    /// As it was written, every word that stands for a number still a word.
    public var program: String
    /// The names of the classes it tells apart; none where it makes pictures.
    public var classes: [String]
    /// One picture as it was learned from: other pictures are brought to this where the program begins with `input`.
    public var input: Shape
    /// The course of its training, as JSON; empty where none is told.
    public var history: String
    /// What was made small, as `--loss` calls it; empty where that is not known.
    public var loss: String
    /// What it was learned from; nil where that is not known.
    public var examples: Examples?
    /// The weights by the names that the program's labels give them: `conv1.weight`.
    public var weights: [Tensor]

    public init(
        program: String, classes: [String], input: Shape, history: String, loss: String = "",
        examples: Examples? = nil, weights: [Tensor]
    ) {
        self.program = program
        self.classes = classes
        self.input = input
        self.history = history
        self.loss = loss
        self.examples = examples
        self.weights = weights
    }

    /// Examples by what tells them from others, and which of them were not learned from.
    public struct Examples: Hashable, Sendable {
        /// The share that was set aside to measure with, and the seed that tells which ones; 0 for none.
        public var aside: Double
        public var seed: UInt64
        public var checksum: String

        public init(aside: Double, seed: UInt64, checksum: String) {
            (self.aside, self.seed, self.checksum) = (aside, seed, checksum)
        }

        /// `0.1 1 4f0c…`
        var note: String { "\(aside) \(seed) \(checksum)" }

        /// nil where it makes no sense.
        init?(note: String) {
            let words = note.split(separator: " ").map(String.init)
            guard words.count == 3, let aside = Double(words[0]), aside >= 0, aside < 1, let seed = UInt64(words[1])
            else { return nil }
            self.init(aside: aside, seed: seed, checksum: words[2])
        }
    }

    /// Numbers that the program's words stand for.
    public var numbers: [String: Double] { classes.isEmpty ? [:] : ["classes": Double(classes.count)] }
}

extension Model {
    /// The file's name ends so.
    public static let suffix = ".safetensors"

    private enum Key {
        static let format = "format"
        static let version = "kern.version"
        static let program = "kern.program"
        static let classes = "kern.classes"
        static let input = "kern.input"
        static let history = "kern.history"
        static let loss = "kern.loss"
        static let examples = "kern.examples"
    }

    /// What `kern.version` says.
    private static let version = "1"

    public func bytes() -> [UInt8] { file(notes: []).bytes() }

    /// - Parameter notes: what else is to be written down, by keys of one's own.
    public func file(notes: [TensorFile.Note]) -> TensorFile {
        var all = [
            TensorFile.Note(key: Key.format, value: "kern"), .init(key: Key.version, value: Model.version),
            .init(key: Key.program, value: program),
            .init(key: Key.classes, value: JSON.array(classes.map(JSON.string)).text),
            .init(key: Key.input, value: "\(input.width)x\(input.height)x\(input.channels)"),
        ]
        if !loss.isEmpty { all.append(.init(key: Key.loss, value: loss)) }
        if let examples { all.append(.init(key: Key.examples, value: examples.note)) }
        if !history.isEmpty { all.append(.init(key: Key.history, value: history)) }
        return TensorFile(tensors: weights, metadata: all + notes)
    }

    /// - Throws: a `ModelError` that says what is wrong with the file.
    public init(parsing bytes: [UInt8]) throws(ModelError) {
        do {
            try self.init(TensorFile(parsing: bytes))
        } catch let error as TensorFileError {
            throw .file(error)
        } catch let error as ModelError {
            throw error
        } catch {
            throw .note("\(error)")
        }
    }

    public init(_ file: TensorFile) throws(ModelError) {
        guard let program = file.note(Key.program) else { throw .noProgram }
        if let version = file.note(Key.version), version != Model.version { throw .version(version) }
        self.program = program
        classes = try Model.classes(file.note(Key.classes))
        input = try Model.input(file.note(Key.input))
        history = file.note(Key.history) ?? ""
        loss = file.note(Key.loss) ?? ""
        examples = file.note(Key.examples).flatMap(Examples.init(note:))
        weights = file.tensors
        try Model.check(weights)
    }

    private static func check(_ weights: [Tensor]) throws(ModelError) {
        for tensor in weights {
            if !tensor.values.allSatisfy(\.isFinite) { throw .notFinite(tensor.name) }
            // They are divided by.
            let isVariance = tensor.name.hasSuffix(".running_var"), isDeviation = tensor.name.hasSuffix(".deviation")
            if isVariance && !tensor.values.allSatisfy({ $0 >= 0 })
                || isDeviation && !tensor.values.allSatisfy({ $0 > 0 })
            {
                throw .noSpread(tensor.name)
            }
        }
    }

    /// Larger files are refused before they are read.
    private static let mostBytes = 4 << 30

    /// - Throws: a `ProgramError` whose sentence names the file.
    public init(path: String) throws(ProgramError) {
        self = try Model.read(path) { bytes throws(ModelError) in try Model(parsing: bytes) }
    }

    /// The weights in a file, whoever wrote it: a model's, or those of another program.
    public static func weights(path: String) throws(ProgramError) -> [Tensor] {
        try read(path) { bytes throws(ModelError) in
            let file: TensorFile
            do throws(TensorFileError) { file = try TensorFile(parsing: bytes) } catch { throw .file(error) }
            try check(file.tensors)
            return file.tensors
        }
    }

    private static func read<Result>(
        _ path: String, _ parse: ([UInt8]) throws(ModelError) -> Result
    ) throws(ProgramError) -> Result {
        let source = SourceText(name: path, text: "")
        if path.hasSuffix(".kern") {
            throw ProgramError(.model(ModelError.program.message(for: path)), at: .nowhere, in: source)
        }
        do {
            return try parse(FileBytes.read(path, atMost: Model.mostBytes))
        } catch let error as FileBytes.Failure {
            throw ProgramError(.unreadable(path: path, reason: error.reason), at: .nowhere, in: source)
        } catch let error as ModelError {
            throw ProgramError(.model(error.message(for: path)), at: .nowhere, in: source)
        } catch {
            throw ProgramError(.model("\(path): \(error)"), at: .nowhere, in: source)
        }
    }

    private static func classes(_ note: String?) throws(ModelError) -> [String] {
        guard let note else { return [] }
        guard case .array(let values)? = try? JSON(parsing: note) else { throw .note(Key.classes) }
        var names: [String] = []
        for value in values {
            guard case .string(let name) = value else { throw .note(Key.classes) }
            names.append(name)
        }
        return names
    }

    private static func input(_ note: String?) throws(ModelError) -> Shape {
        guard let note else { throw .missingNote(Key.input) }
        let numbers = note.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
        guard numbers.count == 3, numbers.allSatisfy({ (1...1 << 20).contains($0) }) else { throw .note(Key.input) }
        return Shape(channels: numbers[2], height: numbers[1], width: numbers[0])
    }
}

/// Why a file is no model.
public enum ModelError: Error, Hashable, Sendable {
    case file(TensorFileError)
    /// Tensors without a program: some other tool's.
    case noProgram
    case version(String)
    /// A note that does not say what it has to.
    case note(String)
    /// A program without a note that belongs to it.
    case missingNote(String)
    /// Weights of this name among which some are infinite or none.
    case notFinite(String)
    /// Variances or deviations of this name that cannot be.
    case noSpread(String)
    /// A program in words, whose weights nobody has learned yet.
    case program

    public func message(for file: String) -> String {
        switch self {
        case .file(let error): error.message(for: file)
        case .noProgram:
            "\(file): holds weights, but not the program they belong to; 'kern train PROGRAM --data DIR --from \(file)' starts from them"
        case .version(let version): "\(file): a model of version \(version), and this kern knows version 1"
        case .notFinite(let name):
            "\(file): among the weights '\(name)' are some that are no finite numbers; learn it anew"
        case .noSpread(let name):
            "\(file): damaged: '\(name)' has values that no variance or deviation has; learn it anew"
        case .program:
            "\(file): is a program, not a model; 'kern train \(file) --data DIR -o NAME\(Model.suffix)' makes one of it"
        case .note(let key): "\(file): damaged: its note '\(key)' makes no sense"
        case .missingNote(let key):
            "\(file): damaged: its note '\(key)' is missing; learn it anew, or 'kern train PROGRAM --data DIR --from \(file)'"
        }
    }
}
