import Convolution
import Pixels
import Steps

/// Makes kernels of matrices and formulas.
struct KernelBuilder {
    let scope: Scope

    /// Some ten seconds of additions.
    private static let mostWork = 0x1p33

    /// What stands between `kernel` and its formula.
    static let formulaSettings: [Setting] =
        [
            .key(
                "radius", .integer(0...2047),
                "the kernel reaches so many pixels from its anchor: 2·radius + 1 wide and high"),
            .key("size", .size(1...4096), "the kernel's width and height"),
            .key("none", .flag, "leave the weights as they are"),
        ] + Vocabulary.kernelSettings

    func kernel(_ matrix: MatrixLiteral) throws(ProgramError) -> Kernel {
        var divisor = 1.0
        if let word = matrix.divisor {
            divisor = try scope.number(word, of: "divisor", step: "a kernel")
            guard divisor != 0 else {
                throw scope.error(
                    .badValue(word.text, parameter: "divisor", step: "a kernel", expected: "a number other than 0"),
                    at: word.span)
            }
        }
        var rows: [[Double?]] = []
        for row in matrix.rows {
            var weights: [Double?] = []
            for word in row {
                weights.append(
                    try word.map { word throws(ProgramError) in
                        try scope.number(word, of: "weight", step: "a kernel") / divisor
                    })
            }
            rows.append(weights)
        }
        return try make(at: matrix.span) { () throws(KernelError) in try Kernel(rows: rows) }
    }

    /// The formula at every tap: x and y count from the anchor.
    func kernel(_ body: Word, values: [String: Value], at span: SourceSpan) throws(ProgramError) -> Kernel {
        let size: Size
        switch (values["radius"], values["size"]) {
        case (.integer(let radius), nil): size = Size(2 * radius + 1)
        case (nil, .size(let asked)): size = asked
        case (nil, nil): throw scope.error(.missing(parameter: "radius or size", step: "kernel"), at: span)
        default: throw scope.error(.surplus("size", step: "kernel with a radius"), at: span)
        }
        var anchor = PerAxis(x: (size.width - 1) / 2, y: (size.height - 1) / 2)
        var isAnchored = false
        if case .anchor(let asked) = values["anchor"] { (anchor, isAnchored) = (asked, true) }
        let formula: BoundFormula
        do {
            formula = try scope.formula(body).bound(to: Formula.windowVariables, constants: scope.values)
        } catch {
            throw ProgramError(error.fault, at: error.span, in: error.source, usedAt: scope.usedAt)
        }
        guard let taps = size.area, taps <= Kernel.maximumTaps else {
            throw scope.error(.shape(KernelError.tooLarge(size).description), at: span)
        }
        var weights: [Double] = []
        weights.reserveCapacity(taps)
        let rows = FormulaRows(
            formula, size: (size.width, size.height), anchor: (anchor.x, anchor.y))
        guard rows.work <= KernelBuilder.mostWork else {
            throw scope.error(
                .shape("this formula would take minutes for \(taps) weights; make the kernel or the formula smaller"),
                at: span)
        }
        for row in 0..<size.height {
            rows.append(row: row, to: &weights)
            // What is no number is refused now, not after millions of others.
            if let column = weights.suffix(size.width).firstIndex(where: { !$0.isFinite }) {
                let x = column - row * size.width
                throw scope.error(.shape(KernelError.notFinite(x: x, y: row).description), at: span)
            }
        }
        return try make(at: span) { () throws(KernelError) in
            try Kernel(size: size, weights: weights, anchor: isAnchored ? anchor : nil)
        }
    }

    private func make(
        at span: SourceSpan, _ body: () throws(KernelError) -> Kernel
    ) throws(ProgramError) -> Kernel {
        do { return try body() } catch { throw scope.error(.shape(error.description), at: span) }
    }
}
