import Convolution
import Pixels
import Steps

/// How one pixel of the result came about: the last windows on the way to it, tap by tap, and the steps after them.
public struct Trace: Sendable {
    public struct Tap: Sendable {
        /// The position under the tap; outside the picture where the border stands in.
        public let x: Int
        public let y: Int
        /// The pixel that is read for it; nil where the border gives a value, or none.
        public let source: PerAxis<Int>?
        /// nil where the tap takes no part.
        public let value: Float?
        public let weight: Double?

        public var product: Double? { value.flatMap { value in weight.map { $0 * Double(value) } } }
    }

    public struct Step: Sendable {
        public let text: String
        /// By place in `Trace.steps`; a window's input is not among them.
        public let inputs: [Int]
        public let position: PerAxis<Int>
        /// For each channel the value there.
        public let values: [Float]
        /// For each channel the taps, row by row; empty for what is no window.
        public let taps: [[Tap]]
        public let kernelSize: Size?
        /// nil where pixels outside take no part.
        public let border: Border?
        /// Whether those that take no part count in what is divided by.
        public let countsPadding: Bool
        /// For each channel of a layer what it is the sum of; empty for what has no weights of its own.
        public let sums: [Sum]
    }

    /// Windows before what is made of them; the last is the result.
    public let steps: [Step]
}

extension Plan {
    /// Runs over the picture, keeps everything, and tells how the result's pixel (x, y) came about.
    public func trace(x: Int, y: Int, from source: any RowSource) throws -> Trace {
        if options.unitesSteps {
            // A trace tells of windows tap by tap, so nothing may go by way of a grid.
            var plain = options
            plain.unitesSteps = false
            return try Plan(graph, for: input, options: plain).trace(x: x, y: y, from: source)
        }
        guard (0..<output.size.width).contains(x), (0..<output.size.height).contains(y) else {
            throw PlanError.outside(x: x, y: y, output.size)
        }
        let runner = try keepingAll(from: source, for: "--at")
        var tracer = Tracer(plan: self, runner: runner)
        _ = tracer.step(last, at: PerAxis(x: x, y: y))
        return Trace(steps: tracer.steps)
    }
}

private struct Tracer {
    let plan: Plan
    let runner: Runner
    var steps: [Trace.Step] = []
    /// Where a node was recorded: alpha feeds several.
    private var places: [Int: Int] = [:]

    init(plan: Plan, runner: Runner) {
        self.plan = plan
        self.runner = runner
    }

    /// Records node `index` and what it was made of; returns its place.
    mutating func step(_ index: Int, at position: PerAxis<Int>) -> Int {
        if let place = places[index] { return place }
        let node = plan.nodes[index]
        let account = node.plan?.account ?? StepAccount()
        let planes = runner.planes(of: index)
        let values = (0..<node.shape.channels).map { planes[c: $0, y: position.y, x: position.x] }
        var inputs: [Int] = []
        var taps: [[Trace.Tap]] = []
        if let geometry = account.geometry {
            let input = runner.planes(of: node.inputs[0])
            taps = (0..<input.shape.channels).map { channel in
                self.taps(geometry, account, input, channel: channel, at: position)
            }
        } else if account.products?.isLocal != true {
            for input in node.inputs {
                let shape = plan.nodes[input].shape
                let isSame = shape.size == node.shape.size
                if isSame || shape.size == Size(1) {
                    inputs.append(step(input, at: isSame ? position : PerAxis(0)))
                }
            }
        }
        steps.append(
            Trace.Step(
                text: node.text, inputs: inputs, position: position, values: values, taps: taps,
                kernelSize: account.geometry?.window.size, border: account.border,
                countsPadding: account.countsPadding,
                sums: node.inputs.first.flatMap { input in
                    LayerSums(node, account, of: runner.planes(of: input), at: position)?.sums(taps)
                } ?? []))
        places[index] = steps.count - 1
        return steps.count - 1
    }

    private func taps(
        _ geometry: Geometry, _ account: StepAccount, _ input: Planes, channel: Int, at position: PerAxis<Int>
    ) -> [Trace.Tap] {
        let kernel = account.convolution.map { $0.bank.kernel(output: channel, input: 0) }
        let border = account.border ?? .zero
        var taps: [Trace.Tap] = []
        for ky in 0..<geometry.y.kernel {
            for kx in 0..<geometry.x.kernel {
                let y = geometry.y.start(position.y) + ky * geometry.y.dilation
                let x = geometry.x.start(position.x) + kx * geometry.x.dilation
                var source: PerAxis<Int>?
                var value: Float? = account.border == nil || border == .renorm ? nil : border.outside
                if let sy = border.source(of: y, count: geometry.y.input),
                    let sx = border.source(of: x, count: geometry.x.input)
                {
                    source = PerAxis(x: sx, y: sy)
                    value = input[c: channel, y: sy, x: sx]
                }
                taps.append(Trace.Tap(x: x, y: y, source: source, value: value, weight: kernel?[x: kx, y: ky]))
            }
        }
        return taps
    }
}
