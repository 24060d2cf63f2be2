import CLanes

extension kern_block_divisors {
    /// Rounds to nearest, halves away from 0, and is right for all that is below 2^15: with 2^s the largest power below the divisor,
    /// the reciprocal is 2^(16 + s) over it, rounded up, so that it is too large by less than the divisor times 2^-(16 + s).
    package init(_ factors: UnsafePointer<UInt16>) {
        self.init()
        withUnsafeMutableBytes(of: &self) { bytes in
            let words = bytes.bindMemory(to: UInt16.self)
            for place in 0..<64 {
                let divisor = 8 * UInt32(factors[place])
                let shift = UInt32(31 - (divisor - 1).leadingZeroBitCount)
                words[place] = UInt16(divisor / 2)
                words[64 + place] = UInt16((1 << (16 + shift) + divisor - 1) / divisor)
                words[128 + place] = UInt16(1 << (16 - shift))
            }
        }
    }
}
