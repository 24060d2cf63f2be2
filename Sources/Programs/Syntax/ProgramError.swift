/// What is wrong with a program, and where. `description` is the whole message: a sentence, the text, a caret.
public struct ProgramError: Error, Hashable, Sendable {
    public var fault: Fault
    public var span: SourceSpan
    public var source: SourceText
    /// The calls that led here, innermost first, when the fault lies in a kernel file that another text names.
    public var usedAt: [Place]

    public init(_ fault: Fault, at span: SourceSpan, in source: SourceText, usedAt: [Place] = []) {
        self.fault = fault
        self.span = span
        self.source = source
        self.usedAt = usedAt
    }

    public struct Place: Hashable, Sendable {
        public var source: SourceText
        public var span: SourceSpan

        public init(source: SourceText, span: SourceSpan) {
            self.source = source
            self.span = span
        }
    }

    /// The facts. ProgramError+Sentences.swift puts them into words.
    public enum Fault: Hashable, Sendable {
        // The text.
        case notUTF8
        case controlCharacter(UInt32)
        /// A no-break space or the like in a word without quotes.
        case invisibleCharacter(UInt32)
        case tooLong(bytes: Int, limit: Int)

        // The grammar.
        case emptyProgram
        /// `found` is the text itself, or empty at the end of the text; `"\n"` is the end of a line.
        case unexpected(found: String, expected: [String])
        /// An opening bracket or quote without its partner.
        case unclosed(String)
        /// A closing bracket without its partner.
        case unopened(String)
        /// A block where no step can take it.
        case strayBlock
        /// A matrix among the arguments of a step.
        case matrixAsArgument
        case raggedRows(row: Int, count: Int, firstCount: Int)
        case emptyMatrix
        case nestedTooDeep(limit: Int)
        /// `param` anywhere but at the top of a kernel file.
        case misplacedParameter

        /// A parameter that its kernel file wants above a bound.
        case notAbove(bound: String, parameter: String, step: String, found: Double)

        // Formulas.
        case unknownVariable(String, nearest: String?)
        case unknownFunction(String, nearest: String?)
        /// `expected` is a phrase such as "2 values".
        case argumentCount(function: String, expected: String, found: Int)
        /// A function's name without its parentheses.
        case functionWithoutArguments(String)
        case badNumber(String)
        case notFinite(String)
        /// A parameter with a name that formulas already know.
        case reservedName(String)

        /// `stride = 2`.
        case looseEquals

        // Names and arguments: found by the resolver.
        case unknownName(String, nearest: String?)
        case unknownKey(String, step: String, nearest: String?)
        case duplicateKey(String)
        case missing(parameter: String, step: String)
        case surplus(String, step: String)
        /// A step's name among another's arguments.
        case missingBar(String, step: String)
        case badValue(String, parameter: String, step: String, expected: String)
        /// A word that is none of the few a parameter knows.
        case unknownValue(String, parameter: String, step: String, nearest: String?, choices: [String])
        case blockCount(step: String, expected: String, found: Int)
        /// `mirror`, which others use for two different borders.
        case ambiguousBorder(String)
        /// Sizes that cannot work: one sentence, with the arithmetic.
        case shape(String)
        /// A kernel file that cannot be read.
        case unreadable(path: String, reason: String)
        /// `classes` where no data say how many there are.
        case unknownClasses(step: String)
        /// A model file that is none: one sentence.
        case model(String)
        /// More steps than a program may have once its repeats and kernels are written out.
        case tooManySteps(limit: Int)
        /// Geometry words on a kernel that is more than one window deep.
        case geometryOnChain(key: String, kernel: String)
        /// A kernel that needs itself, by way of the others.
        case recursion([String])
    }
}
