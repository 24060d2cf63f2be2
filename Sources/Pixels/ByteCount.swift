/// So many bytes, as people read them.
package enum ByteCount {
    /// `3.7 MiB`
    package static func text(_ count: Int) -> String {
        switch count {
        case ..<1024: return "\(count) bytes"
        case ..<(1 << 20): return "\((count + 1023) >> 10) KiB"
        case ..<(1 << 30): return tenths(count, of: 0x1p20) + " MiB"
        default: return tenths(count, of: 0x1p30) + " GiB"
        }
    }

    private static func tenths(_ count: Int, of unit: Double) -> String {
        let tenths = Int((Double(count) / unit * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}
