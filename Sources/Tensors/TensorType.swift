/// How a file stores values, as far as floats can hold them: F32 as they are, narrower ones exactly, F64 rounded, whole
/// numbers where the float is the same number.
enum TensorType: String {
    case float32 = "F32"
    case float16 = "F16"
    case brain16 = "BF16"
    case float64 = "F64"
    case bool = "BOOL"
    case uint8 = "U8"
    case int8 = "I8"
    case uint16 = "U16"
    case int16 = "I16"
    case uint32 = "U32"
    case int32 = "I32"
    case uint64 = "U64"
    case int64 = "I64"

    /// Bytes of a value.
    var size: Int {
        switch self {
        case .bool, .uint8, .int8: 1
        case .float16, .brain16, .uint16, .int16: 2
        case .float32, .uint32, .int32: 4
        case .float64, .uint64, .int64: 8
        }
    }

    /// `bytes` are a multiple of `size`, at any address.
    func floats(from bytes: UnsafeRawBufferPointer, of tensor: String) throws(TensorFileError) -> [Float] {
        switch self {
        case .float32: Self.read(bytes) { (bits: UInt32) in Float(bitPattern: bits) }
        case .float16: Self.read(bytes, Self.half)
        case .brain16: Self.read(bytes) { (bits: UInt16) in Float(bitPattern: UInt32(bits) << 16) }
        case .float64:
            try Self.readChecked(bytes, tensor) { (bits: UInt64) in
                let value = Double(bitPattern: bits)
                let float = Float(value)
                return float.isInfinite && value.isFinite ? nil : float
            } shown: {
                Double(bitPattern: $0).description
            }
        case .bool, .uint8: Self.read(bytes) { (value: UInt8) in Float(value) }
        case .int8: Self.read(bytes) { (value: Int8) in Float(value) }
        case .uint16: Self.read(bytes) { (value: UInt16) in Float(value) }
        case .int16: Self.read(bytes) { (value: Int16) in Float(value) }
        case .uint32: try Self.readExactly(bytes, tensor, UInt32.self)
        case .int32: try Self.readExactly(bytes, tensor, Int32.self)
        case .uint64: try Self.readExactly(bytes, tensor, UInt64.self)
        case .int64: try Self.readExactly(bytes, tensor, Int64.self)
        }
    }

    private static func read<Bits: FixedWidthInteger & BitwiseCopyable>(
        _ bytes: UnsafeRawBufferPointer, _ float: (Bits) -> Float
    ) -> [Float] {
        let count = bytes.count / MemoryLayout<Bits>.size
        return [Float](unsafeUninitializedCapacity: count) { floats, initialized in
            for index in 0..<count {
                let offset = index * MemoryLayout<Bits>.size
                floats.initializeElement(
                    at: index, to: float(Bits(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Bits.self)))
                )
            }
            initialized = count
        }
    }

    private static func readExactly<Whole: FixedWidthInteger & BitwiseCopyable>(
        _ bytes: UnsafeRawBufferPointer, _ tensor: String, _: Whole.Type
    ) throws(TensorFileError) -> [Float] {
        try readChecked(bytes, tensor) { (value: Whole) in
            Float(exactly: value)
        } shown: {
            $0.description
        }
    }

    private static func readChecked<Bits: FixedWidthInteger & BitwiseCopyable>(
        _ bytes: UnsafeRawBufferPointer, _ tensor: String, _ float: (Bits) -> Float?, shown: (Bits) -> String
    ) throws(TensorFileError) -> [Float] {
        var unfit: Bits?
        let floats = read(bytes) { (bits: Bits) in
            if let value = float(bits) { return value }
            unfit = unfit ?? bits
            return 0
        }
        if let unfit { throw .unfit(value: shown(unfit), tensor: tensor) }
        return floats
    }

    /// Swift has no Float16 on every machine.
    private static func half(_ bits: UInt16) -> Float {
        let sign = UInt32(bits & 0x8000) << 16
        let exponent = UInt32(bits >> 10 & 0x1F)
        let fraction = UInt32(bits & 0x3FF)
        switch exponent {
        case 0: return Float(bitPattern: sign | (Float(fraction) * 0x1p-24).bitPattern)
        case 0x1F: return Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
        default: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
        }
    }
}
