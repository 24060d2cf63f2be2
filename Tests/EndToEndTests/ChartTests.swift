import Foundation
import Testing

/// `kern train --chart`: what stands along the axes.
struct ChartTests {
    @Test func `the lines of a chart lie at round numbers, whatever the losses are`() throws {
        let kern = try Kern()
        for (epochs, numbered) in [
            (1, [1]), (5, [1, 2, 3, 4, 5]), (12, [1, 2, 4, 6, 8, 10, 12]), (30, [1, 5, 10, 15, 20, 25, 30]),
        ] {
            #expect(
                try kern.shell(
                    "kern train 'dense classes' --data \(Pictures.samples)/shapes -o m.safetensors --epochs \(epochs) --force --chart e.svg"
                ).status == 0)
            let texts = String(decoding: try kern.read("e.svg"), as: UTF8.self).split(separator: "\n").filter {
                $0.hasPrefix("<text")
            }
            func told(_ anchor: String) -> [String] {
                texts.filter { $0.contains("text-anchor=\"\(anchor)\"") }.map {
                    String($0.split(separator: ">")[1].prefix { $0 != "<" })
                }
            }
            #expect(told("middle") == numbered.map(String.init) + ["epoch"], "\(told("middle"))")
            let losses = told("end").compactMap(Double.init)
            #expect(
                losses.count == told("end").count && (5...6).contains(losses.count) && losses[0] == 0, "\(told("end"))")
            // Two digits at the most, and all steps alike.
            #expect(told("end").allSatisfy { $0.filter { $0.isNumber && $0 != "0" }.count <= 2 }, "\(told("end"))")
            for (low, high) in zip(losses, losses.dropFirst()) { #expect(abs(high - low - losses[1]) < 1e-9) }
        }
    }
}
