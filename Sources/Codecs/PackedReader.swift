import CLibISAL

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Reads a file in order, unpacked where it is gzip: data sets are handed around as either.
package final class PackedReader {
    package enum Failure: Error, Hashable {
        case system(CodecError)
        /// What is wrong with the packed data, as a clause.
        case damaged(String)
    }

    /// Deflate makes nothing smaller than this, so that a promise of more is known to be empty.
    private static let mostDense = 1032
    private static let magic: [UInt8] = [0x1F, 0x8B]

    private let source: ByteSource
    /// nil where the file is not packed.
    private let state: UnsafeMutablePointer<inflate_state>?

    package init(path: String) throws(Failure) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system(.system(.open, errno: errno)) }
        let source = ByteSource(descriptor: descriptor, isOwned: true)
        self.source = source
        let isPacked = try Self.orFailure { () throws(CodecError) in try source.peek(2) } == Self.magic
        state = isPacked ? .allocate(capacity: 1) : nil
        begin()
    }

    deinit { state?.deallocate() }

    private func begin() {
        guard let state else { return }
        isal_inflate_init(state)
        state.pointee.crc_flag = UInt32(ISAL_GZIP)
    }

    private static func orFailure<Result>(_ body: () throws(CodecError) -> Result) throws(Failure) -> Result {
        do throws(CodecError) { return try body() } catch { throw .system(error) }
    }

    /// Bytes that can still come at the very most, where that can be told.
    package var mostRemaining: Int? {
        guard let left = source.remaining else { return nil }
        guard let state else { return left }
        let held = MemoryLayout.size(ofValue: state.pointee)
        let (most, overflow) = left.multipliedReportingOverflow(by: Self.mostDense)
        return overflow ? nil : most + held
    }

    /// Fills `out` as far as the bytes reach; returns how many there were.
    package func read(into out: UnsafeMutableRawBufferPointer) throws(Failure) -> Int {
        guard let state else { return try Self.orFailure { () throws(CodecError) in try source.read(into: out) } }
        var done = 0
        while done < out.count {
            if state.pointee.block_state == ISAL_BLOCK_FINISH, try !beginNext() { break }
            done += try unpack(state, into: UnsafeMutableRawBufferPointer(rebasing: out[done...]))
        }
        return done
    }

    /// A gzip file may be several, one behind the other. What follows the last is nothing to do with them.
    private func beginNext() throws(Failure) -> Bool {
        let isPacked = try Self.orFailure { () throws(CodecError) in try source.peek(2) } == Self.magic
        if isPacked { begin() }
        return isPacked
    }

    private func unpack(
        _ state: UnsafeMutablePointer<inflate_state>, into out: UnsafeMutableRawBufferPointer
    ) throws(Failure) -> Int {
        let input = try Self.orFailure { () throws(CodecError) in try source.next() }
        // ISA-L does not write to its input; its declaration only lacks the word.
        state.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
        state.pointee.avail_in = UInt32(clamping: input.count)
        state.pointee.next_out = out.baseAddress?.assumingMemoryBound(to: UInt8.self)
        state.pointee.avail_out = UInt32(clamping: out.count)
        let room = Int(state.pointee.avail_out)
        guard isal_inflate(state) == ISAL_DECOMP_OK else { throw .damaged("the packed data is damaged") }
        source.putBack(Int(state.pointee.avail_in))
        let count = room - Int(state.pointee.avail_out)
        if input.isEmpty, count == 0, state.pointee.block_state != ISAL_BLOCK_FINISH {
            throw .damaged("the packed data is cut short")
        }
        return count
    }
}
