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
        let plan = try drawings(of: search)
        Interruption.cleansUp()
        let folders = try NewFolders(plan.missingFolders)
        defer { folders.removeEmpty() }
        if format == .csv { terminal.print("path,class,probability,x,y,width,height") }
        let failures = try answer(plan.jobs, terminal) { [detector] job, machine in
            try things(job, detector, classes, machine)
        } say: { told, job in
            if let note = told.note { terminal.talk("kern predict: \(job.input): note: \(note)") }
            for line in lines(told.things, job.input, classes) { terminal.print(line) }
        }
        return search.troubles.isEmpty && failures == 0 ? .ok : .failed
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
        for job in plan.jobs {
            if case .stream = job.target { throw Complaint("\(job.output) is no file; name one for the drawing") }
        }
        return plan
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
        guard case .file(let path) = job.target else { return told }
        let drawing = try FoundThings(things, classes).drawn(over: raster)
        guard let format = PictureFormat(pathExtensionOf: job.output) else { return told }
        try format.checkStores(drawing.header, as: job.output, hadAlpha: false)
        try WholeFile.save(drawing.encoded(as: format), to: path, replacing: force)
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
