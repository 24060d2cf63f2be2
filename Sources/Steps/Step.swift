import Convolution
import Pixels

/// One step of a program: a filter, a point operation, a layer. It knows its words, its shape rule and its rows;
/// pixel loops belong to the engine.
///
/// A step is a value. `plan` decides everything for pictures of known shape, once; the plan then runs forwards on any
/// band of rows, and — where the step can be learned through — backwards.
public protocol Step: Sendable {
    /// As it is written in a program, with its arguments: `gaussian 2` has become `kernel 17x17` by then.
    var text: String { get }

    /// What it means for alpha and for the range of values.
    var role: StepRole { get }

    /// How many pictures come in; more than one for the steps that combine branches.
    var inputCount: Int { get }

    /// For a window: the same, brought to a scale on which what is opaque stays opaque. Alpha goes this way, so that an
    /// opaque picture comes out as it would without alpha, whatever the weights sum to.
    var coverage: any Step { get }

    /// What a small error of all samples that come in may become, as a factor; 1 where there is no telling.
    var enlargement: Double { get }

    func plan(for inputs: [Shape], options: PlanOptions) throws(StepError) -> any PlannedStep

    /// Steps that do the same as `plan`'s one after another, where that is cheaper; else none.
    func stages(for input: Shape, options: PlanOptions) -> [any PlannedStep]
}

extension Step {
    public var inputCount: Int { 1 }
    public var coverage: any Step { self }
    public var enlargement: Double { 1 }
    public func stages(for input: Shape, options: PlanOptions) -> [any PlannedStep] { [] }
}

/// What a step means to those who do not know it by name.
public enum StepRole: Hashable, Sendable {
    /// Each sample by itself, or all of them alike: alpha is left as it is. `movesZero` where what was 0 is something else
    /// afterwards, so that signs no longer tell of a direction.
    case point(movesZero: Bool)
    /// Each sample by what all of them are: likewise, and what cannot be seen has no say in it.
    case whole(movesZero: Bool)
    /// A window: alpha goes the same way as colour. `isSigned` where a flat area answers 0.
    case window(isSigned: Bool)
    /// The picture in another size or place: alpha goes the same way, and what is signed stays so.
    case resample
    /// Branches become one picture: alpha is that of the first. `keepsFlats` where a flat area answers 0 only if it does
    /// in every branch, as in a sum; in a product one is enough.
    case combine(keepsFlats: Bool)
    /// Channels are mixed by learned weights: alpha has no meaning behind it, and what comes in lies over black.
    case layer
}

/// What a plan may be asked for from outside the program.
public struct PlanOptions: Sendable {
    /// nil lets each step take the cheapest.
    public var method: Method?
    /// The border of window steps that do not name one.
    public var border: Border?
    /// Sums in double: for samples finer than 8 bits.
    public var isExact: Bool
    /// Large smooth kernels may be computed on a coarse grid, off by at most a hundredth of an 8-bit level.
    public var usesGrids: Bool
    /// What part of its bound a step that need not be exact may use, where steps behind it enlarge what it is off by: at most 1.
    public var tolerance: Double
    /// Whether every sample that comes in is k / 255 for a whole k in 0…255: then levels can be counted.
    public var samplesAreLevels: Bool
    /// Values of about 1 that lie no farther apart differ by rounding: much less than a level of what came in; 0 for floats,
    /// which may be of any size.
    public var rounding: Float

    /// What rounding leaves of a gradient in a flat picture; the faintest step of 16 bits, smoothed, is several times as much.
    public static let roundingOfLevels: Float = 2e-6

    public init(
        method: Method? = nil, border: Border? = nil, isExact: Bool = false, usesGrids: Bool = false,
        tolerance: Double = 1, samplesAreLevels: Bool = false, rounding: Float = PlanOptions.roundingOfLevels
    ) {
        self.rounding = rounding
        self.tolerance = tolerance
        self.usesGrids = usesGrids
        self.samplesAreLevels = samplesAreLevels
        self.method = method
        self.border = border
        self.isExact = isExact
    }
}

/// A step with every decision made for pictures of one shape.
public protocol PlannedStep: Sendable {
    var inputs: [Shape] { get }
    var output: Shape { get }

    /// Rows come cheapest in multiples of this; the output's height where they can only come all at once.
    var rowGrain: Int { get }

    /// Whether each sample of the output is one of those that came in, so that levels stay levels.
    var picksSamples: Bool { get }

    /// Whether no sample of the output can be below 0, so that its magnitude is itself.
    var isMagnitude: Bool { get }

    /// The weights it was not told and has to be given: none for a filter, weights and bias for `conv`.
    var parameters: [Parameter] { get }

    /// For each input the rows that the output rows `rows` are computed from.
    func rowsNeeded(for rows: Range<Int>) -> [Range<Int>]

    /// Computes the output rows `call.rows`; `output` has room for them.
    func run(_ call: StepCall, into output: inout Planes)

    /// What there is to tell about it.
    var account: StepAccount { get }
}

extension PlannedStep {
    public var rowGrain: Int { 1 }
    public var picksSamples: Bool { false }
    public var isMagnitude: Bool { false }
    public var parameters: [Parameter] { [] }
    public var account: StepAccount { StepAccount() }
}

/// Weights to be learned: their name within the step and what they measure, o·i·h·w.
public struct Parameter: Hashable, Sendable {
    public enum Start: Hashable, Sendable {
        /// Random, scaled by how many samples each weight's sum takes in.
        case random(fanIn: Int)
        case constant(Float)
    }

    public var name: String
    public var shape: Shape
    /// What it is before anything was learned.
    public var start: Start
    /// Counted from what went through, as running means are; an optimiser leaves it alone.
    public var isStatistic: Bool
    /// Whether it is a factor that weight decay may shrink; biases and scales are not.
    public var decays: Bool

    public init(name: String, shape: Shape, start: Start, isStatistic: Bool = false, decays: Bool = false) {
        self.name = name
        self.shape = shape
        self.start = start
        self.isStatistic = isStatistic
        self.decays = decays
    }
}

/// What a plan is run with: bands that hold the rows it needs, its weights, what its survey found.
public struct StepCall: Sendable {
    public var inputs: [Planes]
    public var rows: Range<Int>
    public var parameters: [Planes]
    public var survey: Findings
    public var machine: Machine
    /// nil unless weights are being learned.
    public var learning: Learning?

    /// What is different while weights are learned.
    public struct Learning: Hashable, Sendable {
        /// For what is left to chance; another at every step of the training and for every node.
        public var seed: UInt64
        /// The place in the whole batch of the first picture here: chance must not depend on how a batch is split.
        public var firstPicture: Int
        /// Whether the step is to do the relu behind it as well: only where its `rectifying` says that it can.
        public var rectifies = false

        public init(seed: UInt64, firstPicture: Int = 0) {
            self.seed = seed
            self.firstPicture = firstPicture
        }
    }

    public init(
        inputs: [Planes], rows: Range<Int>, parameters: [Planes] = [], survey: Findings = Findings(),
        machine: Machine = Machine(), learning: Learning? = nil
    ) {
        self.inputs = inputs
        self.rows = rows
        self.parameters = parameters
        self.survey = survey
        self.machine = machine
        self.learning = learning
    }
}

/// A step whose first row needs something of every row, such as the largest value: it looks at all rows once, in order,
/// before it runs. What it looked at need not be kept unless `rowsNeeded` asks for it again.
public protocol SurveyingStep: PlannedStep {
    /// The findings before the first row.
    var emptySurvey: Findings { get }

    func survey(_ rows: Range<Int>, of input: Planes, into findings: inout Findings, on machine: Machine)
}

extension SurveyingStep {
    /// What there is to find in a whole picture: a call that brings all rows need bring no findings.
    func surveyed(_ input: Planes, on machine: Machine) -> Findings {
        var findings = emptySurvey
        survey(0..<input.shape.height, of: input, into: &findings, on: machine)
        return findings
    }
}

/// What a survey found.
public struct Findings: Sendable {
    /// Sums, extremes.
    var figures: [Double] = []
    /// What is kept of rows that are let go.
    var edges: EdgeMap?

    public init() {}
    init(figures: [Double]) { self.figures = figures }
    init(edges: EdgeMap) { self.edges = edges }

    public var isEmpty: Bool { figures.isEmpty && edges == nil }
}

/// What `explain` says about a planned step.
public struct StepAccount: Sendable {
    /// The convolution or the window behind it, if there is one.
    public var geometry: Geometry?
    public var border: Border?
    public var convolution: Convolution?
    /// How far it looks.
    public var reach: Reach
    /// Which channels it looks at.
    public var mixing = Mixing.own
    /// Multiply-adds or comparisons for the whole output.
    public var operations: Double
    /// What each thread works in, in bytes.
    public var scratchBytes: Int
    /// So many rows take as long as beginning anew somewhere: where what windows see is counted from one row to the next.
    public var startRows = 0.0
    /// Whether samples outside the picture, which add nothing, count in what is divided by.
    public var countsPadding = false
    /// What it keeps of all rows, where those are let go: the most in bytes.
    public var mapBytes = 0
    /// The coarse grid it is computed on.
    public var grid: Grid?
    /// Which samples each of its own is made of, where a picture is brought to another size.
    public var resampling: Resampling?
    /// What a layer multiplies with its weights, where that is no window.
    public var products: Products?
    /// For how many parts of a picture what follows is done, each of them brought to a picture of its own.
    public var mostParts: Int?

    public struct Grid: Hashable, Sendable {
        /// Pixels from one grid point to the next.
        public var spacing: PerAxis<Int>
        /// The most that a sample can be off where those of the picture lie in 0…1.
        public var error: Double
    }

    public enum Products: Hashable, Sendable {
        /// Everything that comes in.
        case all
        /// The samples whose kernels reach the own one: those that this convolution, the other way, has it under a window of.
        case transposed(Geometry)

        public var isLocal: Bool { self != .all }
    }

    /// Of a transposed convolution the one the other way.
    public var opposite: Geometry? { if case .transposed(let geometry)? = products { geometry } else { nil } }

    public enum Reach: Hashable, Sendable {
        case pixel
        /// So many pixels around the own one.
        case around(Int)
        /// So many samples of what comes in, those of neighbours lying `apart` from each other.
        case samples(PerAxis<Int>, apart: PerAxis<Double>)
        case window
        case all
    }

    public enum Mixing: String, Hashable, Sendable {
        /// Each channel of the result is made of the same one of every input; of what comes with a single channel, of that.
        case own
        /// Each is made of all, or of all of its group.
        case all
        /// Each is one of one input: behind those of the first stand those of the second, and so on.
        case stacked
        /// Each is one sample of the input: channel after channel, row after row.
        case flattened
    }

    public init(
        geometry: Geometry? = nil, border: Border? = nil, convolution: Convolution? = nil, reach: Reach? = nil,
        mixing: Mixing = .own, operations: Double = 0, scratchBytes: Int = 0
    ) {
        self.geometry = geometry
        self.border = border
        self.convolution = convolution
        self.reach = reach ?? (geometry == nil ? .pixel : .window)
        self.mixing = mixing
        self.operations = operations
        self.scratchBytes = scratchBytes
    }
}
