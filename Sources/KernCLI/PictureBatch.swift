import Codecs
import Pixels
import Programs

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// One program over many pictures: a picture that fails is reported, and the next one follows.
struct PictureBatch {
    let command: Apply
    let graph: Graph
    let options: RunOptions
    let terminal: Terminal

    func run(_ jobs: [OutputPlan.Job]) -> ExitStatus {
        var failures: [ExitStatus] = []
        for job in jobs {
            do {
                try run(job)
            } catch CodecError.system(.write, errno: EPIPE) where job.target == .standardOutput {
                // A reader that has seen enough is not an error.
                return .ok
            } catch {
                let complaint = Complaint(about: error, input: job.input, output: job.output)
                let isNamed = error is CodecError || jobs.count == 1
                let name = job.input == "-" ? "stdin" : job.input
                terminal.complain(isNamed ? complaint.sentence : "\(name): \(complaint.sentence)", as: "kern apply")
                failures.append(complaint.status)
            }
        }
        if jobs.count > 1, !failures.isEmpty {
            terminal.talk("kern apply: \(failures.count) of \(jobs.count) pictures failed")
        }
        if failures.isEmpty { return .ok }
        // Where nothing else was wrong than what was asked for, that is what the status says.
        return failures.count == jobs.count && failures.allSatisfy { $0 == .misuse } ? .misuse : .failed
    }

    private func run(_ job: OutputPlan.Job) throws {
        let limits = command.engine.limits
        let reader =
            job.input == "-"
            ? try PictureReader(descriptor: STDIN_FILENO, limits: limits)
            : try PictureReader(path: job.input, limits: limits)
        let format = try command.format ?? PictureFormat(named: job.output) ?? reader.format
        var options = options
        options.depth = command.depth ?? format.depth(for: reader.header.depth)
        let plan = try Plan(graph, for: reader.header, options: options)
        if let step = plan.explanation.first(where: { !$0.parameters.isEmpty }) {
            throw PlanError.unknownWeights(step: step.text)
        }
        try format.checkStores(plan.output, as: job.output, hadAlpha: reader.header.channels.hasAlpha)
        if command.explains { terminal.talk(PlanText(plan).text) }
        let report = try write(plan, from: reader, as: format, to: job)
        tell(report, plan, reader, format, job)
    }

    private func write(
        _ plan: Plan, from reader: PictureReader, as format: PictureFormat, to job: OutputPlan.Job
    ) throws -> RunReport {
        func run(_ descriptor: Int32) throws -> RunReport {
            let sink = ByteSink(descriptor: descriptor)
            let writer = try PictureWriter(format, plan.output, options: command.encoding, to: sink)
            let report = try plan.run(from: reader, to: writer)
            for warning in writer.warnings { terminal.talk("kern apply: \(job.output): note: \(warning)") }
            return report
        }
        switch job.target {
        case .standardOutput:
            return try run(STDOUT_FILENO)
        case .file(let path), .stream(let path):
            let file = try AtomicFile(path: path, replacing: command.force)
            defer { file.abandon() }
            let report = try run(file.descriptor)
            try file.commit()
            return report
        }
    }

    private func tell(
        _ report: RunReport, _ plan: Plan, _ reader: PictureReader, _ format: PictureFormat, _ job: OutputPlan.Job
    ) {
        for warning in reader.warnings { terminal.talk("kern apply: \(job.input): note: \(warning)") }
        if report.clippedShare > 0.01 {
            terminal.talk("kern apply: \(job.output): \(ClippingNote(report, plan).sentence)")
        }
        if command.printsJSON {
            let result: JSON = [
                "input": .string(job.input), "output": .string(job.output), "format": .string(format.rawValue),
                "width": .integer(plan.output.size.width), "height": .integer(plan.output.size.height),
                "channels": .integer(plan.output.channels.count), "depth": .string(plan.output.depth.word),
                "range": .string(plan.range.rawValue), "clipped": .number(report.clippedShare),
                "memory": .integer(plan.memory),
            ]
            terminal.print(result.text)
        }
    }
}

/// What is said when more than a little was cut off.
struct ClippingNote {
    let sentence: String

    init(_ report: RunReport, _ plan: Plan) {
        let percent = NumberText.short((report.clippedShare * 1000).rounded() / 10)
        let remedy =
            switch (plan.range, plan.lastKernelSum) {
            case (.clip, .some(let sum)) where sum > 1.01:
                "the last kernel's weights sum to \(NumberText.short((sum * 100).rounded() / 100)), so say sum=1 behind it"
            case (.abs, _), (.offset, _):
                "keep them with --range rescale, or with a step such as 'scale 1/4' at the end of the program"
            default:
                "keep them with --range rescale or offset, or with 'scale' at the end of the program"
            }
        sentence = "\(percent) % of the samples were clipped to 0...1; \(remedy)"
    }
}

/// The folder that the results go into, made for them and taken away again if none came.
struct NewFolder {
    private let path: String

    init(_ path: String) throws(Complaint) {
        self.path = path
        guard mkdir(path, 0o777) == 0 || errno == EEXIST else {
            throw Complaint(
                "the folder '\(path)' cannot be made: \(String(cString: strerror(errno)).lowercased())",
                status: .failed)
        }
    }

    func removeIfEmpty() { rmdir(path) }
}

extension PictureFormat {
    /// The format that the name of an output asks for; nil where it asks for none.
    init?(named output: String) throws {
        if let format = PictureFormat(pathExtensionOf: output) {
            self = format
            return
        }
        let file = output.split(separator: "/").last ?? ""
        guard let dot = file.lastIndex(of: "."), dot > file.startIndex, FileFacts(output)?.kind != .stream else {
            return nil
        }
        let known = PictureFormat.allCases.map { ".\($0.extensions[0])" }.joined(separator: " ")
        throw Complaint(
            "\(output): kern writes no '\(file[dot...])'; end the name in one of \(known), or give --format")
    }

    /// The depth a picture gets in this format where the user does not say: its own, or the nearest there is.
    func depth(for input: Depth) -> Depth {
        switch self {
        case .npy, .pfm: .float32
        case .jpeg: .uint8
        case .png, .pnm: input == .uint8 ? .uint8 : .uint16
        }
    }

    /// Throws a sentence with the way out where the result does not go into this format.
    func checkStores(_ header: PictureHeader, as output: String, hadAlpha: Bool) throws {
        guard stores(header.channels) else {
            let name = output == "-" ? "stdout" : output
            if header.channels.hasAlpha {
                throw Complaint(
                    "\(name): \(self.name) has no transparency; write a PNG, or drop alpha with "
                        + (header.channels == .rgba
                            ? "--alpha channel and '| channel r,g,b'" : "--alpha channel and '| channel 0'")
                        + " at the end of the program")
            }
            throw Complaint(
                "\(name): the result has \(header.channels.count) channels, which \(self.name) cannot hold; write .npy, "
                    + "or choose some with '| channel 0'"
                    + (header.channels.count > 2 ? " or '| channel 0,1,2'" : "") + " at the end of the program")
        }
        guard stores(header.depth) else { throw CodecError.cannotStoreDepth(self, header.depth) }
    }
}

extension Depth {
    /// As `--depth` writes it.
    var word: String {
        switch self {
        case .uint8: "8"
        case .uint16: "16"
        case .float32: "float"
        }
    }
}
