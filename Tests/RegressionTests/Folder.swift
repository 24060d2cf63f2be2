import Foundation

/// A folder that goes when this does.
final class Folder {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("kern-regression-\(UUID().uuidString)")

    var path: String { url.path }

    init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(at: url) }

    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: url.appendingPathComponent(name))
    }
}
