import Foundation

/// The real binary, run as a user runs it, in a folder of its own that goes when this does.
final class Kern {
    struct Outcome {
        var status: Int32
        var output: Data
        var said: String

        var printed: String { String(decoding: output, as: UTF8.self) }
    }

    /// The binary stands beside the test bundle that SwiftPM built with it.
    static let binary = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        .appendingPathComponent("kern").path

    let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("kern-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func run(_ words: String..., input: Data = Data()) throws -> Outcome {
        try launch(Kern.binary, words, input: input)
    }

    /// A line of shell in which `kern` is the binary.
    func shell(_ line: String) throws -> Outcome {
        try launch("/bin/bash", ["-c", "kern() { '\(Kern.binary)' \"$@\"; }; set -o pipefail; \(line)"], input: Data())
    }

    private func launch(_ path: String, _ words: [String], input: Data) throws -> Outcome {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = words
        process.currentDirectoryURL = folder
        // Files rather than pipes: no reader can fall behind, and nothing waits.
        let names = ["in", "out", "err"].map { folder.appendingPathComponent(".std\($0)") }
        try input.write(to: names[0])
        for name in names.dropFirst() { try Data().write(to: name) }
        process.standardInput = try FileHandle(forReadingFrom: names[0])
        process.standardOutput = try FileHandle(forWritingTo: names[1])
        process.standardError = try FileHandle(forWritingTo: names[2])
        try process.run()
        process.waitUntilExit()
        let said = try Data(contentsOf: names[2])
        return Outcome(
            // A signal shows as 128 + its number, as in a shell.
            status: process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus,
            output: try Data(contentsOf: names[1]), said: String(decoding: said, as: UTF8.self))
    }
}
