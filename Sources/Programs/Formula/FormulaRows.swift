/// A formula of a window's variables, evaluated a row of taps at a time: what depends on x alone is worked out once, what
/// depends on y alone once a row. The values are bit for bit those of `evaluate`.
struct FormulaRows: ~Copyable {
    /// What one operation's values depend on.
    private struct Dependence: OptionSet {
        let rawValue: UInt8
        static let x = Dependence(rawValue: 1)
        static let y = Dependence(rawValue: 2)
    }

    private enum Instruction {
        /// A part that depends on x alone: where its values begin in `columns`.
        case columns(Int)
        /// A part that does not depend on x: its place in the code.
        case scalar(Range<Int>)
        case variable(Int)
        case unary(Operation.Unary)
        case binary(Operation.Binary)
    }

    /// One value for all taps of a row, or one for each.
    private enum Operand {
        case scalar(Double)
        case row(UnsafePointer<Double>)
    }

    private let formula: BoundFormula
    private let size: (width: Int, height: Int)
    private let anchor: (x: Int, y: Int)
    private var program: [Instruction] = []
    private var columns: [Double]
    /// Parts whose values are kept; in a formula as long as a book the rest is worked out for each row.
    private static let mostParts = 64
    /// A row of values for each place on the stack.
    private let stack: UnsafeMutablePointer<Double>

    /// - Parameter formula: bound to `Formula.windowVariables`.
    init(_ formula: BoundFormula, size: (width: Int, height: Int), anchor: (x: Int, y: Int)) {
        self.formula = formula
        self.size = size
        self.anchor = anchor
        stack = .allocate(capacity: max(1, formula.depth) * size.width)
        // x itself comes first.
        columns = (0..<size.width).map { Double($0 - anchor.x) }
        let (starts, needs) = FormulaRows.parts(of: formula.code)
        // From behind a whole comes before its parts, so that the largest parts are found first.
        var index = formula.code.count - 1
        while index >= 0 {
            let part = starts[index]..<index + 1
            if !needs[index].contains(.x) {
                program.append(.scalar(part))
                index = part.lowerBound
            } else if case .variable(0) = formula.code[index] {
                program.append(.columns(0))
            } else if !needs[index].contains(.y), columns.count < FormulaRows.mostParts * size.width {
                program.append(.columns(columns.count))
                for column in 0..<size.width {
                    columns.append(formula.evaluate(part, variables(column: column, row: 0)))
                }
                index = part.lowerBound
            } else {
                switch formula.code[index] {
                case .constant: preconditionFailure("a constant depends on nothing")
                case .variable(let slot): program.append(.variable(slot))
                case .unary(let function): program.append(.unary(function))
                case .binary(let function): program.append(.binary(function))
                }
            }
            index -= 1
        }
        program.reverse()
    }

    deinit { stack.deallocate() }

    /// What all rows take, in the time of an addition: about 0.3 ns.
    var work: Double {
        let perTap = program.reduce(0.0) { sum, instruction in
            switch instruction {
            case .columns, .scalar: sum
            case .variable: sum + 32
            case .unary(let function): sum + function.work
            case .binary(let function): sum + function.work
            }
        }
        return perTap * Double(size.width) * Double(size.height)
    }

    /// Where the operands of each operation begin, and what its value depends on.
    private static func parts(of code: [Operation]) -> (starts: [Int], needs: [Dependence]) {
        var (starts, needs): ([Int], [Dependence]) = ([], [])
        var open: [Int] = []
        for (index, operation) in code.enumerated() {
            var (start, need): (Int, Dependence) = (index, [])
            switch operation {
            case .constant: break
            case .variable(0): need = .x
            case .variable(1): need = .y
            case .variable(2), .variable(3): need = [.x, .y]
            // The window's width and height.
            case .variable: break
            case .unary:
                let operand = open.removeLast()
                (start, need) = (starts[operand], needs[operand])
            case .binary:
                let second = open.removeLast()
                let first = open.removeLast()
                (start, need) = (starts[first], needs[first].union(needs[second]))
            }
            starts.append(start)
            needs.append(need)
            open.append(index)
        }
        return (starts, needs)
    }

    /// In the order of `Formula.windowVariables`, but for those that depend on both x and y.
    private func variables(column: Int, row: Int) -> [Double] {
        [Double(column - anchor.x), Double(row - anchor.y), 0, 0, Double(size.width), Double(size.height)]
    }

    /// Appends the values of a row.
    func append(row: Int, to values: inout [Double]) {
        var top: [Operand] = []
        let shared = variables(column: 0, row: row)
        columns.withUnsafeBufferPointer { columns in
            for instruction in program {
                let room = stack + top.count * size.width
                switch instruction {
                case .columns(let first):
                    guard let base = columns.baseAddress else { return }
                    top.append(.row(base + first))
                case .scalar(let part):
                    top.append(.scalar(formula.evaluate(part, shared)))
                case .variable(let slot):
                    for column in 0..<size.width {
                        let (x, y) = (Double(column - anchor.x), shared[1])
                        room[column] = slot == 2 ? Mathematics.distance(x, y) : Mathematics.angle(y, x)
                    }
                    top.append(.row(UnsafePointer(room)))
                case .unary(let function):
                    let out = room - size.width
                    if case .row(let a) = top.removeLast() {
                        for column in 0..<size.width { out[column] = function(a[column]) }
                    }
                    top.append(.row(UnsafePointer(out)))
                case .binary(let function):
                    let second = top.removeLast()
                    let first = top.removeLast()
                    let out = stack + top.count * size.width
                    apply(function, first, second, into: out)
                    top.append(.row(UnsafePointer(out)))
                }
            }
        }
        switch top[0] {
        case .scalar(let value): values.append(contentsOf: repeatElement(value, count: size.width))
        case .row(let row): values.append(contentsOf: UnsafeBufferPointer(start: row, count: size.width))
        }
    }

    private func apply(
        _ function: Operation.Binary, _ first: Operand, _ second: Operand, into out: UnsafeMutablePointer<Double>
    ) {
        switch function {
        case .add: apply(first, second, into: out) { $0 + $1 }
        case .subtract: apply(first, second, into: out) { $0 - $1 }
        case .multiply: apply(first, second, into: out) { $0 * $1 }
        case .divide: apply(first, second, into: out) { $0 / $1 }
        default: apply(first, second, into: out) { function($0, $1) }
        }
    }

    @inline(__always)
    private func apply(
        _ first: Operand, _ second: Operand, into out: UnsafeMutablePointer<Double>,
        _ function: (Double, Double) -> Double
    ) {
        switch (first, second) {
        case (.row(let a), .row(let b)): for x in 0..<size.width { out[x] = function(a[x], b[x]) }
        case (.row(let a), .scalar(let b)): for x in 0..<size.width { out[x] = function(a[x], b) }
        case (.scalar(let a), .row(let b)): for x in 0..<size.width { out[x] = function(a, b[x]) }
        case (.scalar(let a), .scalar(let b)): out.update(repeating: function(a, b), count: size.width)
        }
    }
}
