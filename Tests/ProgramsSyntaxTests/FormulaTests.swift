import Programs
import Testing

private let values: [(text: String, value: Double)] = [
    ("1 + 2 * 3", 7),
    ("(1 + 2) * 3", 9),
    ("10 - 4 - 3", 3),
    ("64 / 4 / 2", 8),
    ("2 ^ 3 ^ 2", 512),
    ("-3 ^ 2", -9),
    ("2 ^ -1", 0.5),
    ("--3", 3),
    ("+3 - -2", 5),
    ("-a * b", -6),
    ("2 * -a", -4),
    ("a < b", 1),
    ("a >= b", 0),
    ("(a <= 2) + (b > 2) + (a == 2) + (a != 2)", 3),
    ("1 + 1 == 2", 1),
    ("min(3, 1, 2)", 1),
    ("max(a, b, -1, 0)", 3),
    ("abs(-2) + sqrt(9)", 5),
    ("exp(0) + log(1)", 1),
    ("sin(0) + cos(0) + tan(0)", 1),
    ("atan2(0, -1) == pi", 1),
    ("floor(-1.5)", -2),
    ("ceil(-1.5)", -1),
    ("round(2.5) + round(-2.5)", 0),
    ("round(0.5)", 1),
    ("sign(-3) + sign(0) + sign(7)", 0),
    ("hypot(3, 4)", 5),
    (".5 + 5. + 1e1", 15.5),
    ("1 / 0", .infinity),
    (" a\t+\n# a comment\nb ", 5),
]

@Test(arguments: values)
func `a formula has the value mathematics gives it`(text: String, value: Double) throws {
    #expect(try Formula(text).evaluate(["a": 2, "b": 3]) == value)
    let bound = try Formula(text).bound(to: ["b", "a"])
    #expect(bound.evaluate([3, 2]) == value)
}

@Test(arguments: ["0 / 0", "sqrt(-1)", "log(-1)", "min(0/0, 1)", "max(1, 0/0)"])
func `what has no value is not a number, and not a crash`(text: String) throws {
    #expect(try Formula(text).evaluate().isNaN)
}

@Test func `names get their places once, and what is constant is worked out once`() throws {
    let formula = try Formula("exp(-(x*x + y*y) / (2*sigma*sigma))")
    #expect(formula.variables == ["x", "y", "sigma"])
    let bound = try formula.bound(to: Formula.windowVariables, constants: ["sigma": 2])
    #expect(bound.evaluate([2, 0, 0, 0, 9, 9]) == 0.6065306597126334)
    #expect(bound.constant == nil)
    #expect(try Formula("ceil(4*sigma)").bound(to: [], constants: ["sigma": 1.3]).constant == 6)
}

private let mistakes: [(text: String, message: String)] = [
    ("1 +", "formula:1:4: expected a number, a name or '(', found the end of the text\n    1 +\n       ^"),
    ("1 2", "formula:1:3: expected an operator or the end of the formula, found '2'\n    1 2\n      ^"),
    ("(1", "formula:1:1: this '(' is not closed\n    (1\n    ^"),
    ("1)", "formula:1:2: this ')' closes nothing\n    1)\n     ^"),
    ("(1 2)", "formula:1:4: expected an operator or ')', found '2'\n    (1 2)\n       ^"),
    ("sine(1)", "formula:1:1: unknown function 'sine'; did you mean 'sin'?\n    sine(1)\n    ^^^^"),
    ("2 * sin", "formula:1:5: sin is a function; write 'sin(…)'\n    2 * sin\n        ^^^"),
    ("atan2(1)", "formula:1:1: atan2 takes 2 values, not 1\n    atan2(1)\n    ^^^^^"),
    ("min()", "formula:1:1: min takes 2 or more values, not 0\n    min()\n    ^^^"),
    ("sqrt(1, 2)", "formula:1:1: sqrt takes 1 value, not 2\n    sqrt(1, 2)\n    ^^^^"),
    ("1 < 2 < 3", "formula:1:7: expected parentheses round one comparison, found '<'\n    1 < 2 < 3\n          ^"),
    ("1.2.3", "formula:1:1: '1.2.3' is not a number\n    1.2.3\n    ^^^^^"),
    ("a = 2", "formula:1:3: expected an operator or the end of the formula, found '='\n    a = 2\n      ^"),
    ("2 + sigme", "formula:1:5: unknown variable 'sigme'; did you mean 'sigma'?\n    2 + sigme\n        ^^^^^"),
]

@Test(arguments: mistakes)
func `a wrong formula is answered with the place in it`(text: String, message: String) {
    let error = #expect(throws: ProgramError.self) { try Formula(text).bound(to: ["x", "sigma"]) }
    #expect(error?.description == message)
}

@Test func `an error in a formula points into the program around it`() throws {
    let source = SourceText(text: #"abs | kernel { 1 + sigme } | [1 "# + "sigme] | gaussian \"1 + sigme\"")
    let program = try Program(parsing: source)
    var words: [Word] = []
    if case .kernel(let word) = program.steps[1].head { words.append(word) }
    if case .matrix(let matrix) = program.steps[2].head { words += matrix.rows[0].compactMap { $0 } }
    if case .value(let word) = program.steps[3].arguments[0] { words.append(word) }
    let errors = words.compactMap { word -> ProgramError? in
        do throws(ProgramError) { _ = try Formula(word, in: source).bound(to: []) } catch { return error }
        return nil
    }
    #expect(errors.map { source[$0.span] } == ["sigme", "sigme", "sigme"])
    #expect(errors.map { source.position(of: $0.span.start).column } == [20, 33, 56])
}
