import Arguments
import Codecs
import Convolution
import Learning
import Pixels
import Programs
import Tensors

/// What a detector finds in pictures.
extension Predict {
    func find(_ detector: Detector, _ classes: [String], _ terminal: Terminal) throws -> ExitStatus {
        var detector = detector
        detector.least = confidence
        detector.mostOverlap = overlap
        let search = InputSearch(inputs, isRecursive: isRecursive, leavingOut: output)
        for trouble in search.troubles { terminal.complain(trouble, as: "kern predict") }
        var failures = search.troubles.count
        let jobs = try drawings(of: search)
        Interruption.cleansUp()
        let folders = try NewFolders(jobs.missingFolders)
        defer { folders.removeEmpty() }
        let machine = try engine.machine()
        if format == .csv { terminal.print("path,class,probability,x,y,width,height") }
        for first in stride(from: 0, to: jobs.jobs.count, by: Predict.atOnce) {
            let some = Array(jobs.jobs[first..<min(first + Predict.atOnce, jobs.jobs.count)])
            for (job, result) in zip(some, found(some, detector, classes, machine)) {
                switch result {
                case .success(let told):
                    if let note = told.note { terminal.talk("kern predict: \(job.input): note: \(note)") }
                    for line in lines(told.things, job.input, classes) { terminal.print(line) }
                case .failure(let complaint):
                    terminal.complain(complaint.sentence, as: "kern predict")
                    failures += 1
                }
            }
        }
        return failures == 0 ? .ok : .failed
    }

    /// What became of a picture.
    private struct Told: Sendable {
        var things: [Detection]
        var note: String?
    }

    private func drawings(of search: InputSearch) throws -> OutputPlan {
        guard let output else { return OutputPlan(showing: search.inputs) }
        let plan = try OutputPlan(
            inputs: search.inputs, output: output, existing: force ? .replace : .refuse, alsoRead: [model])
        for job in plan.jobs where try PictureFormat(named: job.output) == nil {
            throw Complaint("\(job.output): end the name in .png, .jpg or another format's ending")
        }
        return plan
    }

    private func found(
        _ jobs: [OutputPlan.Job], _ detector: Detector, _ classes: [String], _ machine: Machine
    ) -> [Result<Told, Complaint>] {
        let found = Guarded([Int: Result<Told, Complaint>]())
        // One picture is shared by all threads, of many each has its own.
        let inner = Machine(lanes: machine.lanes, threads: jobs.count == 1 ? machine.threads : 1)
        machine.split(0..<jobs.count, grain: 1) { piece in
            for index in piece {
                let result = Result { try things(jobs[index], detector, classes, inner) }.mapError { error in
                    let name = jobs[index].input
                    let complaint = Complaint(about: error, input: name, output: jobs[index].output)
                    let isNamed = complaint.sentence.hasPrefix(name) || error is Complaint
                    return isNamed ? complaint : Complaint("\(name): \(complaint.sentence)")
                }
                found.withLock { $0[index] = result }
            }
        }
        return found.withLock { all in jobs.indices.compactMap { all[$0] } }
    }

    private func things(
        _ job: OutputPlan.Job, _ detector: Detector, _ classes: [String], _ machine: Machine
    ) throws -> Told {
        let limits = engine.limits
        let reader =
            job.input == "-"
            ? try PictureReader(descriptor: 0, limits: limits) : try PictureReader(path: job.input, limits: limits)
        let raster = try detector.program.read(reader, limits: limits)
        let things = detector.find(in: raster, machine: machine).things
        var told = Told(things: things)
        if raster.header.metadata.orientation != .upright {
            told.note =
                "it is stored turned, and things were looked for, and are told, as it is stored; 'kern apply identity "
                + "--upright' turns it"
        }
        if case .nowhere = job.target { return told }
        let drawing = try FoundThings(things, classes).drawn(over: raster)
        guard let format = PictureFormat(pathExtensionOf: job.output) else { return told }
        try format.checkStores(drawing.header, as: job.output, hadAlpha: false)
        try WholeFile.save(drawing.encoded(as: format), to: job.output, replacing: force)
        return told
    }

    // MARK: What is printed

    private static func hundredths(_ value: Double) -> JSON { .number((value * 100).rounded() / 100) }

    private func lines(_ things: [Detection], _ path: String, _ classes: [String]) -> [String] {
        switch format {
        case .json:
            let list = things.map { thing -> JSON in
                [
                    "class": .string(classes[thing.label]), "probability": .float(thing.probability),
                    "x": Self.hundredths(thing.box.left), "y": Self.hundredths(thing.box.top),
                    "width": Self.hundredths(thing.box.width), "height": Self.hundredths(thing.box.height),
                ]
            }
            return [(["path": .string(path), "things": .array(list)] as JSON).text]
        case .csv:
            // A picture in which nothing is found has a line as well, as it has where boxes are read.
            if things.isEmpty { return ["\(Self.quoted(path)),,,,,,"] }
            return things.map { thing in
                let places = [thing.box.left, thing.box.top, thing.box.width, thing.box.height]
                return "\(Self.quoted(path)),\(Self.quoted(classes[thing.label])),\(thing.probability),"
                    + places.map { NumberText.fixed($0, places: 2) }.joined(separator: ",")
            }
        case .text:
            let list = things.map {
                "\(classes[$0.label]) \(NumberText.percent(Double($0.probability))) \($0.box)"
            }
            return ["\(path): " + (list.isEmpty ? "nothing found" : list.joined(separator: ", "))]
        }
    }
}
