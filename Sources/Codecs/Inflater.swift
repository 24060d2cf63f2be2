import CLibISAL

/// A zlib stream unpacked piece by piece: ISA-L's inflate, which keeps the window and checks the Adler-32 itself.
///
/// A stream may look 32 KiB back whatever window its head declares: encoders that declare too small a one exist, and
/// their pixels are whole.
final class Inflater {
    /// What is wrong with a stream, as a clause.
    struct Damage: Error {
        let reason: String
    }

    private static let headSize = 2

    private let state = UnsafeMutablePointer<inflate_state>.allocate(capacity: 1)
    private var head: [UInt8] = []
    /// The output was full after the last call, so that more of it may wait inside.
    private var mayHoldOutput = false

    init() {
        isal_inflate_init(state)
        state.pointee.crc_flag = UInt32(ISAL_ZLIB_NO_HDR_VER)
    }

    deinit { state.deallocate() }

    /// Whether the stream has ended and its checksum was right.
    var isDone: Bool { state.pointee.block_state == ISAL_BLOCK_FINISH }

    /// Whether a call without input can give nothing.
    var needsInput: Bool { !mayHoldOutput }

    /// Unpacks until `input` or the room in `output` is used up, or the stream ends. Takes what it used off `input`;
    /// returns the number of bytes written.
    func inflate(
        _ input: inout UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(Damage) -> Int {
        while head.count < Self.headSize, let byte = input.first {
            head.append(byte)
            input = UnsafeRawBufferPointer(rebasing: input.dropFirst())
            if head.count == Self.headSize { try checkHead() }
        }
        if input.isEmpty && needsInput { return 0 }
        // ISA-L does not write to its input; its declaration only lacks the word.
        state.pointee.next_in = UnsafeMutablePointer(
            mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
        state.pointee.avail_in = UInt32(clamping: input.count)
        state.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
        state.pointee.avail_out = UInt32(clamping: output.count)
        let room = Int(state.pointee.avail_out)
        let given = Int(state.pointee.avail_in)
        let status = isal_inflate(state)
        // After a failure the counts mean nothing: ISA-L may hand back more than it was given.
        guard status == ISAL_DECOMP_OK else { throw Self.damage(status) }
        input = UnsafeRawBufferPointer(rebasing: input.dropFirst(given - Int(state.pointee.avail_in)))
        mayHoldOutput = state.pointee.avail_out == 0 && !isDone
        return room - Int(state.pointee.avail_out)
    }

    /// RFC 1950: method and window, then flags that make both a multiple of 31.
    private func checkHead() throws(Damage) {
        let (method, flags) = (head[0], head[1])
        guard method & 15 == 8, method >> 4 <= 7, (Int(method) << 8 | Int(flags)) % 31 == 0 else {
            throw Damage(reason: "incorrect header check")
        }
        if flags & 0x20 != 0 { throw Damage(reason: "it needs a dictionary, which PNG does not have") }
    }

    private static func damage(_ status: Int32) -> Damage {
        switch status {
        case ISAL_INVALID_BLOCK: Damage(reason: "invalid block")
        case ISAL_INVALID_SYMBOL: Damage(reason: "invalid code")
        case ISAL_INVALID_LOOKBACK: Damage(reason: "invalid distance too far back")
        case ISAL_INCORRECT_CHECKSUM: Damage(reason: "incorrect data check")
        default: Damage(reason: "invalid stream")
        }
    }
}
