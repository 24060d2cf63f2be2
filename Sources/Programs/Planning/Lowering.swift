import Convolution
import Pixels
import Steps

/// From a graph of steps to planned nodes: plans each step for the shapes that reach it, and puts in what alpha, linear
/// light and the range rule ask for.
struct Lowering {
    let graph: Graph
    let header: PictureHeader
    let options: RunOptions
    var nodes: [Plan.Node] = []
    private(set) var last = 0
    private(set) var range: RangeRule = .clip
    private(set) var outputChannels = Channels.gray
    /// The node of the mask, if there is one.
    var mask: Int?
    /// The picture as it came, without its alpha, and what of it the program is given.
    private(set) var original = Place(colour: 0)
    /// The same in the light that is computed in, and what of it the program is given.
    private(set) var whole = 0
    private(set) var given = 0
    /// For each node of the graph, where its colour and its alpha are.
    private var places: [Place] = []
    /// For each node of the graph, what part of the bounds on errors it may use.
    private let tolerances: [Double]
    /// For each node, whether its samples are 8-bit levels.
    var levels: [Bool] = []

    /// Colour and alpha of one picture, as nodes of the plan.
    struct Place {
        var colour: Int
        var alpha: Int?
        /// Whether the last window on the way here was signed.
        var isSigned = false
    }

    init(_ graph: Graph, _ header: PictureHeader, _ options: RunOptions) throws(PlanError) {
        self.graph = graph
        self.header = header
        self.options = options
        tolerances = Lowering.tolerances(graph)
    }

    /// An error of a node is enlarged by every step behind it, and by each way there is to the result.
    private static func tolerances(_ graph: Graph) -> [Double] {
        var enlarged = [Double](repeating: 0, count: graph.nodes.count)
        enlarged[graph.output] = 1
        for (index, node) in graph.nodes.enumerated().reversed() {
            for input in node.inputs { enlarged[input] += enlarged[index] * (node.step?.enlargement ?? 1) }
        }
        return enlarged.map { 1 / max(1, $0) }
    }

    private func planOptions(for inputs: [Int], at origin: Int?) -> PlanOptions {
        let isFine = header.depth != .uint8 || (options.depth ?? .uint8) != .uint8
        return PlanOptions(
            method: options.method, border: options.border, isExact: isFine, usesGrids: options.unitesSteps,
            tolerance: origin.map { tolerances[$0] } ?? 1, samplesAreLevels: inputs.allSatisfy { levels[$0] },
            rounding: header.depth == .float32 ? 0 : PlanOptions.roundingOfLevels)
    }

    mutating func run() throws {
        places = [try receive()]
        for index in graph.nodes.indices.dropFirst() { places.append(try lower(index)) }
        try leave(places[graph.output])
    }

    // MARK: The picture comes in

    private mutating func receive() throws -> Place {
        let shape = Shape(channels: header.channels.count, size: header.size)
        nodes = [
            Plan.Node(
                plan: nil, inputs: [], shape: shape, text: "input", origin: 0, weights: [], isNeeded: false, rowsHeld: 0
            )
        ]
        levels = [header.depth == .uint8]
        var place = Place(colour: 0)
        if header.channels.hasAlpha, options.alpha != .channel {
            let colours = header.channels.colorCount
            place.colour = try add(MixStep(.pick(Array(0..<colours)), text: "colour"), [0])
            place.alpha = try add(MixStep(.pick([colours]), text: "alpha"), [0])
        }
        original = place
        if options.isLinear {
            place.colour = try add(PointStep(.toLinear, text: "to-linear"), [place.colour])
        }
        whole = place.colour
        switch options.channels {
        case nil: break
        case .some(.luma):
            place.colour = try add(MixStep(.luminance([0.2126, 0.7152, 0.0722]), text: "luma"), [place.colour])
        case .some(.some(let channels)):
            let count = nodes[place.colour].shape.channels
            if let missing = channels.first(where: { $0 >= count }) {
                throw PlanError.noChannel(missing, colours: count)
            }
            place.colour = try add(MixStep(.pick(channels), text: "channels"), [place.colour])
        }
        given = place.colour
        return place
    }

    // MARK: A step

    private mutating func lower(_ index: Int) throws -> Place {
        let node = graph.nodes[index]
        guard let step = node.step else { return places[0] }
        let inputs = node.inputs.map { places[$0] }
        let first = inputs[0]
        switch step.role {
        case .point(let movesZero):
            return Place(
                colour: try add(step, inputs.map(\.colour), origin: index), alpha: first.alpha,
                isSigned: first.isSigned && !movesZero)
        case .whole(let movesZero):
            return Place(
                colour: try addWhole(step, to: first, origin: index), alpha: first.alpha,
                isSigned: first.isSigned && !movesZero)
        case .layer:
            // A net has no use for alpha: it is shown the picture over black.
            let seen = try inputs.map { place in
                guard let alpha = place.alpha, options.alpha == .weight else { return place.colour }
                return try add(WeightByAlphaStep(), [place.colour, alpha])
            }
            return Place(colour: try add(step, seen, origin: index), alpha: nil, isSigned: false)
        case .combine(let keepsFlats):
            let colour = try add(step, inputs.map(\.colour), origin: index)
            // Alpha comes with the first branch that is as large as the result.
            let size = nodes[colour].shape.size
            let alpha = inputs.compactMap(\.alpha).first { nodes[$0].shape.size == size }
            let isSigned = keepsFlats ? inputs.allSatisfy(\.isSigned) : inputs.contains(where: \.isSigned)
            return Place(colour: colour, alpha: alpha, isSigned: isSigned)
        case .window(let isSigned):
            return try lowerWindow(step, index, from: first, isSigned: isSigned, samplesAlpha: isSigned)
        case .resample:
            return try lowerWindow(step, index, from: first, isSigned: first.isSigned, samplesAlpha: false)
        }
    }

    /// Colours under an alpha of 0 have no say in what all of them are, and are black afterwards.
    private mutating func addWhole(_ step: any Step, to place: Place, origin: Int? = nil) throws -> Int {
        guard let alpha = place.alpha, options.alpha == .weight else {
            return try add(step, [place.colour], origin: origin)
        }
        let seen = try add(HideByAlphaStep(as: .nan), [place.colour, alpha])
        return try add(HideByAlphaStep(as: 0), [try add(step, [seen], origin: origin), alpha])
    }

    private mutating func lowerWindow(
        _ step: any Step, _ index: Int, from place: Place, isSigned: Bool, samplesAlpha: Bool
    ) throws -> Place {
        guard let alpha = place.alpha else {
            return Place(colour: try add(step, [place.colour], origin: index), alpha: nil, isSigned: isSigned)
        }
        if (step as? KernelStep)?.isOnePixel == true {
            // No pixel gets anything from another, so none has to count as much as it is opaque.
            return Place(
                colour: try add(step, [place.colour], origin: index), alpha: alpha, isSigned: isSigned)
        }
        if options.alpha == .keep {
            let colour = try add(step, [place.colour], origin: index)
            return Place(colour: colour, alpha: try sampled(alpha, by: step, at: index), isSigned: isSigned)
        }
        let weighted = try add(WeightByAlphaStep(), [place.colour, alpha])
        let filtered = try add(step, [weighted], origin: index)
        // Weights that cancel out would leave no alpha: where the picture is does not change, so alpha is sampled.
        let newAlpha =
            samplesAlpha ? try sampled(alpha, by: step, at: index) : try add(step.coverage, [alpha], at: index)
        let colour = try add(UnweightByAlphaStep(), [filtered, newAlpha])
        return Place(colour: colour, alpha: newAlpha, isSigned: isSigned)
    }

    /// Alpha under the anchor of each of the step's outputs.
    private mutating func sampled(_ alpha: Int, by step: any Step, at index: Int) throws -> Int {
        guard let sampler = SampleStep(following: step) else { return try add(step, [alpha], at: index) }
        return sampler.isIdentity ? alpha : try add(sampler, [alpha], at: index)
    }

    // MARK: The result leaves

    private mutating func leave(_ place: Place) throws {
        var place = place
        let isFloat = (options.depth ?? header.depth) == .float32
        range = options.range
        // Where nothing leaves float, nothing has to be brought into a range.
        if range == .auto { range = isFloat ? .clip : place.isSigned ? .abs : .clip }
        switch range {
        case .auto, .clip: break
        case .abs:
            if nodes[place.colour].plan?.isMagnitude != true {
                place.colour = try add(PointStep(.absolute, text: "abs"), [place.colour])
            }
        case .offset:
            place.colour = try add(PointStep(.scale(0.5), text: "scale 0.5"), [place.colour])
            place.colour = try add(PointStep(.offset(0.5), text: "offset 0.5"), [place.colour])
        case .rescale:
            place.colour = try addWhole(RescaleStep(.range(low: 0, high: 1), text: "rescale"), to: place)
        }
        // Samples of whole numbers are clipped as they are stored; floats where it was asked for.
        if isFloat, [.clip, .abs, .offset].contains(options.range) {
            place.colour = try add(PointStep(.clamp(low: 0, high: 1), text: "clamp 0 1"), [place.colour])
        }
        if let channels = options.channels { try returnChannels(channels, &place) }
        if options.isLinear {
            place.colour = try add(PointStep(.fromLinear, text: "from-linear"), [place.colour])
        }
        if options.mask != nil || options.region != nil { try returnPart(&place, isFloat: isFloat) }
        let colours = nodes[place.colour].shape.channels
        last = place.colour
        if let alpha = place.alpha {
            last = try add(ConcatStep(inputCount: 2), [place.colour, alpha])
            outputChannels = colours == 1 ? .grayAlpha : colours == 3 ? .rgba : .planes(colours + 1)
        } else if header.channels.hasAlpha, options.alpha == .channel, colours == header.channels.count {
            outputChannels = header.channels
        } else {
            outputChannels = colours == 1 ? .gray : colours == 3 ? .rgb : .planes(colours)
        }
    }

    // MARK: Nodes

    /// - Parameter place: the node of the graph to blame; `origin` where the new node stands for it.
    mutating func add(
        _ step: any Step, _ inputs: [Int], origin: Int? = nil, at place: Int? = nil
    ) throws -> Int {
        let options = planOptions(for: inputs, at: origin ?? place)
        let planned = try graph.plan(
            step, at: origin ?? place ?? graph.output, for: inputs.map { nodes[$0].shape }, options: options)
        guard planned.output.size.area ?? .max <= self.options.maxPixels else {
            throw PlanError.pixels(planned.output.size, allowed: self.options.maxPixels, step: step.text)
        }
        let text = origin.map { graph.nodes[$0].text } ?? step.text
        let stages = inputs.count == 1 ? step.stages(for: nodes[inputs[0]].shape, options: options) : []
        var inputs = inputs
        for stage in stages.dropLast() {
            append(stage, inputs, text: "\(text), on the grid", origin: nil)
            inputs = [nodes.count - 1]
        }
        let weights = try origin.map { try graph.knownWeights(of: planned, at: $0) } ?? []
        append(stages.last ?? planned, inputs, text: text, origin: origin, weights: weights)
        return nodes.count - 1
    }

    private mutating func append(
        _ planned: any PlannedStep, _ inputs: [Int], text: String, origin: Int?, weights: [Planes] = []
    ) {
        nodes.append(
            Plan.Node(
                plan: planned, inputs: inputs, shape: planned.output, text: text, origin: origin,
                weights: weights, isNeeded: false, rowsHeld: 0))
        levels.append(planned.picksSamples && inputs.allSatisfy { levels[$0] })
    }
}
