import Arguments
import Codecs
import Convolution
import Pixels
import Programs

/// `kern compare A B`
struct Compare: Command {
    static let maxError = Option(
        "max-error", .number(0...1), placeholder: "E",
        help: "Fails if any sample differs by more than E, on a scale of 0...1; 2/255 is two steps of 8 bits.")
    static let meanError = Option(
        "mean-error", .number(0...1), placeholder: "E", help: "Fails if the mean difference is more than E.")
    static let minPSNR = Option(
        "min-psnr", .number(0...Double.infinity), placeholder: "DB", help: "Fails if the PSNR is below DB decibels.")
    static let minSSIM = Option(
        "min-ssim", .number(-1...1), placeholder: "S", help: "Fails if the structural similarity is below S.")
    static let difference = Option(
        "difference", .file, placeholder: "OUT",
        help: "Writes the absolute difference as a picture, stretched so that the largest becomes white.")

    static let spec = CommandSpec(
        name: "compare", summary: "measures how two pictures differ",
        examples: [
            Example("kern compare before.png after.png", says: "largest and mean difference, PSNR and SSIM"),
            Example(
                "kern compare a.png b.png --max-error 1/255",
                says: "exit 1 if they differ by more than one step of 8 bits"),
            Example("kern compare a.png b.png --difference diff.png", says: "a picture of where they differ"),
        ],
        positionals: [
            Positional("A", completion: .file, help: "A picture; '-' is stdin."),
            Positional("B", completion: .file, help: "The picture to compare it with."),
        ],
        options: [maxError, meanError, minPSNR, minSSIM, difference, .force, .threads] + EngineOptions.limitOptions + [
            .json
        ],
        discussion: [
            "SSIM is that of Wang et al. (2004) in windows of 11x11, weighted by a Gaussian of sigma 1.5, wholly inside the "
                + "picture, as the mean over all channels; PSNR is for a range of 0...1. Alpha counts as a channel.",
            "The exit status is 0 where every bound holds, 1 where one does not or a picture cannot be read, and 2 where "
                + "the command line is wrong. Without a bound the status does not depend on the difference.",
        ])

    let first: String
    let second: String
    let bounds: Bounds
    let picture: String?
    let force: Bool
    let limits: Limits
    let threads: Int?
    let printsJSON: Bool

    /// What must hold for the exit status to be 0.
    struct Bounds: Sendable {
        var maxError: Double?
        var meanError: Double?
        var minPSNR: Double?
        var minSSIM: Double?
    }

    init(_ arguments: ParsedArguments) throws {
        first = arguments.positionals[0]
        second = arguments.positionals[1]
        bounds = Bounds(
            maxError: arguments.number(Compare.maxError), meanError: arguments.number(Compare.meanError),
            minPSNR: arguments.number(Compare.minPSNR), minSSIM: arguments.number(Compare.minSSIM))
        picture = arguments.text(Compare.difference)
        force = arguments.has(.force)
        limits = Limits(arguments)
        threads = arguments.integer(.threads)
        printsJSON = arguments.has(.json)
        if first == "-", second == "-" {
            throw ArgumentError.refused("stdin can be read only once, but both pictures are '-'")
        }
        if picture == "-" {
            throw ArgumentError.refused("--difference needs a file: what is measured goes to stdout")
        }
        if picture != nil, first == "-" || second == "-" {
            throw ArgumentError.refused(
                "--difference reads both pictures twice, which stdin does not allow; name files")
        }
    }

    func run(_ terminal: Terminal) throws -> ExitStatus {
        let machine = Machine(lanes: try Environment.lanes(), threads: threads ?? Machine.coreCount)
        let target = try picture.map {
            try OutputPlan(
                inputs: [PictureInput(first)], output: $0, existing: force ? .replace : .refuse, alsoRead: [second]
            ).jobs[0]
        }
        let format = try target.flatMap { try PictureFormat(named: $0.output) } ?? .png
        let (a, b) = try (source(first), source(second))
        let comparison: Comparison
        do {
            comparison = try Comparison(of: a, with: b, machine: machine)
        } catch let error as ComparisonError {
            throw Complaint(sentence(error), status: .failed)
        }
        let report = ComparisonText(comparison, [a.header, b.header], bounds)
        var gain: Double?
        if let target { gain = try draw(comparison, a.header, to: target, as: format, machine) }
        if printsJSON {
            terminal.print(report.json(gain: gain).text)
        } else {
            for line in report.lines { terminal.print(line) }
            if let gain, let target { terminal.print("difference    \(target.output), \(stretchText(gain))") }
        }
        for broken in report.broken { terminal.complain(broken, as: "kern compare") }
        return report.broken.isEmpty ? .ok : .failed
    }

    private func source(_ path: String) throws -> NamedSource { try NamedSource(path, limits: limits) }

    private func sentence(_ error: ComparisonError) -> String {
        switch error {
        case .sizes(let a, let b):
            "the sizes differ: \(first) is \(a), \(second) is \(b); only pictures of one size can be compared"
        case .channels(let a, let b):
            "the channels differ: \(first) has \(a.count), \(second) has \(b.count); bring one to the other's, "
                + "as with 'kern apply gray', or 'kern apply \"channel r,g,b\" --alpha channel', which leaves alpha out"
        }
    }

    private func stretchText(_ gain: Double) -> String {
        gain == 1 ? "not stretched" : "stretched \(NumberText.short(gain)) times"
    }

    /// Both pictures are read again, now that the largest difference is known. Returns the stretch.
    private func draw(
        _ comparison: Comparison, _ header: PictureHeader, to job: OutputPlan.Job, as format: PictureFormat,
        _ machine: Machine
    ) throws -> Double {
        let gain = comparison.isIdentical ? 1 : 1 / comparison.maxError
        let (a, b) = try (source(first), source(second))
        let drawing = DifferencePicture(
            of: header, depth: format.depth(for: header.depth), gain: gain, machine: machine)
        Interruption.cleansUp()
        do {
            let file = try AtomicFile(path: job.output, replacing: force)
            defer { file.abandon() }
            let writer = try PictureWriter(format, drawing.header, to: ByteSink(descriptor: file.descriptor))
            try drawing.write(a, b, to: writer)
            try file.commit()
        } catch {
            throw Complaint(about: error, input: first, output: job.output)
        }
        return gain
    }
}
