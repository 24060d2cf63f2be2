/// A formula whose names have become places in an array of values, and whose constant parts are already worked out.
public struct BoundFormula: Hashable, Sendable {
    private(set) var code: [Operation] = []
    private let slotCount: Int
    /// The most values on the stack at one time.
    private(set) var depth = 0

    /// The value of a formula without variables left, or nil.
    public var constant: Double? {
        guard code.count == 1, case .constant(let value) = code[0] else { return nil }
        return value
    }

    /// Evaluates with `values[i]` for the i-th name it was bound to. The result may be infinite or not a number.
    public func evaluate(_ values: [Double]) -> Double { evaluate(code.indices, values) }

    /// A part of the code that is a formula of its own.
    func evaluate(_ part: Range<Int>, _ values: [Double]) -> Double {
        precondition(values.count == slotCount, "a formula bound to \(slotCount) values was given \(values.count)")
        // The stack holds `depth` values: `append` measured how many the code has there at most.
        return withUnsafeTemporaryAllocation(of: Double.self, capacity: depth) { stack in
            var top = -1
            for operation in code[part] {
                switch operation {
                case .constant(let value):
                    top += 1
                    stack[top] = value
                case .variable(let slot):
                    top += 1
                    stack[top] = values[slot]
                case .unary(let function):
                    stack[top] = function(stack[top])
                case .binary(let function):
                    top -= 1
                    stack[top] = function(stack[top], stack[top + 1])
                }
            }
            return stack[0]
        }
    }

    fileprivate init(slotCount: Int) { self.slotCount = slotCount }

    /// Adds an operation, or its result where its operands are constants.
    fileprivate mutating func append(_ operation: Operation, height: inout Int) {
        switch operation {
        case .constant, .variable:
            height += 1
            depth = max(depth, height)
        case .unary(let function):
            if case .constant(let a)? = code.last {
                code[code.count - 1] = .constant(function(a))
                return
            }
        case .binary(let function):
            height -= 1
            if code.count >= 2, case .constant(let a) = code[code.count - 2],
                case .constant(let b) = code[code.count - 1]
            {
                code.removeLast(2)
                code.append(.constant(function(a, b)))
                return
            }
        }
        code.append(operation)
    }
}

extension Formula {
    /// Gives each name its place: the index of it in `slots`, or its value in `constants`, which wins.
    ///
    ///     let f = try Formula("a*x").bound(to: ["x", "y"], constants: ["a": 2])
    ///     f.evaluate([3, 0])     // 6
    public func bound(
        to slots: [String], constants: [String: Double] = [:]
    ) throws(ProgramError) -> BoundFormula {
        var places: [Operation] = []
        for reference in references {
            if let value = constants[reference.name] {
                places.append(.constant(value))
            } else if let slot = slots.firstIndex(of: reference.name) {
                places.append(.variable(slot))
            } else {
                let known = slots + constants.keys.sorted() + ["pi"]
                let fault = ProgramError.Fault.unknownVariable(
                    reference.name, nearest: nearest(reference.name, among: known))
                throw ProgramError(fault, at: reference.span, in: source)
            }
        }
        var bound = BoundFormula(slotCount: slots.count)
        var height = 0
        for operation in code {
            if case .variable(let index) = operation {
                bound.append(places[index], height: &height)
            } else {
                bound.append(operation, height: &height)
            }
        }
        return bound
    }

    /// The value, given every name it uses.
    public func evaluate(_ constants: [String: Double] = [:]) throws(ProgramError) -> Double {
        try bound(to: [], constants: constants).evaluate([])
    }
}
