import Codecs
import Pixels
import Programs
import Steps

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What there is to say about one picture, in order, and how it ended.
struct PictureOutcome: Sendable {
    enum Line: Sendable {
        case talk(String)
        /// Of many pictures it is told a few times only.
        case note(String)
        case result(String)
        case complaint(String)
    }

    let input: String
    var lines: [Line] = []
    /// nil where the picture was made.
    var failure: ExitStatus?
    /// A reader of stdout that has seen enough: nothing is left to do, and it is not an error.
    var isCutShort = false
    /// Whether another process had made the result meanwhile, which is as good.
    var wasThere = false

    init(input: String) { self.input = input }

    mutating func talk(_ text: String) { lines.append(.talk(text)) }
}

/// The program over one picture, from file to file. It prints nothing, so that many can be in work at one time.
struct PictureRun: Sendable {
    let command: Apply
    let graph: Graph
    let options: RunOptions
    /// Nil where no picture is shown.
    let preview: Preview?
    let columns: Int
    let lines: Int

    /// What `--explain` has to say goes to `explaining` at once; without it, it is among what there is to say.
    func outcome(
        of job: OutputPlan.Job, threads: Int, isAlone: Bool, explaining: ((String) -> Void)? = nil
    ) -> PictureOutcome {
        var outcome = PictureOutcome(input: job.input == "-" ? "stdin" : job.input)
        do {
            try run(job, threads: threads, explaining: explaining, telling: &outcome)
        } catch CodecError.system(.write, errno: EPIPE) where job.target == .standardOutput {
            outcome.isCutShort = true
        } catch CodecError.exists where command.existing == .skip {
            outcome.wasThere = true
        } catch {
            let complaint = Complaint(about: error, input: job.input, output: job.output)
            let isNamed = error is CodecError || isAlone
            outcome.lines.append(
                .complaint(isNamed ? complaint.sentence : "\(outcome.input): \(complaint.sentence)"))
            outcome.failure = complaint.status
            if command.printsJSON {
                let result: JSON = ["input": .string(job.input), "error": .string(complaint.sentence)]
                outcome.lines.append(.result(result.text))
            }
        }
        return outcome
    }

    private func run(
        _ job: OutputPlan.Job, threads: Int, explaining: ((String) -> Void)?, telling outcome: inout PictureOutcome
    ) throws {
        let limits = command.engine.limits
        let reader =
            job.input == "-"
            ? try PictureReader(descriptor: STDIN_FILENO, limits: limits)
            : try PictureReader(path: job.input, limits: limits)
        let source: any RowSource = command.turnsUpright ? try reader.upright(limits: limits) : reader
        var header = source.header
        if command.strips { header.metadata = header.metadata.stripped }
        let format =
            try command.format
            ?? (job.target == .nowhere ? nil : PictureFormat(named: job.output, otherWay: ", or give --format"))
            ?? reader.format
        var options = options
        options.machine.threads = threads
        options.depth = command.depth ?? format.depth(for: reader.header.depth)
        let mask = try command.part.mask.map { try NamedSource($0, limits: limits, upright: command.turnsUpright) }
        options.mask = mask?.header
        let plan = try Plan(graph, for: header, options: options)
        if let step = plan.nodes.first(where: \.asksForWeights) { throw PlanError.unknownWeights(step: step.text) }
        if graph.isDetector {
            throw Complaint(
                "'regions' and 'detect' are of a detector, which finds things and makes no picture; 'kern train' teaches "
                    + "it, and 'kern predict MODEL PICTURE' tells what it finds, or draws it with -o")
        }
        if graph.endsInClasses, plan.output.size == Size(1), plan.output.depth != .float32 {
            throw Complaint(
                "this makes \(plan.output.channels.count) numbers of a picture, not a picture; 'kern predict MODEL "
                    + "PICTURE' tells what they say, and -o NAME.npy writes them")
        }
        if job.target != .nowhere {
            try format.checkStores(plan.output, as: job.output, hadAlpha: reader.header.channels.hasAlpha)
        }
        if command.explains {
            let text = PlanText(plan).text
            if let explaining { explaining(text) } else { outcome.talk(text) }
        }
        let report = try write(plan, from: source, mask, as: format, to: job, telling: &outcome)
        tell(report, plan, reader, format, job, &outcome)
    }

    private func write(
        _ plan: Plan, from source: any RowSource, _ mask: NamedSource?, as format: PictureFormat,
        to job: OutputPlan.Job,
        telling outcome: inout PictureOutcome
    ) throws -> RunReport {
        var result = plan.output
        result.metadata = result.metadata.describing(result.size)
        func run(_ descriptor: Int32) throws -> RunReport {
            let sink = ByteSink(descriptor: descriptor)
            let writer = try PictureWriter(format, result, options: command.encoding, to: sink)
            let report = try show(plan, from: source, mask, passingTo: writer, &outcome)
            for warning in writer.warnings { outcome.talk("kern apply: \(job.output): note: \(warning)") }
            return report
        }
        switch job.target {
        case .nowhere:
            return try show(plan, from: source, mask, passingTo: nil, &outcome)
        case .standardOutput:
            return try run(STDOUT_FILENO)
        case .file(let path), .stream(let path):
            let file = try AtomicFile(path: path, replacing: command.existing == .replace)
            defer { file.abandon() }
            let report = try run(file.descriptor)
            try file.commit()
            return report
        }
    }

    /// Runs the plan; where there is to be a preview, its rows pass by one.
    private func show(
        _ plan: Plan, from source: any RowSource, _ mask: NamedSource?, passingTo writer: PictureWriter?,
        _ outcome: inout PictureOutcome
    ) throws -> RunReport {
        if let writer, preview == nil { return try plan.run(from: source, mask: mask, to: writer) }
        let room = preview?.room(columns: columns, lines: lines) ?? Size(1)
        let thumbnail = Thumbnail(of: plan.output, most: room, passingTo: writer)
        let report = try plan.run(from: source, mask: mask, to: thumbnail)
        if let preview { outcome.lines.append(.result(try preview.text(thumbnail.raster))) }
        return report
    }

    private func tell(
        _ report: RunReport, _ plan: Plan, _ reader: PictureReader, _ format: PictureFormat, _ job: OutputPlan.Job,
        _ outcome: inout PictureOutcome
    ) {
        for warning in reader.warnings { outcome.talk("kern apply: \(job.input): note: \(warning)") }
        if !command.strips, job.target != .nowhere, reader.hasLateMetadata {
            outcome.talk(
                "kern apply: \(job.input): note: texts or EXIF behind the pixels came too late for \(job.output), as "
                    + "they do from a pipe; give the file by its name to keep them")
        }
        if report.clippedShare > 0.01 {
            outcome.lines.append(.note("kern apply: \(job.output): \(ClippingNote(report, plan).sentence)"))
        }
        if command.isVerbose { outcome.talk("kern apply: \(job.input) → \(job.output)") }
        if command.printsJSON {
            let result: JSON = [
                "input": .string(job.input), "output": .string(job.output), "format": .string(format.rawValue),
                "width": .integer(plan.output.size.width), "height": .integer(plan.output.size.height),
                "channels": .integer(plan.output.channels.count), "depth": .string(plan.output.depth.word),
                "range": .string(plan.range.rawValue), "clipped": .number(report.clippedShare),
                "memory": .integer(plan.memory),
            ]
            outcome.lines.append(.result(result.text))
        }
    }
}

extension Graph {
    /// Whether what comes out are numbers about a picture, not a picture.
    var endsInClasses: Bool {
        let last = nodes[output].step
        return last is DenseStep || last is SoftmaxStep || last is DetectStep
    }

    /// Whether it is for parts of a picture that are to be found first.
    fileprivate var isDetector: Bool { nodes.contains { $0.step is RegionsStep || $0.step is DetectStep } }
}
