import CLanes
import Pixels

/// A convolution whose weights come with each call, planned for a batch of pictures: forwards on any band of rows, and
/// the gradients by its input, weights and bias.
///
/// Pictures are laid out flat (`LayerLayout`), so that a tap is an offset and a run of outputs goes on across the ends of
/// rows; a few columns between the rows are computed for nothing. Every sum has a fixed order: no result depends on
/// bands or threads.
public struct LayerConvolution: Sendable {
    public let geometry: Geometry
    public let border: Border
    public let groups: Int
    public let input: Shape
    public let output: Shape

    let forward: LayerLayout
    /// What the gradients by the weights are summed over at one time: rows of one picture, or several small pictures.
    let segment: LayerLayout
    let segmentPictures: Int
    /// All rows, for the way back.
    let down: LayerAxis
    /// What goes by tiles: the way forwards, back to the input, and to the gradients by the weights.
    private(set) var tiles: TiledLayer?
    private(set) var backTiles: TiledLayer?
    private(set) var weightTiles: TiledLayer?

    /// How whole batches are computed while they are learned from.
    public enum Method: Hashable, Sendable {
        /// Every tap by itself, as `run` does.
        case direct
        /// 3×3 kernels by tiles wherever that is possible.
        case tiles
        /// By tiles where that takes less time.
        case cheapest
    }

    /// Pictures whose gradients are summed one after another; such parts are then added in order.
    static let picturesInPart = 16

    /// - Throws: a `GeometryError` where the window, the border or the groups do not go with the picture.
    public init(
        window: Window, border: Border = .zero, groups: Int = 1, input: Shape, outputs: Int,
        method: Method = .cheapest
    ) throws(GeometryError) {
        guard groups > 0, input.channels % groups == 0, outputs % groups == 0 else {
            throw .groups(channels: input.channels, outputs: outputs, groups: groups)
        }
        precondition(border != .keep && border != .renorm, "border=\(border) is not for weights that are learned")
        geometry = try Geometry(window, input: input.size)
        self.border = border
        self.groups = groups
        self.input = input
        output = Shape(count: input.count, channels: outputs, size: geometry.output)

        let (rows, channels) = (geometry.y.output, input.channels / groups)
        let across = LayerAxis(geometry.x, outputs: geometry.x.output)
        let pitch = across.pitch(sharesOutside: border.isUniform)
        down = LayerAxis(geometry.y, outputs: rows)
        // What is laid out stays in the second cache; a single picture still makes pieces for several threads.
        var band = max(LayerConvolution.cachedSamples / max(1, pitch * channels), 1)
        if input.count < 8 { band = min(band, (rows + 7) / 8) }
        band = min(rows, max(band, min(down.reach, 16), 4))
        forward = LayerLayout(geometry, border: border, across: across, pitch: pitch, rows: band)

        let segments = max(1, rows * pitch / LayerConvolution.segmentSamples)
        segment = LayerLayout(
            geometry, border: border, across: across, pitch: pitch, rows: (rows + segments - 1) / segments)
        var pictures = 1
        while segments == 1, pictures < LayerConvolution.picturesInPart,
            2 * pictures * segment.run(ofRows: rows) <= LayerConvolution.segmentSamples * 3 / 2
        {
            pictures *= 2
        }
        segmentPictures = pictures
        try planTiles(method)
    }

    private mutating func planTiles(_ method: Method) throws(GeometryError) {
        guard method != .direct, groups == 1, input.count > 0,
            let layer = TiledLayer(geometry, border: border, input: input, outputs: output.channels)
        else { return }
        let isForced = method == .tiles
        if isForced || layer.paysForward { tiles = layer }
        if isForced || layer.paysForWeights(picturesInPart: LayerConvolution.picturesInPart) { weightTiles = layer }
        // A border that repeats pixels would have to be folded back.
        guard border.isUniform else { return }
        let (x, y) = (geometry.x, geometry.y)
        let window = Window(
            size: Size(3),
            padding: .sides(top: 2 - y.before, right: 2 - x.after, bottom: 2 - y.after, left: 2 - x.before))
        let back = TiledLayer(
            try Geometry(window, input: output.size), border: .zero, input: output, outputs: input.channels)
        if let back, isForced || back.paysForward { backTiles = back }
    }

    static let cachedSamples = 40_000
    static let segmentSamples = 1024

    var inputsPerGroup: Int { input.channels / groups }
    var outputsPerGroup: Int { output.channels / groups }
    var kernelTaps: Int { geometry.x.kernel * geometry.y.kernel }
    /// The weights of one output.
    var tapCount: Int { inputsPerGroup * kernelTaps }

    public var weights: Shape {
        Shape(count: output.channels, channels: inputsPerGroup, height: geometry.y.kernel, width: geometry.x.kernel)
    }

    /// How far one channel lies behind the one before: an odd number of cache lines, so that channels do not take turns
    /// in the same few places of the cache.
    static func step(_ samples: Int) -> Int { ((samples + 15) / 16 | 1) * 16 }

    /// How many jobs a thread claims at a time.
    static func grain(_ jobs: Int, on machine: Machine) -> Int {
        let workers = machine.workers
        return workers == 1 ? jobs : max(1, jobs / (workers * 8))
    }
}
