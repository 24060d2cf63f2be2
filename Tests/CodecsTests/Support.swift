import Codecs
import Glibc
import Pixels

/// A file as bytes; nil where it cannot be read.
func fileBytes(_ path: String) -> [UInt8]? {
    guard let file = fopen(path, "rb") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
        let count = fread(&buffer, 1, buffer.count, file)
        if count == 0 { return bytes }
        bytes += buffer[..<count]
    }
}

/// This folder, wherever the checkout is.
let testFolder = String(#filePath.prefix(upTo: #filePath.lastIndex(of: "/") ?? #filePath.endIndex))

func fixture(_ name: String) throws -> [UInt8] {
    guard let bytes = fileBytes("\(testFolder)/Fixtures/\(name)") else { throw MissingFixture(name: name) }
    return bytes
}

struct MissingFixture: Error {
    let name: String
}

/// `KERN_SHARED`, or `shared` beside the checkout; nil where there is none.
let sharedFolder: String? = {
    let named = getenv("KERN_SHARED").map { String(cString: $0) }
    return [named, "\(testFolder)/../../../shared"].compactMap(\.self).first { access("\($0)/corpus", R_OK) == 0 }
}()

func crc32(_ bytes: [UInt8]) -> UInt32 {
    var table = [UInt32](repeating: 0, count: 256)
    for index in 0..<256 {
        var value = UInt32(index)
        for _ in 0..<8 { value = value & 1 == 1 ? (value >> 1) ^ 0xEDB8_8320 : value >> 1 }
        table[index] = value
    }
    var crc = UInt32.max
    for byte in bytes { crc = table[Int(UInt8(truncatingIfNeeded: crc) ^ byte)] ^ (crc >> 8) }
    return ~crc
}

/// SplitMix64: the same numbers on every machine.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// A picture of noise; floats are finite and include values outside 0…1.
func noise(_ size: Size, _ channels: Channels, _ depth: Depth, seed: UInt64 = 1, metadata: Metadata = Metadata())
    -> Raster
{
    let header = PictureHeader(size: size, channels: channels, depth: depth, metadata: metadata)
    var generator = SeededGenerator(state: seed)
    let bytes: [UInt8]
    if depth == .float32 {
        let floats = (0..<(size.width * size.height * channels.count)).map { _ in
            Float.random(in: -2...3, using: &generator)
        }
        bytes = floats.withUnsafeBytes { Array($0) }
    } else {
        bytes = (0..<(size.height * header.bytesPerRow)).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }
    return Raster(header: header, bytes: bytes)
}

/// The error a body throws, or nil.
func codecError(_ body: () throws -> Void) -> CodecError? {
    do {
        try body()
        return nil
    } catch {
        return error as? CodecError
    }
}

extension PictureReader {
    /// All rows, `rowsAtOnce` at a time.
    func rows(_ rowsAtOnce: Int) throws -> [UInt8] {
        var all: [UInt8] = []
        var left = header.size.height
        let band = UnsafeMutableRawBufferPointer.allocate(byteCount: rowsAtOnce * header.bytesPerRow, alignment: 16)
        defer { band.deallocate() }
        while left > 0 {
            let count = min(left, rowsAtOnce)
            try readRows(count, into: band)
            all += band[..<(count * header.bytesPerRow)]
            left -= count
        }
        return all
    }
}

/// A new empty folder, removed with everything in it when the value goes.
final class TemporaryFolder {
    let path: String

    init() {
        var template = Array("/tmp/kern-codecs-XXXXXX".utf8CString)
        path = mkdtemp(&template).map { String(cString: $0) } ?? "/tmp"
    }

    deinit {
        for name in names { unlink("\(path)/\(name)") }
        rmdir(path)
    }

    var names: [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }
}
