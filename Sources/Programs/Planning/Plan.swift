import Convolution
import Pixels
import Steps

/// A program planned for one picture: every shape known, every method chosen, the memory counted. Nothing was computed.
///
///     let graph = try Catalogue().graph(for: SourceText(text: "gaussian 2 | sobel"))
///     let plan = try Plan(graph, for: raster.header)
///     plan.output.size               // as the picture's
///     let edges = try plan.applied(to: raster)
public struct Plan: Sendable {
    /// A step in its place; the first node is the picture itself.
    public struct Node: Sendable {
        /// nil for what is read: the picture, and a mask.
        public internal(set) var plan: (any PlannedStep)?
        public internal(set) var inputs: [Int]
        public let shape: Shape
        public let text: String
        /// The node of the graph it stands for; nil for what was put in for alpha, light or range.
        public let origin: Int?
        /// Its weights, one for each of the plan's parameters; none where they are still to be learned.
        public let weights: [Planes]
        /// Whether anything it leads to is asked for.
        public internal(set) var isNeeded: Bool
        /// Most rows of it that are held at one time.
        public internal(set) var rowsHeld: Int
        /// Whether it makes a whole band although fewer rows are asked for, as the first of them take long.
        var makesAhead = false
        /// Threads that hold rows of it, each its own.
        var bandsHeld = 1
        /// Rows made in a run: those that nobody asks for, as above and below a region, are not.
        public internal(set) var rowsMade = 0
        /// What takes the step's place where the plan runs on levels; the picture that comes in has none.
        package internal(set) var levels: (any LevelFilter)?
        /// The nodes it does in one with its own, and the rows of its input that levels therefore need.
        package internal(set) var absorbed: [Int] = []
        /// Whether another node does it in one with its own.
        var isAbsorbed = false
        var unionRows: (@Sendable (Range<Int>) -> Range<Int>)?

        /// Whether it looks at all rows of its input before its own first one.
        var surveys: Bool { levels.map { $0 is LevelSurvey } ?? (plan is any SurveyingStep) }
        /// A float, or an 8-bit sample as it lies in the picture.
        public internal(set) var bytesPerSample = 4
    }

    public let graph: Graph
    public let input: PictureHeader
    /// What the result will be: its size, channels and depth; the picture's metadata.
    public let output: PictureHeader
    public internal(set) var nodes: [Node]
    /// The node whose rows are written.
    public let last: Int
    public let options: RunOptions
    /// The node of the mask, if there is one.
    let mask: Int?
    /// For each node that is read, how many of its rows are: a crop may do without the last.
    private(set) var rowsReceived: [Int] = []
    /// Rows of the result that each thread makes by itself at one time; nil where the threads share every step.
    package private(set) var stretch: Int?
    /// Bytes of the raw rows that stretches are made of.
    private var rawBytes = 0
    /// What `--range` came to.
    public let range: RangeRule

    /// - Throws: a `ProgramError` at the step whose sizes cannot work, or a `PlanError` where it needs too much.
    public init(_ graph: Graph, for header: PictureHeader, options: RunOptions = RunOptions()) throws {
        let graph = graph.folded()
        var lowering = try Lowering(graph, header, options)
        try lowering.run()
        self.graph = graph
        self.options = options
        input = header
        nodes = lowering.nodes
        last = lowering.last
        mask = lowering.mask
        range = lowering.range
        let shape = nodes[last].shape
        output = PictureHeader(
            size: shape.size, channels: lowering.outputChannels, depth: options.depth ?? header.depth,
            metadata: header.metadata)
        markNeeded()
        findLevels()
        if !runsOnLevels { uniteMagnitudes() }
        try countMemory()
    }

    /// Bytes held at one time: rows of every step, and what the threads of one step work in.
    public var memory: Int {
        let needed = nodes.filter(\.isNeeded)
        let scratch = needed.map(\.scratchBytes).max() ?? 0
        let weights = needed.map(\.weightBytes).reduce(0, +)
        return needed.map(\.bytesHeld).reduce(scratch * options.machine.threads + weights + rawBytes, +)
    }

    /// What the weights of the last kernel sum to: a flat area becomes so many times as bright.
    public var lastKernelSum: Double? {
        let kernels = nodes.indices.lazy.filter { isTold($0) && nodes[$0].origin != nil }
            .compactMap { nodes[$0].plan?.account.convolution }
        return kernels.last.map { $0.bank.kernels[0].sum }
    }

    /// Whether a node takes part, by itself or in one with another.
    func isTold(_ node: Int) -> Bool { nodes[node].isNeeded || nodes[node].isAbsorbed }

    private mutating func markNeeded() {
        nodes[last].isNeeded = true
        for index in nodes.indices.reversed() where nodes[index].isNeeded {
            for input in nodes[index].inputs { nodes[input].isNeeded = true }
        }
    }

    private mutating func countMemory() throws(PlanError) {
        for index in nodes.indices { nodes[index].makesAhead = nodes[index].startRows >= 1 }
        countRows()
        if memory > options.maxMemory, nodes.contains(where: \.makesAhead) {
            for index in nodes.indices { nodes[index].makesAhead = false }
            countRows()
        }
        if let stretch = stretchThatPays { hold(stretch) }
        guard memory <= options.maxMemory else {
            func appetite(_ node: Node) -> Int {
                node.isNeeded ? max(node.bytesHeld, node.scratchBytes) : 0
            }
            let hungriest = nodes.indices.max { appetite(nodes[$0]) < appetite(nodes[$1]) } ?? 0
            throw .memory(needed: memory, allowed: options.maxMemory, step: nodes[hungriest].text)
        }
    }
}

extension Plan {
    private mutating func countRows() {
        let count = RowSchedule.count(self)
        rowsReceived = count.received
        for index in nodes.indices {
            nodes[index].rowsHeld = count.held[index]
            nodes[index].rowsMade = count.made[index]
        }
    }

    /// Takes the way by stretches if the memory suffices for it.
    private mutating func hold(_ stretch: Int) {
        // A stretch, and the one behind it if the same thread takes that as well.
        let held = placesOfRows(2 * stretch).map { RowSchedule.count(self, stretch: $0).held }
        var stretched = self
        stretched.stretch = stretch
        for index in nodes.indices {
            stretched.nodes[index].rowsHeld = held.map { $0[index] }.max() ?? 0
            stretched.nodes[index].bandsHeld = options.machine.workers
        }
        stretched.rawBytes = stretched.rawRowsHeld.reduce(0) { $0 + header(of: $1.key).bytesPerRow * $1.value }
        if stretched.memory <= options.maxMemory { self = stretched }
    }
}

extension Plan.Node {
    /// Whether it has weights that nobody has learned yet.
    public var asksForWeights: Bool { isNeeded && weights.isEmpty && !(plan?.parameters.isEmpty ?? true) }

    var weightBytes: Int { weights.reduce(0) { $0 + 4 * ($1.shape.sampleCount ?? 0) } }

    public var bytesHeld: Int {
        guard isNeeded else { return 0 }
        let row = bytesPerSample == 4 ? Planes.rowStride(shape, holding: rowsHeld) : shape.width
        return bytesPerSample * shape.count * shape.channels * rowsHeld * bandsHeld * row + mapBytes
    }

    /// What its step keeps of rows that are let go, at most.
    public var mapBytes: Int { isNeeded ? plan?.account.mapBytes ?? 0 : 0 }

    /// So many of its rows take as long as the start of a band does.
    var startRows: Double { levels == nil ? plan?.account.startRows ?? 0 : 0 }

    /// What each thread works in.
    var scratchBytes: Int { levels?.scratchBytes ?? plan?.account.scratchBytes ?? 0 }

    /// Whether all of it is in memory at one time.
    public var isHeldWhole: Bool { isNeeded && shape.height > 1 && rowsHeld >= shape.height }
}

/// Why a program cannot be run on a picture although its sizes work.
public enum PlanError: Error, Hashable, Sendable {
    case memory(needed: Int, allowed: Int, step: String)
    case pixels(Size, allowed: Int, step: String)
    /// Weights that nobody has learned yet.
    case unknownWeights(step: String)
    /// A channel was chosen that the picture does not have.
    case noChannel(Int, colours: Int)
    /// A region that holds no pixel.
    case region(Region, picture: Size)
    /// A mask that is not as large as the picture.
    case maskSize(Size, picture: Size)
    /// A mask whose channels mean nothing.
    case maskChannels(Int)
    /// What goes back into the picture has to be as large.
    case resized(Size, picture: Size)
    /// What goes back into the picture has to have its channels, or one.
    case rechannelled(Int, picture: Int)
    /// A pixel was asked for that the result does not have.
    case outside(x: Int, y: Int, Size)
}

extension PlanError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .memory(let needed, let allowed, let step):
            "this needs \(ByteCount.text(needed)) at once, most of it for '\(step)', and \(ByteCount.text(allowed)) are allowed; "
                + "raise it with --max-memory"
        case .pixels(let size, let allowed, let step):
            "'\(step)' would make a picture of \(size), and \(allowed) pixels are allowed; raise it with --max-pixels"
        case .unknownWeights(let step):
            "'\(step)' has weights that are still to be learned, so there is nothing to apply yet; "
                + "'kern explain' with a size instead of a picture shows what it would be"
        case .noChannel(let channel, let colours):
            "--channels: there is no channel \(channel) in a picture of \(colours), which count from 0; alpha is one of them "
                + "only with --alpha channel"
        case .region(let region, let picture):
            "the region \(region) lies outside the picture, which is \(picture)"
        case .maskSize(let size, let picture):
            "the mask is \(size), but the picture is \(picture); a mask is as large as its picture"
        case .maskChannels(let count):
            "the mask has \(count) channels; a mask is a grey or a colour picture"
        case .resized(let size, let picture):
            "--region, --mask and --channels put the result back into the picture, but the program makes \(size) of "
                + "\(picture); leave out the steps that change the size, or the option"
        case .rechannelled(let count, let picture):
            "--region, --mask and --channels put the result back into the picture, but the program makes \(count) "
                + "channels of \(picture); let it end in as many, or in one"
        case .outside(let x, let y, let size):
            "the result is \(size): it has no pixel \(x),\(y); columns and rows count from 0"
        }
    }
}
