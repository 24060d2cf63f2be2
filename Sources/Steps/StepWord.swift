import Convolution
import Pixels

/// An entry of the vocabulary: everything about a word that parsing, help, completion and docs need to know.
public struct StepWord: Sendable {
    public enum Category: String, Sendable, CaseIterable {
        case pooling = "pooling"
        case size = "sizes"
        case point = "points"
        case channels = "channels"
        case combine = "combiners"
        case whole = "whole picture"
        case layer = "layers"
    }

    public let name: String
    public let category: Category
    /// One sentence without a full stop: `the largest sample under the window`.
    public let summary: String
    public let example: String
    /// In the order in which they are written; each may also be written key=value.
    public let settings: [Setting]
    /// How many `{ }` blocks follow.
    public let blocks: ClosedRange<Int>
    /// The same word with other places: `conv SIZE` beside `conv CHANNELS SIZE`. How many are written tells which is meant.
    public let otherForms: [StepWord]
    public let make: @Sendable (Settings) throws(StepError) -> any Step

    public init(
        _ name: String, _ category: Category, _ summary: String, example: String, settings: [Setting] = [],
        blocks: ClosedRange<Int> = 0...0, otherForms: [StepWord] = [],
        make: @escaping @Sendable (Settings) throws(StepError) -> any Step
    ) {
        self.name = name
        self.category = category
        self.summary = summary
        self.example = example
        self.settings = settings
        self.blocks = blocks
        self.otherForms = otherForms
        self.make = make
    }

    /// The form that has as many places as values were written for one; else the word itself.
    public func form(places written: Int) -> StepWord {
        otherForms.first { $0.settings.count(where: \.isPositional) == written } ?? self
    }
}

/// Something a word can be told.
public struct Setting: Sendable {
    public enum Kind: Sendable {
        case number(ClosedRange<Double>)
        case integer(ClosedRange<Int>)
        /// WIDTHxHEIGHT, or one number for both; each within the range.
        case size(ClosedRange<Int>)
        case padding
        case border
        /// X,Y.
        case anchor
        /// One word of the user's own.
        case text
        /// Written alone: its name is its value.
        case flag
    }

    public let name: String
    public let kind: Kind
    /// Whether it may be written without its name, in its turn.
    public let isPositional: Bool
    /// What stands for it when it is not written; nil if it must be, unless `isOptional`.
    public let standard: Value?
    public let isOptional: Bool
    public let help: String

    /// The help, and what stands for it when it is not written.
    public var wholeHelp: String { help + (standard.map { " (\($0) unless said)" } ?? "") }

    /// A value written in its turn; it must be given unless there is a `standard`.
    public static func place(_ name: String, _ kind: Kind, standard: Value? = nil, _ help: String) -> Setting {
        Setting(name: name, kind: kind, isPositional: true, standard: standard, isOptional: standard != nil, help: help)
    }

    /// A value written as key=value, or a flag; it may be left out.
    public static func key(_ name: String, _ kind: Kind, standard: Value? = nil, _ help: String) -> Setting {
        Setting(name: name, kind: kind, isPositional: false, standard: standard, isOptional: true, help: help)
    }
}

/// What a setting was set to.
public enum Value: Hashable, Sendable {
    case number(Double)
    case integer(Int)
    case size(Size)
    case padding(Padding)
    case border(Border)
    case anchor(PerAxis<Int>)
    case text(String)
    case flag
}

extension Value: CustomStringConvertible {
    /// As it is written in a program.
    public var description: String {
        switch self {
        case .number(let value): value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
        case .integer(let value): "\(value)"
        case .size(let size): size.width == size.height ? "\(size.width)" : "\(size)"
        case .padding(let padding): "\(padding)"
        case .border(let border): "\(border)"
        case .anchor(let anchor): "\(anchor.x),\(anchor.y)"
        case .text(let text): text
        case .flag: ""
        }
    }
}

/// The settings of one step, checked: each is of its kind and within its range.
public struct Settings: Sendable {
    public let values: [String: Value]
    /// As the step was written, for messages and `explain`.
    public let text: String
    /// How many blocks follow.
    public let blocks: Int

    public init(values: [String: Value], text: String, blocks: Int = 0) {
        self.values = values
        self.text = text
        self.blocks = blocks
    }

    public func has(_ name: String) -> Bool { values[name] != nil }

    public func number(_ name: String) -> Double {
        guard case .number(let value) = values[name] else { preconditionFailure("\(text): no number \(name)") }
        return value
    }

    public func integer(_ name: String) -> Int {
        guard case .integer(let value) = values[name] else { preconditionFailure("\(text): no integer \(name)") }
        return value
    }

    public func size(_ name: String) -> Size {
        guard case .size(let value) = values[name] else { preconditionFailure("\(text): no size \(name)") }
        return value
    }

    public func string(_ name: String) -> String {
        guard case .text(let value) = values[name] else { preconditionFailure("\(text): no word \(name)") }
        return value
    }
}
