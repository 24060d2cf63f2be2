/// A chain of steps, as written: nothing here knows which names exist.
///
/// Two trees are equal when they say the same; where their words stand in a text does not count.
public struct Program: Hashable, Sendable {
    public var steps: [Call]
    public var span: SourceSpan

    public init(steps: [Call], span: SourceSpan = .nowhere) {
        self.steps = steps
        self.span = span
    }

    public static func == (left: Program, right: Program) -> Bool { left.steps == right.steps }

    public func hash(into hasher: inout Hasher) { hasher.combine(steps) }
}

/// One step: what is to be done, and the arguments in the order they were written.
public struct Call: Hashable, Sendable {
    public enum Head: Hashable, Sendable {
        /// A step's name, a kernel of the catalogue, or the path of a file.
        case name(Word)
        /// A literal kernel.
        case matrix(MatrixLiteral)
        /// `kernel … { formula }`: the formula that gives every weight, white space and comments folded.
        case kernel(Word)
    }

    public var head: Head
    public var arguments: [Argument]
    public var span: SourceSpan

    public init(_ head: Head, arguments: [Argument] = [], span: SourceSpan = .nowhere) {
        self.head = head
        self.arguments = arguments
        self.span = span
    }

    /// Where the head stands: what a message about the step as such points to.
    public var headSpan: SourceSpan {
        switch head {
        case .name(let word): word.span
        case .matrix(let matrix): matrix.span
        case .kernel: SourceSpan(span.start, min(span.end, span.start + "kernel".utf8.count))
        }
    }

    public static func == (left: Call, right: Call) -> Bool {
        left.head == right.head && left.arguments == right.arguments
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(head)
        hasher.combine(arguments)
    }
}

public enum Argument: Hashable, Sendable {
    case value(Word)
    case keyed(key: Word, value: Word)
    /// `{ program }`; an empty one is the identity.
    case block(Program)

    public var span: SourceSpan {
        switch self {
        case .value(let word): word.span
        case .keyed(let key, let value): key.span.union(value.span)
        case .block(let program): program.span
        }
    }
}

/// A name, number, formula or path. `text` is without the quotes it may have been written in; `span` is with them.
public struct Word: Hashable, Sendable {
    public var text: String
    public var span: SourceSpan

    public init(_ text: String, span: SourceSpan = .nowhere) {
        self.text = text
        self.span = span
    }

    public static func == (left: Word, right: Word) -> Bool { left.text == right.text }

    public func hash(into hasher: inout Hasher) { hasher.combine(text) }
}

/// `[0 -1 0; -1 5 -1; 0 -1 0]/4`: rows of equal length, at least one, each with at least one element.
public struct MatrixLiteral: Hashable, Sendable {
    /// Numbers or formulas; nil is a hole, written `.`.
    public var rows: [[Word?]]
    public var divisor: Word?
    public var span: SourceSpan

    public init(rows: [[Word?]], divisor: Word? = nil, span: SourceSpan = .nowhere) {
        precondition(
            !rows.isEmpty && rows.allSatisfy { $0.count == rows[0].count && !$0.isEmpty }, "rows of one length")
        self.rows = rows
        self.divisor = divisor
        self.span = span
    }

    public static func == (left: MatrixLiteral, right: MatrixLiteral) -> Bool {
        left.rows == right.rows && left.divisor == right.divisor
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(rows)
        hasher.combine(divisor)
    }
}
