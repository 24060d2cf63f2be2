import Convolution
import Pixels
import Steps
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Layers beside PyTorch's own numbers, which Tests/Oracle/torch_layers.py printed.
struct PyTorchTests {
    private struct Line {
        let step: String
        let shape: Shape
        let part: String
        let numbers: [Float]
    }

    @Test func `layers give what PyTorch's give, forwards and backwards`() throws {
        let lines = Self.lines()
        #expect(lines.count > 50)
        var index = 0
        while index < lines.count {
            let end = lines[index...].firstIndex { $0.step != lines[index].step } ?? lines.count
            try check(Array(lines[index..<end]))
            index = end
        }
    }

    private func check(_ lines: [Line]) throws {
        let (name, shape) = (lines[0].step, lines[0].shape)
        let plan = try #require(
            try Self.step(name).plan(for: [shape], options: PlanOptions()) as? any DifferentiableStep, "\(name)")
        let input = Self.formula(shape, 37, 101, plus: 0)
        var parameters = plan.parameters.enumerated().map { index, parameter in
            Self.formula(parameter.shape, 5 + 2 * index, 11, plus: 1.5 + Float(index))
        }
        if name.hasPrefix("batchnorm") {
            parameters[2] = Planes(shape: parameters[2].shape, filledWith: 0.25)
            parameters[3] = Planes(shape: parameters[3].shape, filledWith: 2)
        }
        let call = StepCall(
            inputs: [input], rows: 0..<plan.output.height, parameters: parameters,
            learning: StepCall.Learning(seed: 1))
        var output = Planes(shape: plan.output)
        var notes = plan.notes.map { Planes(shape: $0) }
        plan.forward(call, into: &output, notes: &notes)
        plan.count(notes, into: &parameters)
        var gradients = StepGradients(of: plan)
        plan.backward(
            call, output: output, notes: notes, outputGradient: Self.formula(plan.output, 53, 97, plus: 0),
            into: &gradients)
        for line in lines {
            let part = line.part.split(separator: " ")
            let found: Planes
            switch part[0] {
            case "output": found = output
            case "input": found = try #require(gradients.inputs[0])
            case "parameter": found = gradients.parameters[try #require(Int(part[1]))]
            default: found = parameters[try #require(Int(part[1]))]
            }
            let numbers = GradientCheck.samples(found)
            #expect(numbers.count == line.numbers.count, "\(name), \(line.part)")
            for (index, (own, other)) in zip(numbers, line.numbers).enumerated() {
                #expect(
                    abs(own - other) <= 2e-5 * max(1, abs(other)),
                    "\(name), \(line.part) \(index): \(own), not \(other)")
            }
        }
    }

    /// The script's samples.
    private static func formula(_ shape: Shape, _ a: Int, _ m: Int, plus amount: Float) -> Planes {
        let count = shape.sampleCount ?? 0
        return Planes(
            shape: shape, samples: (0..<count).map { Float(Double($0 * a % m) / Double(m / 2) - 1) + amount })
    }

    /// `word 2 key=value flag`, read just well enough for the table.
    private static func step(_ text: String) throws -> any Step {
        let words = text.split(separator: " ").map(String.init)
        let word = try #require(Vocabulary.word(words[0]))
        var values: [String: Value] = [:]
        var places = word.settings.filter(\.isPositional)[...]
        for argument in words.dropFirst() {
            let parts = argument.split(separator: "=").map(String.init)
            if parts.count == 2 {
                let setting = try #require(word.settings.first { $0.name == parts[0] })
                values[parts[0]] = try value(parts[1], setting.kind)
            } else if word.settings.contains(where: { $0.name == argument }) {
                values[argument] = .flag
            } else {
                let place = try #require(places.first)
                places.removeFirst()
                values[place.name] = try value(argument, place.kind)
            }
        }
        return try makeStep(words[0], values)
    }

    private static func value(_ text: String, _ kind: Setting.Kind) throws -> Value {
        let sides = text.split(separator: "x").compactMap { Int($0) }
        switch kind {
        case .number: return .number(try #require(Double(text)))
        case .integer: return .integer(try #require(Int(text)))
        case .size: return .size(Size(width: sides[0], height: sides[sides.count - 1]))
        case .padding: return .padding(.sides(top: sides[0], right: sides[0], bottom: sides[0], left: sides[0]))
        default: return .text(text)
        }
    }

    private static func lines() -> [Line] {
        let path = #filePath.dropLast("StepsTests/PyTorchTests.swift".count) + "Oracle/torch-layers.txt"
        guard let file = fopen(String(path), "rb") else { return [] }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes[..<count], as: UTF8.self).split(separator: "\n").map { line in
            let parts = line.split(separator: "|").map { $0.drop { $0 == " " } }
            let sides = parts[1].split(separator: " ")[0].split(separator: "x").compactMap { Int($0) }
            var step = parts[0]
            while step.last == " " { step.removeLast() }
            var part = parts[2]
            while part.last == " " { part.removeLast() }
            return Line(
                step: String(step),
                shape: Shape(count: sides[0], channels: sides[1], height: sides[2], width: sides[3]),
                part: String(part), numbers: parts[3].split(separator: " ").compactMap { Float($0) })
        }
    }
}
