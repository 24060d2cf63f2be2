import Convolution
import Foundation
import Pixels
import Programs
import Testing

/// What an interpreter in float64 made of the same programs; `Tests/Oracle/make_cases.py` wrote the table.
@Suite struct OracleTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let program: String
        let shape: [Int]
        let result: [Int]
        let expected: [Double]

        var testDescription: String { "\(program) on \(shape)" }

        init?(_ line: Substring) {
            let parts = line.components(separatedBy: " | ")
            guard parts.count == 4 else { return nil }
            program = parts[0].replacingOccurrences(of: "¦", with: "|")
            shape = parts[1].split(separator: "x").compactMap { Int($0) }
            result = parts[2].split(separator: "x").compactMap { Int($0) }
            expected = parts[3].split(separator: " ").compactMap { Double($0) }
        }
    }

    static let table: [Case] = {
        let root = #filePath.dropLast("RegressionTests/OracleTests.swift".count)
        let text = (try? String(contentsOfFile: root + "Oracle/cases.txt", encoding: .utf8)) ?? ""
        return text.split(separator: "\n").compactMap { Case($0) }
    }()

    @Test func `the table is there`() { #expect(Self.table.count > 200) }

    @Test(arguments: table) func `every method gives what the oracle gives`(one: Case) throws {
        let channels: Channels = one.shape[2] == 1 ? .gray : .rgb
        let size = Size(width: one.shape[0], height: one.shape[1])
        let header = PictureHeader(size: size, channels: channels, depth: .float32)
        let samples = (0..<one.shape.reduce(1, *)).map { Float(($0 * 7919 + 13) % 257) / 256 }
        let raster = Raster(header: header, bytes: samples.withUnsafeBytes { Array($0) })
        let graph = try Catalogue().graph(for: SourceText(text: one.program))
        let largest = one.expected.map(abs).max() ?? 0
        for method in [nil, Method.reference, .direct, .separable, .transform] {
            let result = try Plan(graph, for: header, options: RunOptions(method: method)).applied(to: raster)
            let found = result.bytes.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
            let shape = [result.header.size.width, result.header.size.height, result.header.channels.count]
            #expect(shape == one.result, "\(one)")
            let apart = zip(found, one.expected).map { abs(Double($0) - $1) }.max() ?? 0
            #expect(apart <= 1e-5 * max(1, largest), "\(String(describing: method)) is \(apart) off")
        }
    }
}
