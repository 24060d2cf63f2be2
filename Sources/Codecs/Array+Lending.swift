extension Array where Element == UInt8 {
    /// `withUnsafeBytes` for bodies that throw `CodecError`.
    func lend<Result>(_ body: (UnsafeRawBufferPointer) throws(CodecError) -> Result) throws(CodecError) -> Result {
        try withUnsafeBytes { bytes in Swift.Result { () throws(CodecError) in try body(bytes) } }.get()
    }

    /// `withUnsafeMutableBytes` for bodies that throw `CodecError`.
    mutating func lendMutable<Result>(
        _ body: (UnsafeMutableRawBufferPointer) throws(CodecError) -> Result
    ) throws(CodecError) -> Result {
        try withUnsafeMutableBytes { bytes in Swift.Result { () throws(CodecError) in try body(bytes) } }.get()
    }
}
