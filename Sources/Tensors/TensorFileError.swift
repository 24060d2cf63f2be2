/// Why a file is no safetensors file that kern reads: facts. `message(for:)` makes the sentence.
public enum TensorFileError: Error, Hashable, Sendable {
    case tooShort(bytes: Int)
    case headerTooLong(claimed: UInt64)
    case headerCutShort(claimed: UInt64, there: Int)
    /// What is wrong, as a clause, and at which byte of the header.
    case header(String, position: Int)
    /// A tensor lacks one of the three things it needs.
    case missing(String, tensor: String)
    case tooManyDimensions(tensor: String, allowed: Int)
    case tooLarge(tensor: String, dimensions: [Int])
    case unreadableType(String, tensor: String)
    /// The values' bytes are not as many as type and dimensions need.
    case wrongSize(tensor: String, needed: Int, given: Int)
    case outside(tensor: String, end: Int, there: Int)
    case overlap(tensor: String, with: String)
    /// Bytes that belong to no tensor, in front of one.
    case gap(before: String, bytes: Int)
    case trailing(bytes: Int)
    /// A value that a float cannot hold.
    case unfit(value: String, tensor: String)

    /// One sentence without a full stop: which file, what is wrong and where, what to do.
    public func message(for file: String) -> String {
        "\(file) is not a safetensors file that kern can read: \(reason); get an intact copy, or save it anew as F32"
    }

    private var reason: String {
        switch self {
        case .tooShort(let bytes): "it has \(bytes) bytes, and its length alone takes 8"
        case .headerTooLong(let claimed):
            "its header claims \(claimed) bytes, and at most \(TensorFile.maxHeaderBytes) are allowed"
        case .headerCutShort(let claimed, let there): "its header claims \(claimed) bytes, and \(there) are there"
        case .header(let what, let position): "byte \(position) of its header: \(what)"
        case .missing(let what, let tensor): "'\(tensor.printable)' has no '\(what)'"
        case .tooManyDimensions(let tensor, let allowed):
            "'\(tensor.printable)' has more than \(allowed) dimensions"
        case .tooLarge(let tensor, let dimensions):
            "'\(tensor.printable)' claims \(dimensions.map(String.init).joined(separator: "×")) values, "
                + "more than can be counted"
        case .unreadableType(let type, let tensor):
            "'\(tensor.printable)' is of type \(type.printable), and kern reads F32, F16, BF16, F64, whole numbers and BOOL"
        case .wrongSize(let tensor, let needed, let given):
            "'\(tensor.printable)' needs \(needed) bytes by its type and shape, and its offsets give it \(given)"
        case .outside(let tensor, let end, let there):
            "'\(tensor.printable)' ends at byte \(end) of the values, and there are \(there)"
        case .overlap(let tensor, let other): "'\(tensor.printable)' overlaps '\(other.printable)'"
        case .gap(let before, let bytes): "\(bytes) bytes in front of '\(before.printable)' belong to no tensor"
        case .trailing(let bytes): "\(bytes) bytes at its end belong to no tensor"
        case .unfit(let value, let tensor): "'\(tensor.printable)' holds \(value), which a float cannot hold"
        }
    }
}
