import Convolution
import Pixels
import Steps

/// From words to values: numbers are formulas over the parameters in scope.
extension Scope {
    func number(_ word: Word, of parameter: String, step: String, expecting: String = "a number") throws(ProgramError)
        -> Double
    {
        let value: Double
        do {
            value = try Formula(word, in: source).evaluate(values)
        } catch {
            if word.text == "classes", values["classes"] == nil {
                throw self.error(.unknownClasses(step: step), at: word.span)
            }
            // Where there are no parameters, a word that is no number is a mistake, not a formula.
            if values.isEmpty, word.text.first?.isLetter == true {
                throw self.error(
                    .badValue(word.text, parameter: parameter, step: step, expected: expecting), at: word.span)
            }
            throw ProgramError(error.fault, at: error.span, in: error.source, usedAt: usedAt)
        }
        guard value.isFinite else { throw error(.notFinite(word.text), at: word.span) }
        return value
    }

    func formula(_ word: Word) throws(ProgramError) -> Formula {
        do {
            return try Formula(word, in: source)
        } catch {
            throw ProgramError(error.fault, at: error.span, in: error.source, usedAt: usedAt)
        }
    }

    func value(_ word: Word, for setting: Setting, step: String) throws(ProgramError) -> Value {
        let name = setting.name
        func bad(_ expected: String, is value: Double? = nil) -> ProgramError {
            // A formula is shown with what it came to.
            let text = value.map { Number.parse(word.text) == nil ? "\(word.text) = \(Number.text($0))" : word.text }
            return error(
                .badValue(text ?? word.text, parameter: name, step: step, expected: expected), at: word.span)
        }
        switch setting.kind {
        case .number(let range):
            let value = try number(word, of: name, step: step)
            guard range.contains(value) else {
                throw bad(Self.phrase("a number", range.lowerBound, range.upperBound, not: value), is: value)
            }
            return .number(value)
        case .integer(let range):
            let value = try number(word, of: name, step: step, expecting: "a whole number")
            guard let whole = Int(exactly: value), range.contains(whole) else {
                throw bad(
                    Self.phrase("a whole number", Double(range.lowerBound), Double(range.upperBound), not: value),
                    is: value)
            }
            return .integer(whole)
        case .size(let range):
            let expected = "WIDTHxHEIGHT or one number, each from \(range.lowerBound) to \(range.upperBound)"
            guard let size = try size(word, of: name, step: step) else {
                throw bad(expected, is: try? number(word, of: name, step: step))
            }
            guard range.contains(size.width), range.contains(size.height) else {
                throw bad(expected, is: size.width == size.height ? Double(size.width) : nil)
            }
            return .size(size)
        case .padding:
            return .padding(try padding(word, step: step))
        case .border:
            return .border(try border(word, step: step))
        case .anchor:
            guard let pair = try wholeNumbers(word, of: name, step: step), pair.count == 2, pair[0] >= 0, pair[1] >= 0
            else { throw bad("X,Y, counted from 0,0 at the top left") }
            return .anchor(PerAxis(x: pair[0], y: pair[1]))
        case .text:
            return .text(word.text)
        case .flag:
            throw bad("written alone, without '='")
        }
    }

    /// What a number is that is not `value`; that there is an upper end where floats end is told to those who are beyond it.
    private static func phrase(_ noun: String, _ low: Double, _ high: Double, not value: Double) -> String {
        if high >= 1e30, value < low, low > -1e30 { return "\(noun) of at least \(Number.text(low))" }
        return "\(noun) from \(Number.text(low)) to \(Number.text(high))"
    }

    private func unknown(_ word: Word, _ parameter: String, _ step: String, _ choices: [String]) -> ProgramError {
        let close = nearest(word.text, among: choices)
        return error(
            .unknownValue(word.text, parameter: parameter, step: step, nearest: close, choices: choices), at: word.span)
    }

    /// `3x5` or one number for both; nil where it is neither.
    private func size(_ word: Word, of name: String, step: String) throws(ProgramError) -> Size? {
        let parts = word.text.split(separator: "x", omittingEmptySubsequences: false).map(String.init)
        if parts.count == 2, let width = whole(parts[0]), let height = whole(parts[1]) {
            return Size(width: width, height: height)
        }
        let expecting = "WIDTHxHEIGHT or one number"
        guard let side = Int(exactly: try number(word, of: name, step: step, expecting: expecting)) else { return nil }
        return Size(side)
    }

    /// One side of a size: a whole number, or a parameter.
    private func whole(_ text: String) -> Int? {
        (Number.parse(text) ?? values[text]).flatMap { Int(exactly: $0) }
    }

    private func wholeNumbers(_ word: Word, of name: String, step: String) throws(ProgramError) -> [Int]? {
        var numbers: [Int] = []
        for part in word.text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let number = whole(String(part)), abs(number) <= 65_535 else { return nil }
            numbers.append(number)
        }
        return numbers
    }

    private func padding(_ word: Word, step: String) throws(ProgramError) -> Padding {
        switch word.text {
        case "same", "same-upper": return .same
        case "same-lower": return .sameLower
        case "valid": return .valid
        case "full": return .full
        default: break
        }
        let choices = ["same", "same-lower", "valid", "full"]
        guard let sides = try wholeNumbers(word, of: "pad", step: step), sides.count == 4 || sides.count == 1,
            sides.allSatisfy({ $0 >= 0 })
        else {
            if word.text.contains(where: \.isNumber) {
                let expected = "TOP,RIGHT,BOTTOM,LEFT, whole numbers from 0 to 65535"
                throw error(.badValue(word.text, parameter: "pad", step: step, expected: expected), at: word.span)
            }
            throw unknown(word, "pad", step, choices + ["TOP,RIGHT,BOTTOM,LEFT"])
        }
        if sides.count == 1 { return .sides(top: sides[0], right: sides[0], bottom: sides[0], left: sides[0]) }
        return .sides(top: sides[0], right: sides[1], bottom: sides[2], left: sides[3])
    }

    func border(_ word: Word, step: String) throws(ProgramError) -> Border {
        if let border = BorderName.border(word.text) { return border }
        if word.text == "mirror" { throw error(.ambiguousBorder(word.text), at: word.span) }
        if word.text.hasPrefix("constant") {
            let number = Word(String(word.text.dropFirst("constant:".count)), span: word.span)
            guard word.text.hasPrefix("constant:"), !number.text.isEmpty else {
                throw error(
                    .badValue(word.text, parameter: "border", step: step, expected: "constant:V, as in constant:0.5"),
                    at: word.span)
            }
            let value = try self.number(number, of: "border", step: step, expecting: "constant:V, as in constant:0.5")
            guard Float(value).isFinite else { throw error(.notFinite(number.text), at: word.span) }
            return .constant(Float(value))
        }
        throw unknown(word, "border", step, BorderName.all)
    }
}

/// The words for borders: our own, and those of others that mean only one thing.
package enum BorderName {
    package static let all = ["edge", "zero", "constant:V", "symmetric", "reflect", "wrap", "renorm", "keep"]

    package static func border(_ name: String) -> Border? {
        switch name {
        case "edge", "replicate", "clamp", "nearest": .edge
        case "zero", "black": .zero
        case "symmetric": .symmetric
        case "reflect", "reflect101", "reflect-101": .reflect
        case "wrap", "tile", "circular", "repeat", "periodic": .wrap
        case "renorm": .renorm
        case "keep": .keep
        default: nil
        }
    }
}
