import Arguments
import Convolution
import Programs
import Steps

extension Show {
    func print(_ subject: Subject, _ terminal: Terminal) {
        for line in subject.help { terminal.print(line) }
        if !subject.parameters.isEmpty {
            terminal.print("\nparameters")
            let column = (subject.parameters.map { $0.name.text.count }.max() ?? 0) + 2
            for parameter in subject.parameters {
                let value = "= \(parameter.defaultValue.text)"
                terminal.print(
                    "  " + parameter.name.text.rightPadded(column) + value.rightPadded(10) + (parameter.summary ?? ""))
            }
        }
        if let program = subject.program {
            terminal.print("\nprogram")
            for line in program.lines(width: terminal.width - 4) { terminal.print("  " + line) }
        }
        if let layer = subject.layer, let picture {
            // Hundreds of matrices are nothing to read where they can be looked at.
            let size = subject.kernels.first.map { " of \($0.kernel.size)" } ?? ""
            let many = "\(subject.kernels.count) kernel\(subject.kernels.count == 1 ? "" : "s")"
            let done = picture.hasSuffix("/") ? "saved in" : "drawn in"
            terminal.print("\n\(layer.label): \(layer.text)\n  \(many)\(size), \(done) \(picture)")
            return
        }
        for named in subject.kernels {
            if !subject.isOneKernel {
                terminal.print("\n\(named.text)")
            } else if !subject.help.isEmpty {
                terminal.print("")
            }
            let text = KernelText(kernel: named.kernel, width: terminal.width, hasColor: terminal.hasColor)
            if subject.isOneKernel {
                for line in text.lines { terminal.print(line) }
                terminal.print("")
                for line in FrequencyText(named.kernel).lines { terminal.print(line) }
                terminal.print("\nThe matrix lies on the picture as it is printed: correlation, as in network layers.")
            } else {
                for line in text.facts + [""] + text.matrix { terminal.print(line) }
            }
        }
    }

    func json(_ subject: Subject) -> JSON {
        [
            "name": .string(name), "help": .array(subject.help.map(JSON.string)),
            "parameters": .array(
                subject.parameters.map { parameter in
                    [
                        "name": .string(parameter.name.text), "default": .string(parameter.defaultValue.text),
                        "summary": parameter.summary.map(JSON.string) ?? .null,
                    ]
                }),
            "program": subject.program.map { .string($0.description) } ?? .null,
            "kernels": .array(subject.kernels.map { json($0.kernel, text: $0.text) }),
        ]
    }

    private func json(_ kernel: Kernel, text: String) -> JSON {
        let symmetry = kernel.symmetry
        let width = kernel.size.width
        var weights = kernel.weights
        // What is no number is written as null.
        for hole in kernel.holes { weights[hole] = .nan }
        let rows = (0..<kernel.size.height).map { y in JSON.numbers(weights[y * width..<(y + 1) * width]) }
        return [
            "text": .string(text), "width": .integer(width), "height": .integer(kernel.size.height),
            "weights": .array(rows), "sum": .number(kernel.sum),
            "rank": kernel.rank(most: kernel.rankOfInterest).map(JSON.integer) ?? .null,
            "symmetry": [
                "left-right": .integer(symmetry.leftRight), "top-bottom": .integer(symmetry.topBottom),
                "half-turn": .integer(symmetry.halfTurn), "quarter-turn": .bool(symmetry.quarterTurn),
            ],
            "response": FrequencyText(kernel).json,
        ]
    }
}
