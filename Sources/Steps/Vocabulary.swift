/// All words that are steps by themselves. A step = a type in this room and its line here; parsing, help, completion
/// and the docs read this list.
public enum Vocabulary {
    public static let words = families.flatMap(\.self)

    private static let families: [[StepWord]] = [
        PoolStep.words, PoolStep.orderWords, GlobalStep.words,
        ResampleStep.words,
        PointStep.words, MixStep.words, [ArgmaxStep.word],
        CombineStep.words, [ConcatStep.word, SuppressStep.word],
        RescaleStep.words, [HysteresisStep.word],
        [ConvStep.word, DeconvStep.word, DenseStep.word, FlattenStep.word, SoftmaxStep.word],
        [InputStep.word, ZScoreStep.word, BatchNormStep.word, LocalNormStep.word, DropoutStep.word, PReLUStep.word],
        [RegionsStep.word, DetectStep.word],
    ]

    /// What a matrix literal, a `kernel` formula and a kernel file that is one kernel may be told.
    public static let kernelSettings: [Setting] =
        WindowSettings.kernelWords + [.key("flip", .flag, "turn the kernel by 180°: true convolution")]
        + [
            .key("sum", .integer(0...1), "bring the weights' sum to 1 or 0"),
            .key("abs", .integer(1...1), "bring the sum of the weights' magnitudes to 1"),
        ]

    private static let byName = Dictionary(uniqueKeysWithValues: words.map { ($0.name, $0) })

    public static func word(_ name: String) -> StepWord? { byName[name] }
}
