import Convolution
import Pixels

/// The beginning of a detector: parts of a picture that may be things, each of which goes through the rest of the program as
/// if it were a picture of its own. Which parts, `RegionSearch` finds; for one region this step changes nothing.
public struct RegionsStep: Step {
    /// The most regions of a picture.
    public let count: Int
    /// How much more is seen than the region: a share of its sides, on each side.
    public let context: Double
    /// Regions are looked for in a copy of the picture, no side of which is longer.
    public let side: Int
    public let text: String

    public var role: StepRole { .point(movesZero: false) }

    public func plan(for inputs: [Shape], options: PlanOptions) throws(StepError) -> any PlannedStep {
        PlannedRegions(most: count, output: inputs[0])
    }

    /// A side that is shortened no further, so that a long and narrow picture is not searched in a line of pixels.
    private static let narrow = 32.0

    /// How large the copy is in which regions of a picture are looked for: never larger than the picture.
    public func searchedSize(of picture: Size) -> Size {
        let (width, height) = (Double(picture.width), Double(picture.height))
        let wanted = Double(side) / max(width, height)
        let least = min(Self.narrow / min(width, height), Double(side) / (width * height).squareRoot())
        let scale = min(1, max(wanted, least))
        return Size(width: max(1, Int((width * scale).rounded())), height: max(1, Int((height * scale).rounded())))
    }

    /// Bytes that the search may hold at one time for each pixel of its copy: neighbours and how they differ, for two threads.
    public static let searchBytesPerPixel = 256

    /// What is looked at for a region.
    public func view(of region: Box) -> Box {
        let (x, y) = (region.width * context, region.height * context)
        return Box(
            left: region.left - x, top: region.top - y, width: region.width + 2 * x, height: region.height + 2 * y)
    }

    static let word = StepWord(
        "regions", .layer, "parts of a picture that may be things; what follows looks at each as if it were a picture",
        example: "regions 200",
        settings: [
            .place("count", .integer(1...100_000), standard: .integer(200), "the most regions of a picture"),
            .key(
                "context", .number(0...4), standard: .number(0.2),
                "how much around it is seen with a region, as a share of its sides"),
            .key(
                "side", .integer(16...1024), standard: .integer(320),
                "regions are looked for in a copy of the picture whose longer side is no longer"),
        ]
    ) { settings throws(StepError) in
        RegionsStep(
            count: settings.integer("count"), context: settings.number("context"), side: settings.integer("side"),
            text: settings.text)
    }
}

struct PlannedRegions: DifferentiableStep {
    let most: Int
    let output: Shape

    var inputs: [Shape] { [output] }
    var picksSamples: Bool { true }
    var needsOutput: Bool { false }

    func rowsNeeded(for rows: Range<Int>) -> [Range<Int>] { [rows] }

    func run(_ call: StepCall, into output: inout Planes) { output.copy(call.rows, from: call.inputs[0]) }

    var account: StepAccount {
        var account = StepAccount()
        account.mostParts = most
        return account
    }

    func backward(
        _ call: StepCall, output: Planes, notes: [Planes], outputGradient: Planes, into gradients: inout StepGradients
    ) {
        gradients.inputs[0]?.fill { $0.copy(call.rows, from: outputGradient) }
    }
}
