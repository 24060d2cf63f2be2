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
    /// The weights by the names that the program's labels give them: `conv1.weight`.
    public var weights: [Tensor]

    public init(
        program: String, classes: [String], input: Shape, history: String, loss: String = "", weights: [Tensor]
    ) {
        self.program = program
        self.classes = classes
        self.input = input
        self.history = history
        self.loss = loss
        self.weights = weights
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
        weights = file.tensors
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
        let source = SourceText(name: path, text: "")
        if path.hasSuffix(".kern") {
            throw ProgramError(.model(ModelError.program.message(for: path)), at: .nowhere, in: source)
        }
        do {
            try self.init(parsing: FileBytes.read(path, atMost: Model.mostBytes))
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
        let numbers = note?.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) ?? 0 } ?? []
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
            "\(file): holds weights, but not the program they belong to; only models that 'kern train' wrote can be used"
        case .version(let version): "\(file): a model of version \(version), and this kern knows version 1"
        case .notFinite(let name):
            "\(file): among the weights '\(name)' are some that are no finite numbers; learn it anew"
        case .noSpread(let name):
            "\(file): damaged: '\(name)' has values that no variance or deviation has; learn it anew"
        case .program:
            "\(file): is a program, not a model; 'kern train \(file) --data DIR -o NAME\(Model.suffix)' makes one of it"
        case .note(let key): "\(file): damaged: its note '\(key)' makes no sense"
        }
    }
}
