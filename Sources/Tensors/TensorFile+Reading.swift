extension TensorFile {
    /// Reads a file, believing nothing of it: every length and offset is checked before anything is made of it.
    ///
    /// Tensors come in the order of their values, whatever the order of the header.
    public init(parsing bytes: [UInt8]) throws(TensorFileError) {
        self = try bytes.withUnsafeBytes { bytes in
            Result { () throws(TensorFileError) in try TensorFile(parsing: bytes) }
        }.get()
    }

    public init(parsing bytes: UnsafeRawBufferPointer) throws(TensorFileError) {
        guard bytes.count >= Self.lengthBytes else { throw .tooShort(bytes: bytes.count) }
        let claimed = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
        guard claimed <= Self.maxHeaderBytes else { throw .headerTooLong(claimed: claimed) }
        let there = bytes.count - Self.lengthBytes
        guard claimed <= there else { throw .headerCutShort(claimed: claimed, there: there) }
        let start = Self.lengthBytes + Int(claimed)
        let header = try TensorHeader(Array(bytes[Self.lengthBytes..<start]))
        let values = UnsafeRawBufferPointer(rebasing: bytes[start...])
        let entries = try header.laidOut(over: values.count)
        tensors = []
        for (entry, type) in entries {
            let part = UnsafeRawBufferPointer(rebasing: values[entry.begin..<entry.end])
            let floats = try type.floats(from: part, of: entry.name)
            tensors.append(Tensor(name: entry.name, dimensions: entry.dimensions, values: floats))
        }
        metadata = header.metadata
    }
}

/// What a header claims, well-formed but not yet believed.
struct TensorHeader {
    struct Entry {
        var name: String
        var type: String
        var dimensions: [Int]
        var begin: Int
        var end: Int
    }

    private static let maxDimensions = 32

    private(set) var entries: [Entry] = []
    private(set) var metadata: [TensorFile.Note] = []

    init(_ bytes: [UInt8]) throws(TensorFileError) {
        var reader = JSONReader(bytes)
        var found: [(name: String, parts: Parts)] = []
        var notes: [TensorFile.Note] = []
        do throws(JSONDamage) {
            guard bytes.first == UInt8(ascii: "{") else { throw reader.damage("no '{'") }
            try reader.readObject { (name, reader) throws(JSONDamage) in
                if name == TensorFile.metadataKey {
                    try reader.readObject { (key, reader) throws(JSONDamage) in
                        notes.append(.init(key: key, value: try reader.readString()))
                    }
                } else {
                    found.append((name, try Parts(from: &reader)))
                }
            }
            try reader.readEnd()
        } catch {
            throw .header(error.reason, position: error.position)
        }
        metadata = notes
        for (name, parts) in found { entries.append(try parts.entry(name)) }
    }

    /// The three things said of a tensor, in whatever order.
    private struct Parts {
        var type: String?
        var dimensions: [Int]?
        var offsets: [Int]?

        init(from reader: inout JSONReader) throws(JSONDamage) {
            var (type, dimensions, offsets): (String?, [Int]?, [Int]?)
            try reader.readObject { (key, reader) throws(JSONDamage) in
                switch key {
                case "dtype": type = try reader.readString()
                case "shape": dimensions = try Self.sizes(from: &reader, atMost: TensorHeader.maxDimensions + 1)
                case "data_offsets": offsets = try Self.sizes(from: &reader, atMost: 2)
                default: throw reader.damage("'\(key.printable)' is nothing that is said of a tensor")
                }
            }
            self.type = type
            self.dimensions = dimensions
            self.offsets = offsets
        }

        private static func sizes(from reader: inout JSONReader, atMost most: Int) throws(JSONDamage) -> [Int] {
            var sizes: [Int] = []
            try reader.readList { (reader) throws(JSONDamage) in
                guard sizes.count < most else { throw reader.damage("a list of more than \(most) numbers") }
                let size = try reader.readInteger()
                guard size >= 0 else { throw reader.damage("\(size) is less than 0") }
                sizes.append(size)
            }
            return sizes
        }

        func entry(_ name: String) throws(TensorFileError) -> Entry {
            guard let type else { throw .missing("dtype", tensor: name) }
            guard let dimensions else { throw .missing("shape", tensor: name) }
            guard let offsets, offsets.count == 2 else { throw .missing("data_offsets", tensor: name) }
            guard dimensions.count <= maxDimensions else {
                throw .tooManyDimensions(tensor: name, allowed: maxDimensions)
            }
            return Entry(name: name, type: type, dimensions: dimensions, begin: offsets[0], end: offsets[1])
        }
    }

    /// The entries by their place, once it is certain that they cover `count` bytes, each of them once.
    func laidOut(over count: Int) throws(TensorFileError) -> [(entry: Entry, type: TensorType)] {
        var checked: [(entry: Entry, type: TensorType)] = []
        for entry in entries {
            guard let type = TensorType(rawValue: entry.type) else {
                throw .unreadableType(entry.type, tensor: entry.name)
            }
            let needed = try entry.bytes(of: type)
            // Offsets the wrong way round give a negative size, which cannot be right either.
            guard entry.end - entry.begin == needed else {
                throw .wrongSize(tensor: entry.name, needed: needed, given: entry.end - entry.begin)
            }
            guard entry.end <= count else { throw .outside(tensor: entry.name, end: entry.end, there: count) }
            checked.append((entry, type))
        }
        checked.sort { ($0.entry.begin, $0.entry.end) < ($1.entry.begin, $1.entry.end) }
        var (end, last) = (0, "")
        for (entry, _) in checked {
            if entry.begin < end { throw .overlap(tensor: entry.name, with: last) }
            if entry.begin > end { throw .gap(before: entry.name, bytes: entry.begin - end) }
            (end, last) = (entry.end, entry.name)
        }
        if end < count { throw .trailing(bytes: count - end) }
        return checked
    }
}

extension TensorHeader.Entry {
    /// Counted as if no dimension were 0, so that the product is safe in whatever order it is made.
    fileprivate func bytes(of type: TensorType) throws(TensorFileError) -> Int {
        var product = type.size
        for dimension in dimensions where dimension > 0 {
            let (next, overflow) = product.multipliedReportingOverflow(by: dimension)
            if overflow { throw .tooLarge(tensor: name, dimensions: dimensions) }
            product = next
        }
        return dimensions.contains(0) ? 0 : product
    }
}
