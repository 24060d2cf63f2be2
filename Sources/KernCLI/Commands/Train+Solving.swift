import Codecs
import Convolution
import Learning
import Pixels
import Programs

/// One convolution is not trained but solved for.
extension Train {
    func solve(_ problem: SolvableProgram, _ catalogue: Catalogue, _ terminal: Terminal) throws -> ExitStatus {
        let pairs = try pairs().pairs
        let machine = try engine.machine()
        if let output { try checkOutput(output, pairs) }
        let (kernel, seen) = try learn(problem, pairs, machine)
        let second = kernel.isExplained ? nil : secondLook(problem, pairs[0], kernel, machine)
        let report = LearnedKernelText(
            kernel: kernel, recognition: kernel.recognition(in: catalogue, on: machine), secondLook: second,
            hasJPEG: seen.formats.contains(.jpeg), pairCount: pairs.count, channels: seen.channels,
            geometryWords: problem.geometryWords, width: terminal.width)
        if let output {
            let file = KernelFile(help: report.help(named: output, from: pairs), program: try problem.program(kernel))
            Interruption.cleansUp()
            do {
                try WholeFile.write(Array(file.description.utf8), to: output, replacing: force)
            } catch {
                throw Complaint(about: error, input: pairs[0].before, output: output)
            }
        }
        if printsJSON {
            terminal.print(report.json(output: output, program: try problem.program(kernel)).text)
        } else {
            for line in report.lines { terminal.print(line) }
            if let output {
                let linear = isLinear ? " --linear" : ""
                terminal.print("written     \(output); to use it: kern apply\(linear) \(output) PICTURE -o OUT")
            }
        }
        for note in report.notes { terminal.talk("kern train: note: \(note)") }
        return .ok
    }

    /// How the pictures of a pair lie, where one of them is shifted and one kernel is near enough to what was done to tell.
    /// A net would have to learn that with the rest.
    func shiftNote(_ pair: PicturePairs.Pair, _ machine: Machine) -> String? {
        guard pair.before != pair.after, var solver = try? KernelSolver(KernelModel(window: Window(size: Size(9)))),
            let first = try? LearningSource(pair.before, limits: engine.limits),
            let second = try? LearningSource(pair.after, limits: engine.limits),
            first.header.size.area ?? .max <= Self.mostSearched,
            (try? solver.add(before: first, after: second)) != nil, let kernel = try? solver.solve(),
            kernel.outputs.allSatisfy({ $0.blindCount == 0 })
        else { return nil }
        let recognition = kernel.recognition(in: Catalogue(folders: Environment.kernelFolders), on: machine)
        return Diagnosis(kernel, recognition: recognition).shift.map { shift in
            "\(pair.after) seems shifted by (\(shift.x),\(shift.y)) against \(pair.before), which a net has to learn too; "
                + "crop both so that they lie on each other"
        }
    }

    /// Pixels of a picture that are looked at for a shift: a second's work.
    private static let mostSearched = 1 << 24

    private func checkOutput(_ output: String, _ pairs: [PicturePairs.Pair]) throws {
        let inputs = pairs.flatMap { [$0.before, $0.after] }
        for input in inputs where FileFacts(input) != nil && FileFacts(input)?.identity == FileFacts(output)?.identity {
            throw OutputError.overwritesInput(output: output, input: input)
        }
        _ = try OutputPlan(inputs: [pairs[0].before], output: output, force: force)
    }

    private func learn(
        _ problem: SolvableProgram, _ pairs: [PicturePairs.Pair], _ machine: Machine
    ) throws -> (LearnedKernel, Seen) {
        var seen = Seen()
        do {
            var solver = try KernelSolver(problem.model, machine: machine)
            try look(problem, pairs, &solver, &seen)
            let learned = try solver.solve()
            guard var second = solver.secondLook(after: learned) else { return (learned, seen) }
            try look(problem, pairs, &second, &seen)
            // What is left far enough from the ends may be too little to tell anything.
            guard let again = try? second.solve(), !again.outputs.contains(where: { $0.blindCount > 0 }) else {
                return (learned, seen)
            }
            return (again, seen)
        } catch let error as SolvingError {
            throw Complaint(SolvingSentence(error, problem, pairs[0]).text, status: error.isUsage ? .misuse : .failed)
        }
    }

    private func look(
        _ problem: SolvableProgram, _ pairs: [PicturePairs.Pair], _ solver: inout KernelSolver,
        _ seen: inout Seen
    ) throws {
        for pair in pairs {
            let first = try LearningSource(pair.before, limits: engine.limits)
            let second = try LearningSource(pair.after, limits: engine.limits)
            let channels = second.header.channels.colorCount
            if let wanted = problem.channels, wanted != channels {
                throw Complaint(
                    "\(pair.after) has \(channels) channels and '\(problem.stepText)' makes \(wanted); "
                        + "write 'conv \(channels) \(problem.model.window.size)'", status: .failed)
            }
            seen.formats.formUnion([first.format, second.format])
            seen.channels = second.header.channels.count
            do {
                try solver.add(before: first, after: second)
            } catch let error as SolvingError {
                throw Complaint(
                    SolvingSentence(error, problem, pair).text, status: error.isUsage ? .misuse : .failed)
            }
        }
    }

    /// What the first pair says without what was demanded of the kernel, in a larger window, and in linear light, where the
    /// kernel did not explain it. Whatever goes wrong here was said before or does not matter.
    private func secondLook(
        _ problem: SolvableProgram, _ pair: PicturePairs.Pair, _ kernel: LearnedKernel, _ machine: Machine
    ) -> SecondLook? {
        func again(_ change: (inout KernelModel) -> Void) -> LearnedKernel? {
            var model = KernelModel(window: problem.model.window, colour: problem.model.colour)
            model.hasBias = problem.model.hasBias
            model.isLinear = problem.model.isLinear
            change(&model)
            guard var solver = try? KernelSolver(model, machine: machine),
                let first = try? LearningSource(pair.before, limits: engine.limits),
                let second = try? LearningSource(pair.after, limits: engine.limits),
                (try? solver.add(before: first, after: second)) != nil
            else { return nil }
            return try? solver.solve()
        }
        var look = SecondLook()
        if !problem.model.demands.isEmpty { look.free = again { _ in } }
        let size = problem.model.window.size
        let wide = Size(width: size.width + 12, height: size.height + 12)
        let area = wide.width * wide.height * (problem.model.colour == .mix ? kernel.inputs : 1)
        // Only where the result keeps its size may the window grow.
        if area <= 1200, problem.model.window.padding == .same, problem.model.window.stride == PerAxis(1) {
            look.wide = again { model in
                let anchor = model.window.resolvedAnchor(of: nil)
                model.window.size = wide
                model.window.anchor = PerAxis(x: anchor.x + 6, y: anchor.y + 6)
            }
        }
        if !problem.model.isLinear { look.linear = again { $0.isLinear = true } }
        if !problem.model.hasBias { look.biased = again { $0.hasBias = true } }
        if problem.model.colour == .shared, size.width * size.height <= 400 {
            look.mixed = again { model in
                model.colour = .mix
                model.hasBias = true
            }
        }
        return look
    }
}

/// What was seen of the pictures besides their samples.
private struct Seen {
    var formats: Set<PictureFormat> = []
    /// Of the pictures after, alpha included.
    var channels = 0
}

/// What came out when a pair that one kernel does not explain was looked at in other ways.
struct SecondLook {
    var free: LearnedKernel?
    var wide: LearnedKernel?
    var linear: LearnedKernel?
    /// With a number added.
    var biased: LearnedKernel?
    /// With sums over all channels.
    var mixed: LearnedKernel?
}

extension SolvingError {
    /// Whether what was asked for cannot be, whatever the pictures hold.
    fileprivate var isUsage: Bool {
        switch self {
        case .tooManyUnknowns, .symmetryNeedsSquare, .separableMix, .separableSymmetry: true
        default: false
        }
    }
}

/// A picture being read that names itself where it turns out to be damaged.
private final class LearningSource: RowSource {
    private let reader: PictureReader
    private let path: String

    init(_ path: String, limits: Limits) throws {
        self.path = path
        do {
            reader = try PictureReader(path: path, limits: limits)
        } catch {
            throw Complaint(about: error, input: path, output: nil)
        }
    }

    var header: PictureHeader { reader.header }
    var format: PictureFormat { reader.format }

    func readRows(_ count: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
        do {
            try reader.readRows(count, into: buffer)
        } catch {
            throw Complaint(about: error, input: path, output: nil)
        }
    }
}
