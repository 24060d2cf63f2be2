import CPage
import Convolution
import Learning
import Pixels
import Programs
import Steps
import Tensors

/// A page for a browser that shows what a program makes of a picture, step by step, down to the products behind each
/// sample. One file, which asks for nothing from anywhere.
struct ExplainPage {
    let recording: Recording
    let text: PlanText
    let program: String
    let picture: String
    /// What the numbers at the end stand for.
    let ending: Ending
    /// What a detector found in the picture; nil for what is none.
    let found: Detector.Found?

    /// Samples of all steps together: four bytes each, five and a half as text.
    static let mostSamples = 4 << 20
    /// Weights of all steps together; those that would be more are told of in words.
    static let mostWeights = 4 << 20

    /// The names of the numbers at the end.
    struct Ending {
        /// None where they are no classes.
        let names: [String]
        /// How many of them share a probability of 1; behind those stand the offsets of boxes.
        let choices: Int

        init(of plan: Plan, classes: [String]) {
            guard let detect = plan.graph.nodes[plan.graph.output].step as? DetectStep else {
                (names, choices) = (classes, classes.count)
                return
            }
            let offsets = ["across", "down", "wider", "higher"]
            names =
                classes.isEmpty
                ? [] : classes + ["nothing"] + classes.flatMap { name in offsets.map { "\(name): \($0)" } }
            choices = detect.choices
        }
    }

    static func check(_ plan: Plan) throws {
        let samples = plan.explanation.reduce(0) { $0 + ($1.output.sampleCount ?? 0) }
        guard samples <= mostSamples else {
            throw Complaint(
                "a page holds every number that the steps make, \(mostSamples) at most, and here they are \(samples); "
                    + "take a smaller picture, as 'kern apply \"resize 320x240\" PICTURE -o SMALL.png' makes")
        }
    }

    var bytes: [UInt8] {
        // Within a script '<' could begin its end; in JSON it stands in texts only, where it may be written otherwise.
        let data = json.text.split(separator: "<", omittingEmptySubsequences: false).joined(separator: "\\u003c")
        let parts = UnsafeBufferPointer(start: kern_page_parts, count: kern_page_part_count)
        // What was asked for may look like a part: it comes last.
        let page = parts.reduce(kern_page.text) { $0.filling(String(cString: $1.name), with: $1.text) }
        return Array(page.filling("data", with: data).utf8)
    }

    private var json: JSON {
        [
            "program": .string(program), "picture": .string(picture),
            "summary": .string(text.lines.suffix(2).filter { !$0.isEmpty }.joined(separator: "; ")),
            "names": .array(ending.names.map(JSON.string)), "choices": .integer(ending.choices),
            "found": found.map(json) ?? .null,
            "steps": .array(recording.steps.enumerated().map { json($1, at: $0) }),
        ]
    }

    /// Boxes are left, top, width and height, in pixels of the picture.
    private func json(_ found: Detector.Found) -> JSON {
        func box(_ box: Box) -> JSON {
            .array([box.left, box.top, box.width, box.height].map { .number(($0 * 100).rounded() / 100) })
        }
        let things = found.things.map { thing -> JSON in
            [
                "name": .string(ending.names[thing.label]), "probability": .float(thing.probability),
                "box": box(thing.box),
            ]
        }
        return ["things": .array(things), "regions": .array(found.regions.map(box))]
    }

    private func json(_ step: Recording.Step, at place: Int) -> JSON {
        let told = step.explanation
        let facts = text.facts(of: told).filter { $0.name != "holds" && $0.name != "method" }
        return [
            "text": .string(place == 0 ? picture : told.text), "from": .array(told.inputs.map(JSON.integer)),
            "width": .integer(told.output.width), "height": .integer(told.output.height),
            "channels": .integer(told.output.channels), "implied": .bool(told.isImplied && place > 0),
            "facts": .array(facts.map { .array([.string($0.name), .string($0.says)]) }),
            "looksAtAll": .bool(told.looksAtAll), "mixing": .string(told.mixing.rawValue),
            "picksSamples": .bool(told.picksSamples),
            "window": told.geometry.map { window($0, told.border) } ?? .null,
            "pieces": told.resampling.map { ["x": pieces($0.x), "y": pieces($0.y)] } ?? .null,
            "weights": step.weights.map(weights) ?? .null, "weightsLeftOut": .integer(step.weightsLeftOut),
            "samples": .string(Self.packed(step.values.wholeSamples)),
        ]
    }

    private func window(_ geometry: Geometry, _ border: Border?) -> JSON {
        [
            "x": axis(geometry.x, border), "y": axis(geometry.y, border),
            "outside": border.map { .float($0.outside) } ?? .null,
            // Where taps are left out or pixels kept, the sum is not what came out.
            "isPlain": .bool(border != .renorm && border != .keep),
        ]
    }

    /// For each sample the first and the last of those it is made of; nothing where there is none.
    private func pieces(_ axis: ResampledAxis) -> JSON {
        .array(
            (0..<axis.output).map { index in
                let sources = axis.sources(of: index..<index + 1)
                return .array(sources.isEmpty ? [] : [.integer(sources.lowerBound), .integer(sources.upperBound - 1)])
            })
    }

    /// One axis of a window, and for each place it may look at, from the first on, the pixel that is read; −1 is none.
    private func axis(_ axis: Axis, _ border: Border?) -> JSON {
        let last = axis.start(axis.output - 1) + (axis.kernel - 1) * axis.dilation
        let sources = (-axis.before...max(-axis.before, last)).map { place in
            (border ?? .zero).source(of: place, count: axis.input) ?? -1
        }
        return [
            "taps": .integer(axis.kernel), "stride": .integer(axis.stride), "dilation": .integer(axis.dilation),
            "before": .integer(axis.before), "sources": .array(sources.map(JSON.integer)),
        ]
    }

    private func weights(_ weights: Recording.Weights) -> JSON {
        [
            "values": .string(Self.packed(weights.values)), "inputs": .integer(weights.inputsPerGroup),
            "outputs": .integer(weights.outputsPerGroup), "isShared": .bool(weights.isShared),
            "bias": .string(Self.packed(weights.bias)),
        ]
    }

    /// Little-endian floats in Base64.
    private static func packed(_ samples: [Float]) -> String {
        samples.map(\.bitPattern.littleEndian).withUnsafeBytes { Base64.text(Array($0)) }
    }
}

extension kern_page_part {
    fileprivate var text: String { String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self) }
}

extension String {
    /// With `text` where `{{name}}` stands.
    fileprivate func filling(_ name: String, with text: String) -> String {
        split(separator: "{{\(name)}}", maxSplits: 1, omittingEmptySubsequences: false).joined(separator: text)
    }
}
