import Codecs

/// Files of numbers and texts, read believing nothing of them; gzip is unpacked.
enum DataFile {
    /// A text or list may be so long, unless it is said otherwise.
    static let maxTextBytes = 256 << 20

    static func open(_ path: String) throws(DataError) -> PackedReader {
        do throws(PackedReader.Failure) { return try PackedReader(path: path) } catch { throw error.fact(path) }
    }

    /// Fills `out` as far as the file reaches; returns how many bytes there were.
    private static func fill(
        _ out: UnsafeMutableRawBufferPointer, from reader: PackedReader, _ path: String
    ) throws(DataError) -> Int {
        do throws(PackedReader.Failure) { return try reader.read(into: out) } catch { throw error.fact(path) }
    }

    /// The next `count` bytes. Nothing is allocated for bytes that cannot come.
    static func read(_ count: Int, from reader: PackedReader, _ path: String) throws(DataError) -> [UInt8] {
        if let most = reader.mostRemaining, most < count { throw .damaged(path, "it is cut short") }
        var result = Result<Int, DataError>.success(0)
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            let room = UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: count)
            result = Result { () throws(DataError) in try fill(room, from: reader, path) }
            if case .success(let got) = result { initialized = got }
        }
        guard try result.get() == count else { throw .damaged(path, "it is cut short") }
        return bytes
    }

    /// Nothing follows.
    static func requireEnd(_ reader: PackedReader, _ path: String) throws(DataError) {
        var byte: UInt8 = 0
        let count = try withUnsafeMutableBytes(of: &byte) { room in
            Result { () throws(DataError) in try fill(room, from: reader, path) }
        }.get()
        if count > 0 { throw .damaged(path, "bytes follow its last record") }
    }

    /// A whole text.
    static func text(_ path: String) throws(DataError) -> String {
        let bytes = try bytes(path, atMost: maxTextBytes, isBoundByMemory: false)
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .damaged(path, "it is not UTF-8") }
        return text
    }

    /// A whole file, without the mark that some programs put before a text.
    ///
    /// - Parameter isBoundByMemory: whether `most` is more where more memory is allowed.
    static func bytes(_ path: String, atMost most: Int, isBoundByMemory: Bool) throws(DataError) -> [UInt8] {
        let reader = try open(path)
        var bytes: [UInt8] = []
        if let size = reader.mostRemaining, size <= most { bytes.reserveCapacity(size) }
        var block = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = try block.withUnsafeMutableBytes { room in
                Result { () throws(DataError) in try fill(room, from: reader, path) }
            }.get()
            if count == 0 { break }
            guard bytes.count + count <= most else {
                throw .tooLong(path, allowed: most, isBoundByMemory: isBoundByMemory)
            }
            bytes += block[..<count]
        }
        let mark = PictureFormat.byteOrderMark
        return bytes.starts(with: mark) ? Array(bytes.dropFirst(mark.count)) : bytes
    }

    /// The known names, or those in `classes.txt` of a folder, a line each; nil where there is none.
    static func classNames(
        _ known: [String]?, orIn folder: String, file: String = "classes.txt"
    ) throws(DataError) -> [String]? {
        if let known { return known }
        let path = "\(folder)/\(file)"
        guard DataFolder.isFile(path) else { return nil }
        var names = try text(path).split(omittingEmptySubsequences: false) { $0.isNewline }.map(String.init)
        while names.last?.isEmpty == true { names.removeLast() }
        guard Set(names).count == names.count, !names.contains("") else {
            throw .damaged(path, "a name is empty or stands there twice")
        }
        return names
    }
}

extension PackedReader.Failure {
    fileprivate func fact(_ path: String) -> DataError {
        switch self {
        case .system(let error): .file(path, error)
        case .damaged(let reason): .damaged(path, reason)
        }
    }
}
