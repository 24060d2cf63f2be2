import Convolution
import Pixels

/// The end of a detector: of each region how sure each class is, or that it shows nothing, and where the thing lies that it
/// shows. A `dense` layer whose outputs have these meanings.
///
/// First a channel for each class and one for nothing, then for each class four: by how much the thing's box differs from
/// the region's, if it is of that class (`BoxOffsets`).
public struct DetectStep: WeightedStep {
    public let classes: Int
    public let layerWords: LayerWords
    public let text: String

    public var role: StepRole { .layer }

    /// What there is to choose from for a region: the classes, and nothing.
    public var choices: Int { classes + 1 }

    /// How many classes there are where so many channels come out.
    public static func classes(ofChannels channels: Int) -> Int { (channels - 1) / (BoxOffsets.count + 1) }

    /// Where the `place`-th offset of a class stands.
    public static func channel(ofOffset place: Int, of name: Int, among classes: Int) -> Int {
        classes + 1 + BoxOffsets.count * name + place
    }

    public func plan(for inputs: [Shape], options: PlanOptions) throws(StepError) -> any PlannedStep {
        let outputs = choices + BoxOffsets.count * classes
        return try DenseStep(outputs: outputs, hasBias: true, layerWords: layerWords, text: text)
            .plan(for: inputs, options: options)
    }

    static let word = StepWord(
        "detect", .layer, "of each region which class it shows, or nothing, and where the thing's box lies",
        example: "detect classes",
        settings: [.place("classes", .integer(1...1_048_576), "kinds of things to be found")] + LayerWords.settings
            + [LayerWords.start]
    ) { settings throws(StepError) in
        DetectStep(
            classes: settings.integer("classes"), layerWords: LayerWords(settings), text: settings.text)
    }
}
