import Convolution
import KernCLI
import Pixels

/// Prints measurements as they come: a table, or one JSON object a line.
struct BenchReport {
    let terminal: Terminal
    let isJSON: Bool

    func begin(_ machine: Machine, _ header: PictureHeader) {
        let levels = Lanes.available.map(\.name).joined(separator: ", ")
        terminal.talk(
            "kern-bench: \(header.size) 8-bit RGB, \(machine.threads) threads, level \(machine.lanes.name) of \(levels)"
        )
        if !isJSON {
            terminal.print(line("part", "name", ["best ms", "median", "Mpx/s", "MB/s", "GFLOP/s", "of peak"]))
        }
    }

    /// A remark beside the measurements.
    func tell(_ remark: String) { terminal.talk("kern-bench: " + remark) }

    func add(_ measurement: Measurement, _ peak: Measurement) {
        let share = measurement.gigaflops.flatMap { own in peak.gigaflops.map { own / $0 } }
        if isJSON {
            func number(_ value: Double?) -> JSON { value.map { .number($0) } ?? .null }
            let object: JSON = [
                "part": .string(measurement.part), "name": .string(measurement.name),
                "seconds": .number(measurement.seconds), "median_seconds": .number(measurement.median),
                "megapixels_per_second": number(measurement.megapixelsPerSecond),
                "megabytes_per_second": number(measurement.megabytesPerSecond),
                "gigaflops": number(measurement.gigaflops), "share_of_peak": number(share),
            ]
            terminal.print(object.text)
            return
        }
        terminal.print(
            line(
                measurement.part, measurement.name,
                [
                    text(measurement.seconds * 1000), text(measurement.median * 1000),
                    text(measurement.megapixelsPerSecond),
                    text(measurement.megabytesPerSecond), text(measurement.gigaflops),
                    share.map { "\(Int(($0 * 100).rounded())) %" } ?? "",
                ]))
    }

    private func line(_ part: String, _ name: String, _ values: [String]) -> String {
        func padded(_ text: String, to width: Int) -> String {
            text + String(repeating: " ", count: max(0, width - text.count))
        }
        let numbers = values.map { String(repeating: " ", count: max(0, 10 - $0.count)) + $0 }.joined()
        return padded(part, to: 9) + padded(name, to: 38) + numbers
    }

    /// One decimal place.
    private func text(_ value: Double?) -> String {
        guard let value, value.isFinite, value < 1e12 else { return "" }
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}
