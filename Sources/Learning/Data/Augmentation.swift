import Pixels

/// How examples are changed each time they are looked at, so that a net learns what does not matter.
///
///     let augmentation = try Augmentation("flip shift=2 rotate=10 contrast=0.2")
///
/// What is drawn for an example depends on seed, epoch and example alone. Flips, shifts, turns and zooms change
/// a picture and its target picture or mask alike; light and noise change the picture only.
public struct Augmentation: Hashable, Sendable {
    /// Mirrors half of the pictures, left to right.
    public var flips = false
    /// Mirrors half of the pictures, top to bottom.
    public var flipsVertically = false
    /// Up to so many pixels in each direction; what comes in repeats the edge.
    public var shift = 0
    /// Up to so many pixels in each direction; what comes in is black: padding all around, and then a crop.
    public var crop = 0
    /// Up to so many degrees in either direction, around the middle.
    public var rotation: Float = 0
    /// Larger or smaller by up to this share.
    public var zoom: Float = 0
    /// Up to so much is added or taken away; white is 1.
    public var brightness: Float = 0
    /// Distances from the picture's mean grow or shrink by up to this share.
    public var contrast: Float = 0
    /// The deviation of normal noise.
    public var noise: Float = 0
    /// The side of a square that is replaced by the picture's mean, somewhere.
    public var cutout = 0

    public init() {}

    /// Whether nothing is changed.
    public var isNone: Bool { self == Augmentation() }

    var isResampling: Bool { rotation != 0 || zoom != 0 }
    var moves: Bool { shift != 0 || crop != 0 || isResampling }

    /// What changes a picture and not its target.
    var ofPictureAlone: Augmentation {
        var own = Augmentation()
        (own.brightness, own.contrast, own.noise, own.cutout) = (brightness, contrast, noise, cutout)
        return own
    }

    /// What may be written.
    public static let words = [
        "flip", "flip-vertical", "shift=N", "crop=N", "rotate=DEGREES", "zoom=SHARE", "brightness=SHARE",
        "contrast=SHARE",
        "noise=SHARE", "cutout=N",
    ]

    /// From words between blanks or commas.
    public init(_ text: String) throws(AugmentationError) {
        for word in text.split(whereSeparator: { $0 == " " || $0 == "," }) {
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let value = parts.count == 2 ? parts[1] : nil
            switch (parts[0], value) {
            case ("flip", nil): flips = true
            case ("flip-vertical", nil): flipsVertically = true
            case ("shift", let value?): shift = try Self.pixels(value, String(word))
            case ("crop", let value?): crop = try Self.pixels(value, String(word))
            case ("cutout", let value?): cutout = try Self.pixels(value, String(word))
            case ("rotate", let value?): rotation = try Self.number(value, String(word), atMost: 180)
            case ("zoom", let value?): zoom = try Self.number(value, String(word), atMost: 0.9)
            case ("brightness", let value?): brightness = try Self.number(value, String(word), atMost: 1)
            case ("contrast", let value?): contrast = try Self.number(value, String(word), atMost: 1)
            case ("noise", let value?): noise = try Self.number(value, String(word), atMost: 1)
            case ("flip", _?), ("flip-vertical", _?): throw .value(String(word), "no number: half are mirrored")
            case (let name, nil):
                // Only the number is missing.
                guard let whole = Self.words.first(where: { $0.hasPrefix(name + "=") }) else { throw .unknown(name) }
                throw .value(name, "its number: \(whole)")
            default: throw .unknown(String(word))
            }
        }
    }

    private static func pixels(_ text: String, _ word: String) throws(AugmentationError) -> Int {
        guard let value = Int(text), (0...4096).contains(value) else {
            throw .value(word, "a whole number from 0 to 4096")
        }
        return value
    }

    private static func number(
        _ text: String, _ word: String, atMost most: Float
    ) throws(AugmentationError) -> Float {
        guard let value = Float(text), value >= 0, value <= most else {
            throw .value(word, "a number from 0 to \(most)")
        }
        return value
    }
}

/// Why examples cannot be changed as asked.
public enum AugmentationError: Error, Hashable, Sendable {
    case unknown(String)
    case value(String, String)
    /// The target has another size, so that it cannot be moved alike.
    case sizes(picture: Shape, target: Shape)
    /// Of regions what lies where is to be learned: they may be mirrored, but not moved.
    case regions
    /// A program that would give pictures of another shape.
    case program(from: Shape, to: Shape)
}

extension AugmentationError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unknown(let word):
            "'\(word)' changes no pictures; what does: \(Augmentation.words.joined(separator: ", "))"
        case .value(let word, let expected): "'\(word)' needs \(expected)"
        case .sizes(let picture, let target):
            "pictures of \(picture) and targets of \(target) cannot be moved alike; leave out shift, crop, rotate and zoom"
        case .regions:
            "regions of pictures cannot be moved, as it is to be learned where things lie in them; leave out shift, crop, rotate "
                + "and zoom: regions lie beside things by chance as it is"
        case .program(let from, let to):
            "a program that changes examples must leave their shape: it makes \(to) of \(from)"
        }
    }
}
