import Convolution
import Pixels

/// Each output channel a weighted sum of the channels at the same pixel: grey, luma, picking one.
public struct MixStep: Step {
    public enum Mix: Hashable, Sendable {
        /// Three weights for red, green and blue; a picture of one channel stays as it is.
        case luminance([Double])
        /// Channel numbers, in the order in which they come out.
        case pick([Int])
    }

    public let mix: Mix
    public let text: String

    public init(_ mix: Mix, text: String) {
        self.mix = mix
        self.text = text
    }

    public var role: StepRole { .point(movesZero: false) }

    public func plan(for inputs: [Shape], options: PlanOptions) throws(StepError) -> any PlannedStep {
        let input = inputs[0]
        var output = input
        var terms: [[(channel: Int, weight: Float)]]
        switch mix {
        case .luminance(let weights):
            guard input.channels == 1 || input.channels == 3 else {
                throw .channels(step: text, needed: "a grey or an RGB picture", found: input.channels)
            }
            let weights: [Double] = input.channels == 1 ? [1] : weights
            terms = [weights.enumerated().map { (channel: $0.offset, weight: Float($0.element)) }]
        case .pick(let channels):
            if let missing = channels.first(where: { $0 >= input.channels }) {
                throw .noSuchChannel(ChannelName.text(missing, of: input.channels), channels: input.channels)
            }
            terms = channels.map { [(channel: $0, weight: Float(1))] }
        }
        output.channels = terms.count
        return PlannedMix(input: input, output: output, terms: terms)
    }

    static let words: [StepWord] = [
        StepWord("gray", .channels, "grey by Rec. 601: 0.299 red + 0.587 green + 0.114 blue", example: "gray") {
            settings throws(StepError) in
            MixStep(.luminance([0.299, 0.587, 0.114]), text: settings.text)
        },
        StepWord("luma", .channels, "grey by Rec. 709: 0.2126 red + 0.7152 green + 0.0722 blue", example: "luma") {
            settings throws(StepError) in
            MixStep(.luminance([0.2126, 0.7152, 0.0722]), text: settings.text)
        },
        StepWord(
            "channel", .channels, "only these channels: r, g, b, or numbers from 0, as in channel b,g,r",
            example: "channel r", settings: [.place("which", .text, "r, g, b or numbers from 0, with commas between")]
        ) { settings throws(StepError) in
            var channels: [Int] = []
            for name in settings.string("which").split(separator: ",", omittingEmptySubsequences: false) {
                guard let channel = ChannelName.number(String(name)) else {
                    throw .argument("channel takes r, g, b or numbers from 0 with commas between, not '\(name)'")
                }
                channels.append(channel)
            }
            return MixStep(.pick(channels), text: settings.text)
        },
    ]
}

/// Between the names of channels and their numbers.
package enum ChannelName {
    package static func number(_ name: String) -> Int? {
        switch name {
        case "r", "red": return 0
        case "g", "green": return 1
        case "b", "blue": return 2
        default:
            guard let number = Int(name), (0..<65_536).contains(number) else { return nil }
            return number
        }
    }

    static func text(_ number: Int, of channels: Int) -> String {
        channels <= 3 && number < 3 ? ["r", "g", "b"][number] : "\(number)"
    }
}

struct PlannedMix: DifferentiableStep {
    let input: Shape
    let output: Shape
    let terms: [[(channel: Int, weight: Float)]]

    var picksSamples: Bool { terms.allSatisfy { $0.count == 1 && $0[0].weight == 1 } }

    var inputs: [Shape] { [input] }

    func rowsNeeded(for rows: Range<Int>) -> [Range<Int>] { [rows] }

    func run(_ call: StepCall, into output: inout Planes) {
        call.inputs[0].withRows { source in
            output.withMutableRows { target in
                call.machine.split(call.rows, grain: 32) { piece in
                    for (o, sum) in terms.enumerated() {
                        let weights = sum.map(\.weight)
                        var rows = [UnsafePointer<Float>?](repeating: nil, count: sum.count)
                        for run in RowRun.all(piece, in: source, target) {
                            for n in 0..<input.count {
                                let out = target.row(run.row, plane: n * terms.count + o)
                                for (index, term) in sum.enumerated() {
                                    rows[index] = source.row(run.row, plane: n * input.channels + term.channel)
                                }
                                if sum.count == 1, weights[0] == 1, let row = rows[0] {
                                    out.update(from: row, count: run.count)
                                } else {
                                    call.machine.weightedSum(out, run.count, rows, weights)
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// A channel gets back what each sum it is in was given, times its weight there.
    func backward(
        _ call: StepCall, output: Planes, notes: [Planes], outputGradient: Planes, into gradients: inout StepGradients
    ) {
        let area = input.height * input.width
        let loops = call.machine.rowLoops
        gradients.inputs[0]?.withSamples { target in
            outputGradient.withSamples { gradient in
                for n in 0..<input.count {
                    let all = target.base + n * input.channels * area
                    all.update(repeating: 0, count: input.channels * area)
                    for (o, sum) in terms.enumerated() {
                        let from = gradient.base + (n * terms.count + o) * area
                        for term in sum { loops.add(from, times: term.weight, to: all + term.channel * area, area) }
                    }
                }
            }
        }
    }

    var account: StepAccount {
        StepAccount(mixing: .all, operations: Double(output.sampleCount ?? 0) * Double(terms.first?.count ?? 0))
    }
}
