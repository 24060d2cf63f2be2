import Convolution
import Pixels
import Programs
import Steps

/// The engine in memory: the machine's own limits, conversions, and programs on a whole picture.
struct EngineBench {
    let picture: Raster
    let machine: Machine
    let stopwatch: Stopwatch

    /// The names of the programs, the texts, and the side of a dense kernel.
    static let programs: [(name: String, text: String, side: Int?)] =
        [3, 7, 15].map { ("dense \($0)x\($0)", BenchPicture.kernel($0), $0) }
        + [
            "gaussian 2", "gaussian 10", "gaussian 50", "sobel", "sharpen", "box 3", "box 15", "box 101", "maxpool 2",
            "avgpool 2",
            "median 3", "median 5", "median 15", "maxpool 15 stride=1 pad=same",
        ].map { ($0, $0, nil) }

    private var pixels: Double { Double(picture.header.size.width) * Double(picture.header.size.height) }

    static let machineNames = ["multiply-add", "multiply-add, 1 thread", "copy"]

    func machineLimit(_ name: String) -> Measurement {
        let machine = Machine(lanes: machine.lanes, threads: name.hasSuffix("1 thread") ? 1 : machine.threads)
        if name == "copy" {
            let count = 1 << 26
            let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 2 * count, alignment: 64)
            defer { bytes.deallocate() }
            bytes.initializeMemory(as: UInt8.self, repeating: 1)
            let halves = (
                UnsafeRawBufferPointer(rebasing: bytes[..<count]),
                UnsafeMutableRawBufferPointer(rebasing: bytes[count...])
            )
            let seconds = stopwatch.time { Peak.copy(halves.0, into: halves.1, on: machine) }
            // Read and written.
            return Measurement(part: "machine", name: name, seconds, bytes: Double(2 * count))
        }
        let limits = [false, true].map { isWide in
            var operations = 0.0
            let seconds = stopwatch.time {
                operations = Peak.multiplyAdds(rounds: 2_000_000, isWide: isWide, on: machine)
            }
            return Measurement(part: "machine", name: name, seconds, operations: operations)
        }
        return limits.max { ($0.gigaflops ?? 0) < ($1.gigaflops ?? 0) } ?? limits[0]
    }

    static let conversionNames = ["split to planes", "join from planes"]

    /// Conversions go over bands that stay in a cache, as they do in a run.
    func conversion(_ name: String) -> Measurement {
        let header = picture.header
        let converter = SampleConverter(machine)
        let shape = Shape(channels: header.channels.count, size: header.size)
        let band = min(32, header.size.height)
        var planes = Planes(shape: shape, emptyWithRoomFor: band)
        var bytes = [UInt8](repeating: 0, count: band * header.bytesPerRow)
        func eachBand(_ body: (Range<Int>) -> Void) {
            for first in stride(from: 0, to: header.size.height, by: band) {
                body(first..<min(first + band, header.size.height))
            }
        }
        func split() {
            planes = Planes(shape: shape, emptyWithRoomFor: band)
            picture.bytes.withUnsafeBytes { all in
                eachBand { rows in
                    planes.dropRows(before: rows.lowerBound)
                    converter.load(
                        rows.count,
                        from: UnsafeRawBufferPointer(rebasing: all[(rows.lowerBound * header.bytesPerRow)...]),
                        header: header, into: &planes)
                }
            }
        }
        func join() {
            bytes.withUnsafeMutableBytes { part in
                eachBand { rows in
                    let same = planes.rows.upperBound - rows.count..<planes.rows.upperBound
                    _ = converter.store(same.clamped(to: planes.rows), of: planes, header: header, into: part)
                }
            }
        }
        if name == EngineBench.conversionNames[0] { return measurement(name, stopwatch.time(split)) }
        picture.bytes.withUnsafeBytes { converter.load(band, from: $0, header: header, into: &planes) }
        return measurement(name, stopwatch.time(join))
    }

    /// A program from raster to raster, and, where it is one step, that step alone on planes.
    func program(_ name: String, _ text: String, side: Int?) throws -> [Measurement] {
        let graph = try Catalogue().graph(for: SourceText(text: text))
        let plan = try Plan(graph, for: picture.header, options: RunOptions(machine: machine, maxMemory: .max))
        let whole = try stopwatch.time { _ = try plan.applied(to: picture) }
        var result = [measurement(name, whole, side)]
        let needed = plan.nodes.filter { $0.isNeeded && $0.plan != nil }
        if needed.count == 1, needed[0].absorbed.isEmpty, let step = needed[0].plan, !(step is any SurveyingStep) {
            var input = Planes(shape: plan.nodes[0].shape, emptyWithRoomFor: picture.header.size.height)
            picture.bytes.withUnsafeBytes {
                SampleConverter(machine).load(
                    picture.header.size.height, from: $0, header: picture.header, into: &input)
            }
            var output = Planes(shape: step.output)
            let call = StepCall(inputs: [input], rows: 0..<step.output.height, machine: machine)
            let seconds = stopwatch.time { step.run(call, into: &output) }
            result.append(measurement("\(name), on planes", seconds, side))
        }
        if needed.count == 1, let filter = needed[0].levels {
            var input = Levels(
                size: picture.header.size, channels: picture.header.channels.count,
                emptyWithRoomFor: picture.header.size.height)
            input.makeRoom(upTo: picture.header.size.height)
            input.withMutableRows { rows in
                picture.bytes.withUnsafeBufferPointer { bytes in
                    if let base = bytes.baseAddress { rows.row(0).update(from: base, count: bytes.count) }
                }
            }
            let size = plan.output.size
            var output = Levels(size: size, channels: plan.output.channels.count, emptyWithRoomFor: size.height)
            output.makeRoom(upTo: size.height)
            let seconds = stopwatch.time {
                input.withRows { source in
                    output.withMutableRows { target in
                        _ = filter.run(source, rows: 0..<size.height, into: target, on: machine)
                    }
                }
            }
            result.append(measurement("\(name), on levels", seconds, side))
        }
        return result
    }

    private func measurement(_ name: String, _ seconds: Stopwatch.Time, _ side: Int? = nil) -> Measurement {
        Measurement(
            part: "engine", name: name, seconds, pixels: pixels,
            operations: side.map { pixels * Double(picture.header.channels.count) * Double(2 * $0 * $0) })
    }
}
