/// Tensors and notes as a safetensors file holds them.
///
/// The file is the length of its header (8 bytes, the lowest first), the header (JSON: for each tensor its type, its
/// dimensions and where its values lie; `__metadata__` for texts), and the values, without a gap.
///
///     let file = TensorFile(tensors: [edges], metadata: [.init(key: "format", value: "kern 1")])
///     let bytes = file.bytes()                        // the same for the same file, always
///     try TensorFile(parsing: bytes).tensors == file.tensors
public struct TensorFile: Hashable, Sendable {
    /// A text that travels with the tensors.
    public struct Note: Hashable, Sendable {
        public var key: String
        public var value: String

        public init(key: String, value: String) {
            self.key = key
            self.value = value
        }
    }

    /// In the order in which their values lie in the file; no two have the same name.
    public var tensors: [Tensor]
    /// In the order in which they are written; no two have the same key.
    public var metadata: [Note]

    public init(tensors: [Tensor], metadata: [Note] = []) {
        self.tensors = tensors
        self.metadata = metadata
    }

    /// The text noted under `key`.
    public func note(_ key: String) -> String? { metadata.first { $0.key == key }?.value }

    /// The longest header that is read; the format sets it.
    public static let maxHeaderBytes = 100_000_000

    static let lengthBytes = 8
    static let metadataKey = "__metadata__"

    /// The file, its values as F32. The header is padded with blanks, so that the values lie at a multiple of 8.
    public func bytes() -> [UInt8] {
        precondition(
            Set(tensors.map(\.name)).count == tensors.count && Set(metadata.map(\.key)).count == metadata.count,
            "two tensors or two notes have the same name")
        var header = Array(JSON.object(headerMembers()).text.utf8)
        header.append(contentsOf: repeatElement(0x20, count: -header.count & 7))
        precondition(header.count <= Self.maxHeaderBytes, "a header of \(header.count) bytes is too long")
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.lengthBytes + header.count + 4 * tensors.reduce(0) { $0 + $1.values.count })
        withUnsafeBytes(of: UInt64(header.count).littleEndian) { bytes.append(contentsOf: $0) }
        bytes.append(contentsOf: header)
        for tensor in tensors {
            for value in tensor.values {
                withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
            }
        }
        return bytes
    }

    private func headerMembers() -> [JSON.Member] {
        var members: [JSON.Member] = []
        if !metadata.isEmpty {
            let notes = metadata.map { JSON.Member(key: $0.key, value: .string($0.value)) }
            members.append(.init(key: Self.metadataKey, value: .object(notes)))
        }
        var begin = 0
        for tensor in tensors {
            precondition(tensor.name != Self.metadataKey, "no tensor may be called \(Self.metadataKey)")
            let end = begin + 4 * tensor.values.count
            let value: JSON = [
                "dtype": "F32", "shape": .array(tensor.dimensions.map(JSON.integer)),
                "data_offsets": [.integer(begin), .integer(end)],
            ]
            members.append(.init(key: tensor.name, value: value))
            begin = end
        }
        return members
    }
}
