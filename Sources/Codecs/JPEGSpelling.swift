/// One of JPEG's Huffman codes, to be written: for each symbol how many bits and, above the lowest eight, which. Nothing owns the
/// memory but whoever made it.
struct JPEGSpelling {
    private static let symbols = 256
    let codes: UnsafeMutablePointer<UInt32>

    init(counts: UnsafePointer<UInt8>, symbols: UnsafePointer<UInt8>) {
        codes = .allocate(capacity: Self.symbols)
        codes.initialize(repeating: 0, count: Self.symbols)
        var code: UInt32 = 0
        var place = 0
        for length in 1...JPEGCode.longest {
            for _ in 0..<counts[length] {
                codes[Int(symbols[place])] = code << 8 | UInt32(length)
                code += 1
                place += 1
            }
            code <<= 1
        }
    }

    func deallocate() { codes.deallocate() }
}
