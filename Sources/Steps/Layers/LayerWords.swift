/// What every step with weights may be told about them.
public struct LayerWords: Hashable, Sendable {
    /// What the weights are called by in a model file; nil for the word and its number.
    public var name: String?
    public var isFrozen: Bool
    /// Where learning starts: kernels by name, or a rule for chance.
    public var start: String?

    public init(name: String? = nil, isFrozen: Bool = false, start: String? = nil) {
        self.name = name
        self.isFrozen = isFrozen
        self.start = start
    }

    init(_ settings: Settings) {
        name = settings.has("name") ? settings.string("name") : nil
        isFrozen = settings.has("freeze")
        start = settings.has("init") ? settings.string("init") : nil
    }

    static let settings: [Setting] = [
        .key("name", .text, "what its weights are called by in a model file"),
        .key("freeze", .flag, "leave its weights as they are while others learn"),
    ]

    static let start = Setting.key(
        "init", .text, "where learning starts: he, xavier, zero, or kernels by name, as in init=sobel-x,sobel-y")
}

/// A step with weights of its own.
public protocol WeightedStep: Step {
    var layerWords: LayerWords { get }
}
