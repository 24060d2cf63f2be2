import Pixels

/// Why a picture could not be read or written: facts. `message(for:)` makes the sentence.
public enum CodecError: Error, Hashable, Sendable {
    // The file is at fault.
    case empty
    case unknownFormat(firstBytes: [UInt8])
    /// The bytes end before the picture does.
    case truncated(PictureFormat)
    /// What is wrong, as a clause: `the height is 0`.
    case damaged(PictureFormat, String)
    /// A sample is infinite or not a number.
    case nonFinite(PictureFormat, column: Int, row: Int, channel: Int)

    // kern is at fault.
    case unsupported(PictureFormat, String)
    /// A format that this kern was built without.
    case notBuiltIn(PictureFormat)

    // A limit is. `found` is nil where it is only known to be too much.
    case overLimit(Limit, found: Int?, allowed: Int)

    // The caller is.
    case cannotStoreChannels(PictureFormat, Channels)
    case cannotStoreDepth(PictureFormat, Depth)
    case cannotStoreSize(PictureFormat, Size)
    case unknownExtension(path: String)
    /// The output exists and was not to be replaced.
    case exists

    // The world is.
    case system(Operation, errno: Int32)
    case outOfMemory
    /// The library refuses to write, in its words.
    case refused(PictureFormat, String)

    public enum Operation: String, Hashable, Sendable {
        case open
        case read
        case create
        case write
        case replace
    }

    public enum Fault: Hashable, Sendable {
        case file
        case unsupported
        case limit
        case caller
        case world
    }

    public var fault: Fault {
        switch self {
        case .empty, .unknownFormat, .truncated, .damaged, .nonFinite: .file
        case .unsupported, .notBuiltIn: .unsupported
        case .overLimit: .limit
        case .cannotStoreChannels, .cannotStoreDepth, .cannotStoreSize, .unknownExtension, .exists: .caller
        case .system, .outOfMemory, .refused: .world
        }
    }
}
