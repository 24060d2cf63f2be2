import Codecs
import Foundation
import Pixels

/// A folder of examples for one test; it is gone with the value.
final class ExampleFolder {
    let path: String

    init() {
        path = NSTemporaryDirectory() + "kern-examples-" + UUID().uuidString
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func path(_ name: String) -> String { "\(path)/\(name)" }

    func folder(_ name: String) throws {
        try FileManager.default.createDirectory(atPath: path(name), withIntermediateDirectories: true)
    }

    func write(_ name: String, _ bytes: [UInt8]) throws {
        try folder(name.contains("/") ? String(name[..<(name.lastIndex(of: "/") ?? name.startIndex)]) : "")
        try Data(bytes).write(to: URL(fileURLWithPath: path(name)))
    }

    func write(_ name: String, text: String) throws { try write(name, Array(text.utf8)) }

    /// A grey picture whose samples are `value`, `value` + 1 and so on.
    func picture(_ name: String, _ value: UInt8, size: Size = Size(2), format: PictureFormat = .png) throws {
        let count = size.width * size.height
        try picture(name, (0..<count).map { value &+ UInt8(truncatingIfNeeded: $0) }, size: size, format: format)
    }

    func picture(
        _ name: String, _ samples: [UInt8], size: Size, channels: Channels = .gray, depth: Depth = .uint8,
        format: PictureFormat = .png
    ) throws {
        let raster = Raster(header: PictureHeader(size: size, channels: channels, depth: depth), bytes: samples)
        try write(name, try raster.encoded(as: format))
    }

    /// An IDX file of bytes.
    func idx(_ name: String, _ dimensions: [Int], _ values: [UInt8]) throws {
        let sizes = dimensions.flatMap { size in [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: size >> $0) } }
        try write(name, [0, 0, 8, UInt8(dimensions.count)] + sizes + values)
    }
}
