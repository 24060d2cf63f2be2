import CImageCodecs

// What the PNG and JPEG codecs share: bytes lent to C, and C's reports turned into facts.

/// Lends the next bytes of the `ByteSource` behind `context`.
let refillFromSource: kc_refill = { context, bytes in
    guard let context, let bytes else { return -1 }
    let source = Unmanaged<ByteSource>.fromOpaque(context).takeUnretainedValue()
    do throws(CodecError) {
        let lent = try source.next()
        bytes.pointee = lent.baseAddress?.assumingMemoryBound(to: UInt8.self)
        return lent.count
    } catch {
        source.failure = error
        return -1
    }
}

/// Hands bytes to the `ByteSink` behind `context`.
let drainToSink: kc_drain = { context, bytes, count in
    guard let context else { return false }
    let sink = Unmanaged<ByteSink>.fromOpaque(context).takeUnretainedValue()
    do throws(CodecError) {
        try sink.write(UnsafeRawBufferPointer(start: bytes, count: count))
        return true
    } catch {
        sink.failure = error
        return false
    }
}

extension Limits {
    var forC: kc_limits {
        kc_limits(
            memory: UInt64(max(0, maxMemory)), chunk_bytes: UInt64(max(0, maxChunkBytes)),
            chunks: UInt32(clamping: maxChunks), scans: UInt32(clamping: maxScans))
    }
}

extension kc_report {
    var message: String { Self.string(text) }

    var warningLines: [String] { Self.string(warnings).split(separator: "\n").map(String.init) }

    /// A C array of characters, as text up to its zero.
    private static func string<Characters>(_ characters: Characters) -> String {
        withUnsafeBytes(of: characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    /// The fact a failed call reported. `failure` is what the byte source or sink knows of its own failure.
    func error(_ format: PictureFormat, limits: Limits, failure: CodecError?) -> CodecError {
        func over(_ limit: Limit) -> CodecError {
            .overLimit(limit, found: nil, allowed: limits[keyPath: limit.keyPath])
        }
        return switch status {
        case KC_TRUNCATED: .truncated(format)
        case KC_UNSUPPORTED: .unsupported(format, message)
        case KC_LIMIT_MEMORY: over(.memory)
        case KC_LIMIT_CHUNK_BYTES: over(.chunkBytes)
        case KC_LIMIT_CHUNKS: over(.chunks)
        case KC_LIMIT_SCANS: over(.scans)
        case KC_CALLBACK: failure ?? .damaged(format, message)
        case KC_OUT_OF_MEMORY: .outOfMemory
        case KC_REFUSED: .refused(format, message)
        default: .damaged(format, message)
        }
    }
}
