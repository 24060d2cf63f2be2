import Pixels

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension CodecError {
    /// One sentence without a full stop: which file, what is wrong, what to do.
    ///
    /// `CodecError.empty.message(for: "a.png")` is `a.png is empty; a picture was expected`.
    public func message(for file: String) -> String {
        switch self {
        case .empty: "\(file) is empty; a picture was expected"
        case .unknownFormat(let bytes): unknownFormatMessage(file, bytes)
        case .truncated(let format):
            "\(file) is cut short: the \(format.name) ends before its picture does; get a complete copy"
        case .damaged(.csv, let what):
            "\(file) is no table of numbers that could be a picture (\(what)); put that right"
        case .damaged(let format, let what): "\(file) is a damaged \(format.name) (\(what)); get an intact copy"
        case .nonFinite(let format, let column, let row, let channel):
            "\(file) holds a sample that is not a finite number or too large, at column \(column), row \(row), "
                + "channel \(channel) (counted from 0); replace such values before saving the \(format.name)"
        case .unsupported(let format, let what):
            "\(file) is a \(format.name) that kern cannot read (\(what)); convert it to PNG or an ordinary \(format.name)"
        case .notBuiltIn(let format):
            "\(file) is a \(format.name), which this kern was built without; build it with 'swift build -c release "
                + "--traits \(format.name)' (libtiff or libwebp must be there: scripts/bootstrap \(format.name)), or convert "
                + "the file to PNG"
        case .overLimit(let limit, let found, let allowed): limitMessage(file, limit, found, allowed)
        case .cannotStoreChannels(let format, let channels): channelsMessage(file, format, channels)
        case .cannotStoreDepth(let format, let depth): depthMessage(file, format, depth)
        case .cannotStoreSize(let format, let size):
            "\(file) cannot be written: \(format.name) has no room for a \(size) picture; write a PNM"
        case .unknownExtension(let path): unknownExtensionMessage(path)
        case .exists: "\(file) exists; use --force to replace it"
        case .system(let operation, let number): systemMessage(file, operation, number)
        case .outOfMemory:
            "\(file) needs more memory than the system gives; close other programs or use a smaller picture"
        case .refused(let format, let what): "\(file) cannot be written as \(format.name) (\(what)); try another format"
        }
    }

    private func unknownFormatMessage(_ file: String, _ bytes: [UInt8]) -> String {
        let known = PictureFormat.allCases.map(\.name).joined(separator: ", ")
        let hex = bytes.prefix(8).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
        return "\(file) is none of \(known) (it begins with \(hex)); convert it to PNG"
    }

    private func unknownExtensionMessage(_ path: String) -> String {
        let known = PictureFormat.allCases.map { ".\($0.extensions[0])" }.joined(separator: " ")
        return "\(path) does not say which format to write; end it with one of \(known), or name the format"
    }

    private func limitMessage(_ file: String, _ limit: Limit, _ found: Int?, _ allowed: Int) -> String {
        let unit =
            switch limit {
            case .pixels: "pixels"
            case .memory: "bytes of memory"
            case .chunkBytes: "bytes in one text or profile block"
            case .chunks: "text and profile blocks"
            case .scans: "scans"
            }
        let needs = found.map { "needs \($0) \(unit)" } ?? "needs more \(unit) than allowed"
        let suggestion = found.map { " \($0)" } ?? " N"
        return "\(file) \(needs) and the limit is \(allowed); if you trust it, raise it with \(limit.flag)\(suggestion)"
    }

    private func channelsMessage(_ file: String, _ format: PictureFormat, _ channels: Channels) -> String {
        switch channels {
        case .grayAlpha, .rgba:
            "\(file) cannot be written: \(format.name) has no transparency; write a PNG, or remove alpha first"
        case .planes(let count):
            "\(file) cannot be written: \(format.name) cannot hold \(count) planes; write an NPY, or pick channels first"
        case .gray, .rgb: "\(file) cannot be written: \(format.name) cannot hold these channels; write a PNG"
        }
    }

    private func depthMessage(_ file: String, _ format: PictureFormat, _ depth: Depth) -> String {
        switch depth {
        case .uint8:
            "\(file) cannot be written: \(format.name) has no 8-bit samples; write a PNG, or ask for float samples"
        case .uint16:
            "\(file) cannot be written: \(format.name) has no 16-bit samples; write a PNG, or ask for 8-bit ones"
        case .float32:
            "\(file) cannot be written: \(format.name) has no float samples; write a PFM or NPY, or ask for 8 or 16 bits"
        }
    }

    private func systemMessage(_ file: String, _ operation: Operation, _ number: Int32) -> String {
        let reason = String(cString: strerror(number)).lowercased()
        let remedy =
            switch number {
            case ENOENT: operation == .open ? "check the name" : "create its folder first"
            case EACCES, EPERM, EROFS: "check the permissions, or choose another place"
            case EISDIR: "name a file in it"
            case ENOSPC, EDQUOT: "free some space, or choose another place"
            case EPIPE: "its reader went away"
            default: "try again, or choose another place"
            }
        return "cannot \(operation.rawValue) \(file): \(reason); \(remedy)"
    }
}

extension String {
    /// Text from a file, fit for a message: short, and without characters that steer a terminal.
    var printable: String {
        String(String.UnicodeScalarView(unicodeScalars.prefix(32).map { (0x20..<0x7F).contains($0.value) ? $0 : "?" }))
    }
}
