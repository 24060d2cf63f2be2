extension TensorFile {
    /// Of all that the file holds: another one if any single bit of it is another. Against accidents, not against anybody.
    public var checksum: String {
        var sum = Checksum()
        for note in metadata {
            sum.take(note.key)
            sum.take(note.value)
        }
        for tensor in tensors {
            sum.take(tensor.name)
            for size in tensor.dimensions { sum.take(UInt64(truncatingIfNeeded: size)) }
            for value in tensor.values { sum.take(UInt64(value.bitPattern)) }
        }
        return sum.text
    }
}
