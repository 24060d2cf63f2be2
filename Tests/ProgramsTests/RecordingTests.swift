import Convolution
import Pixels
import Programs
import Testing

/// A recording and a trace tell of every step, however many a plan would do in one.
@Suite struct RecordingTests {
    private static let programs: [(program: String, steps: [String])] = [
        ("gamma 2 | invert", ["gamma 2", "invert"]),
        ("median 3 border=edge | rescale | invert", ["median 3 border=edge", "rescale", "invert"]),
        ("invert | standardise | scale 0.2 | offset 0.5", ["invert", "standardise", "scale 0.2", "offset 0.5"]),
        ("rescale 0.1 0.9", ["rescale 0.1 0.9"]),
        ("gaussian 12 | invert", ["gaussian 12", "invert"]),
    ]

    private func picture() -> Raster {
        let header = PictureHeader(size: Size(width: 41, height: 33), channels: .gray, depth: .uint8)
        return Raster(header: header, bytes: (0..<41 * 33).map { UInt8($0 * 37 % 251) })
    }

    @Test(arguments: programs) func `each step is there by itself`(program: String, steps: [String]) throws {
        let picture = picture()
        let graph = try Catalogue().graph(for: SourceText(text: program))
        let plan = try Plan(graph, for: picture.header)
        let recording = try plan.recording(of: PictureRows(picture))
        #expect(recording.steps.dropFirst().map(\.explanation.text) == steps)
        for step in recording.steps { #expect(step.values.wholeSamples.count == 41 * 33) }
        let trace = try plan.trace(x: 7, y: 5, from: PictureRows(picture))
        // What is no window tells where its samples came from.
        #expect(trace.steps.map(\.text).filter { $0 != "input" } == steps)
        // What is told is what is made, up to a level's rounding and what a grid is off by.
        let made = Float(try plan.applied(to: picture).bytes[5 * 41 + 7])
        let told = try #require(trace.steps.last?.values.first) * 255
        #expect(abs(min(max(told, 0), 255) - made) <= 0.52)
        let recorded = try #require(recording.steps.last).values.wholeSamples[5 * 41 + 7] * 255
        #expect(abs(recorded - told) < 1e-3)
    }
}
