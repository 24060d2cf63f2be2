import Codecs
import Convolution
import Pixels

/// How large pictures are cut into pieces, each an example: squares of `side`, of which what lies within `margin` of a cut
/// does not count.
public struct Cutting: Hashable, Sendable {
    public var side: Int
    public var margin: Int

    public init(side: Int, margin: Int) {
        self.side = side
        self.margin = margin
    }
}

/// Pairs of pictures that are cut as they are read, so that they may be of any sizes.
struct PairPieces {
    private let pairs: PicturePairs
    private let options: DataOptions
    private let headers: [PictureHeader]
    private let size: Size
    private let margin: Int

    /// - Returns: nil where the pictures are no larger than a piece, or the program cannot learn from pieces.
    init?(_ pairs: PicturePairs, _ options: DataOptions) throws(DataError) {
        guard options.fit == nil, let cutting = options.cutting else { return nil }
        var headers: [PictureHeader] = []
        for pair in pairs.pairs {
            do {
                headers.append(try PictureReader(path: pair.before, limits: options.limits).header)
            } catch {
                throw .pictures([PictureLoader.sentence(error, pair.before)], count: 1, of: pairs.pairs.count)
            }
        }
        guard let found = cutting(headers[0]) else { return nil }
        // All pieces are of one size: where a picture is smaller, as small as it is.
        let size = Size(
            width: min(found.side, headers.lazy.map(\.size.width).min() ?? 1),
            height: min(found.side, headers.lazy.map(\.size.height).min() ?? 1))
        guard headers.contains(where: { $0.size != size }) else { return nil }
        for (pair, header) in zip(pairs.pairs, headers) {
            for (length, piece) in [(header.size.width, size.width), (header.size.height, size.height)]
            where length > piece && piece <= 2 * found.margin {
                throw .piecesTooSmall(size, needed: 2 * found.margin + 1, place: pair.before)
            }
        }
        self.pairs = pairs
        self.options = options
        self.headers = headers
        self.size = size
        margin = found.margin
    }

    func cut() throws(DataError) -> ExampleSet {
        try requireMemory()
        var inputs: [Float] = []
        var wanted: [Float] = []
        var channels = (0, 0)
        for (index, pair) in pairs.pairs.enumerated() {
            let (shape, samples) = try PictureLoader(options, fit: nil).load([pair.before], place: pair.before)
            let (targetShape, targets) = try PictureLoader(options, fit: nil).load([pair.after], place: pair.after)
            guard targetShape.size == shape.size else {
                throw .fitting(pair.after, "it is \(targetShape.size) and its picture is \(shape.size)")
            }
            if index == 0 { channels = (shape.channels, targetShape.channels) }
            guard channels == (shape.channels, targetShape.channels) else {
                throw .channels(first: pairs.pairs[0].before, channels.0, other: pair.before, shape.channels)
            }
            let whole = ExampleSet(shape: shape, samples: samples, targets: .pictures(targetShape, targets))
            let own = whole.pieces(of: size, margin: margin)
            inputs += own.inputs
            wanted += own.targets
        }
        let count = inputs.count / (channels.0 * size.width * size.height)
        return ExampleSet(
            shape: Shape(count: count, channels: channels.0, size: size), samples: .floats(inputs),
            targets: .pictures(Shape(count: count, channels: channels.1, size: size), .floats(wanted)))
    }

    private func requireMemory() throws(DataError) {
        var samples = 0.0
        for header in headers {
            let pieces = [(header.size.width, size.width), (header.size.height, size.height)].map { length, piece in
                Double(ExampleSet.cuts(length, side: piece, margin: margin).count * piece)
            }
            samples += 2 * pieces[0] * pieces[1] * Double(header.channels.count)
        }
        let bytes = samples * Double(MemoryLayout<Float>.stride)
        guard bytes <= Double(options.maxMemory) else {
            throw .memory(
                needed: Int(exactly: bytes.rounded()), allowed: options.maxMemory, place: "the pictures in pieces")
        }
    }
}
