import Foundation

/// Pictures to run over: small ones written out as PNM, and the samples.
enum Pictures {
    static let samples = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("samples").path

    /// A grey picture of single-digit columns: `gray(3, 1, [0, 128, 255])`.
    static func gray(_ width: Int, _ height: Int, _ samples: [UInt8]) -> Data {
        Data("P5\n\(width) \(height)\n255\n".utf8) + Data(samples)
    }

    /// 4x4, brighter from left to right and top to bottom.
    static let ramp = gray(4, 4, (0..<16).map { UInt8($0 * 16) })
}

extension Kern {
    func write(_ data: Data, _ name: String) throws { try data.write(to: folder.appendingPathComponent(name)) }

    func read(_ name: String) throws -> Data { try Data(contentsOf: folder.appendingPathComponent(name)) }

    /// Names in the folder, without the streams of the last run.
    func files() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { !$0.hasPrefix(".std") }.sorted()
    }
}
