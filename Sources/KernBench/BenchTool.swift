import Arguments
import Convolution
import KernCLI
import Pixels

/// kern-bench: what the parts of kern do on this machine.
package enum BenchTool {
    private static let size = Option(
        "size", .size, placeholder: "SIZE", defaultText: "4096x4096", help: "Of the picture that is measured with.")
    private static let threads = Option(
        "threads", .integer(1...1024), placeholder: "N", defaultText: "all cores", help: "Threads to work with.")
    private static let runs = Option(
        "runs", .integer(1...1000), placeholder: "N", defaultText: "5",
        help: "Runs of each, after one to warm up; the best counts.")
    private static let only = Option(
        "only", .text, placeholder: "TEXT", repeats: true, help: "Measures only what has this in its name or part.")
    private static let lanes = Option(
        "lanes", .choice(Lanes.available.map(\.name)), defaultText: "the best", help: "The instruction level.")
    private static let json = Option("json", help: "Prints the results as JSON on stdout, one object a line.")

    package static let spec = CommandSpec(
        name: "kern-bench", summary: "measures the engine, the codecs and whole jobs",
        examples: [
            Example("kern-bench", says: "everything, on a picture of 4096x4096"),
            Example("kern-bench --only median --size 1024", says: "the medians, on a smaller one"),
            Example("kern-bench --only layer --threads 1", says: "convolution layers, forwards and back"),
            Example("kern-bench --only method --threads 1", says: "how well the engine chooses its methods"),
            Example("kern-bench --json --only engine", says: "the engine, to be read by a program"),
        ],
        options: [size, threads, runs, only, lanes, json],
        discussion: [
            "Parts are machine, engine, layer, method, codec and job. Mpx/s are pixels, not samples; rates are of the best run. Rows 'on planes' "
                + "leave out the way from bytes to floats and back, rows 'on levels' the copies around a filter of bytes. GFLOP/s count a multiplication and an addition for each tap; their share is "
                + "of what 'multiply-add' measured in the same run, so that integer or clever methods may exceed it."
        ])

    package static func run(_ words: [String], on terminal: Terminal) -> ExitStatus {
        var status = ExitStatus.ok
        do {
            switch try spec.parse(words) {
            case .help: terminal.print(spec.help(tool: "", width: terminal.width), end: "")
            case .arguments(let arguments): try measure(arguments, terminal)
            }
        } catch {
            let complaint = Complaint(about: error)
            terminal.complain(complaint.sentence, as: "kern-bench")
            status = complaint.status
        }
        return terminal.close() ? status : .failed
    }

    private static func measure(_ arguments: ParsedArguments, _ terminal: Terminal) throws {
        let (width, height) = arguments.size(size) ?? (4096, 4096)
        guard width <= 1 << 15, height <= 1 << 15 else {
            throw Complaint("--size: pictures to measure with are at most 32768x32768, not \(width)x\(height)")
        }
        let level = arguments.text(lanes).flatMap { Lanes(named: $0) } ?? .best
        let machine = Machine(lanes: level, threads: arguments.integer(threads) ?? Machine.coreCount)
        let stopwatch = Stopwatch(runs: arguments.integer(runs) ?? 5)
        let picture = BenchPicture.made(Size(width: width, height: height))
        let report = BenchReport(terminal: terminal, isJSON: arguments.has(json))
        let wanted = arguments.texts(only)
        func isWanted(_ part: String, _ name: String) -> Bool {
            wanted.isEmpty || wanted.contains { part.contains($0) || name.contains($0) }
        }

        report.begin(machine, picture.header)
        let engine = EngineBench(picture: picture, machine: machine, stopwatch: stopwatch)
        // The share of the peak needs the peak, whether it was asked for or not.
        let peak = engine.machineLimit("multiply-add")
        for name in EngineBench.machineNames where isWanted("machine", name) {
            report.add(name == peak.name ? peak : engine.machineLimit(name), peak)
        }
        for name in EngineBench.conversionNames where isWanted("engine", name) {
            report.add(engine.conversion(name), peak)
        }
        for (name, text, side) in EngineBench.programs where isWanted("engine", name) {
            for measurement in try engine.program(name, text, side: side) { report.add(measurement, peak) }
        }
        let layers = LayerBench(machine: machine, stopwatch: stopwatch)
        for layer in LayerBench.layers {
            for measurement in try layers.measurements(layer, { isWanted("layer", $0) }) {
                report.add(measurement, peak)
            }
        }
        let methods = MethodBench(size: picture.header.size, machine: machine, stopwatch: stopwatch)
        for each in MethodBench.cases where isWanted("method", each.name) {
            let (all, loss) = try methods.measurements(each)
            for measurement in all { report.add(measurement, peak) }
            if loss > 0.15 {
                report.tell("\(each.name): the chosen method takes \(Int(loss * 100)) % more than the best")
            }
        }
        let codecs = CodecBench(picture: picture, machine: machine, stopwatch: stopwatch)
        for (name, format, decodes) in CodecBench.names where isWanted("codec", name) {
            report.add(try codecs.codec(name, format, decodes: decodes), peak)
        }
        for (name, format, program) in CodecBench.jobs where isWanted("job", name) {
            report.add(try codecs.job(name, format, program), peak)
        }
    }

    /// Every name that is measured, for tests and for those who filter.
    package static var names: [String] {
        EngineBench.machineNames + EngineBench.conversionNames + EngineBench.programs.map(\.name)
            + LayerBench.names + MethodBench.cases.map(\.name) + CodecBench.names.map(\.name)
            + CodecBench.jobs.map(\.name)
    }
}
