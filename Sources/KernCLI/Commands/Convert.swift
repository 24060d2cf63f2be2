import Arguments
import Codecs
import Convolution
import Programs
import Steps

/// `kern convert KERNEL --to SYNTAX`
struct Convert: Command {
    private static let syntaxes = KernelSyntax.allCases.map(\.rawValue)
    static let source = Option(
        "syntax", .choice(syntaxes), placeholder: "SYNTAX", defaultText: "by the file's name, else by its look",
        help: "How KERNEL is written: \(syntaxes.joined(separator: ", ")).")
    static let target = Option(
        "to", .choice(syntaxes), placeholder: "SYNTAX", defaultText: "by the name of OUT, else kern",
        help: "How it is to be written.")
    static let output = Option(
        "output", short: "o", .file, placeholder: "OUT", help: "A file to write it to, instead of stdout.")
    static let correlate = Option(
        "correlate",
        help:
            "Takes ImageMagick's and G'MIC's kernels as those of 'correlate', which does not turn them as 'convolve' does."
    )
    static let scale = Option(
        "scale", .text, placeholder: "SCALE",
        help: "Scales a kernel of ImageMagick's as '-define convolve:scale=SCALE' does: !, ^, 50% or !,25%.")
    static let index = Option(
        "index", .integer(1...Int.max), placeholder: "N", help: "Which of several kernels, from 1.")

    static let spec = CommandSpec(
        name: "convert", summary: "reads and writes kernels as other programs do",
        examples: [
            Example("kern convert '3x3: 1,2,3 4,5,6 7,8,9'", says: "a kernel of ImageMagick's as one of kern's"),
            Example("kern convert 'gaussian 1' --to vips -o gaussian.mat", says: "a matrix file for vips conv"),
            Example("kern convert emboss.svg --syntax svg -o emboss.kern", says: "an SVG filter as a step"),
            Example("kern convert conv1.npy --index 3 --to csv", says: "one kernel of a layer, as numbers"),
        ],
        positionals: [
            Positional(
                "KERNEL", completion: .dynamic("program"),
                help: "A kernel as text, a file with one, '-' for stdin, or a name from 'kern list'.")
        ],
        options: [source, target, output, correlate, scale, index, .force],
        discussion: [
            "Conventions are translated: kern lays a kernel on the picture as it is printed, as vips does; ImageMagick's and "
                + "G'MIC's convolve and SVG turn it, and Pillow puts the rows upside down. Divisors become part of the weights, "
                + "and offsets, which others count in levels, are fractions of white. What a syntax cannot say is said on "
                + "stderr.",
            "An imported kernel is a step: kern apply \"$(kern convert emboss.svg)\" photo.png -o embossed.png",
        ])

    let kernel: String
    let from: KernelSyntax?
    let to: KernelSyntax?
    let output: String?
    let isCorrelated: Bool
    let scale: String?
    let index: Int?
    let force: Bool

    init(_ arguments: ParsedArguments) throws {
        kernel = arguments.positionals[0]
        from = arguments.choice(Convert.source, as: KernelSyntax.self)
        to = arguments.choice(Convert.target, as: KernelSyntax.self)
        output = arguments.text(Convert.output)
        isCorrelated = arguments.has(Convert.correlate)
        scale = arguments.text(Convert.scale)
        index = arguments.integer(Convert.index)
        force = arguments.has(.force)
    }

    func run(_ terminal: Terminal) throws -> ExitStatus {
        let kernels = try read(terminal)
        guard (index ?? 1) <= kernels.count, index != nil || kernels.count == 1 else {
            throw Complaint(
                kernels.count == 1
                    ? "there is one kernel in it, so --index is 1"
                    : "there are \(kernels.count) kernels in it; choose one with --index, from 1 to \(kernels.count)")
        }
        let extensionSyntax = output.flatMap(Convert.pathExtension).flatMap(KernelSyntax.init(pathExtension:))
        let syntax = to ?? extensionSyntax ?? .kern
        let written: (bytes: [UInt8], notes: [String])
        do {
            written = try kernels[(index ?? 1) - 1].written(as: syntax, isCorrelated: isCorrelated)
        } catch {
            throw Complaint(error.sentence)
        }
        for note in written.notes { terminal.talk("kern convert: note: \(note)") }
        if let output, output != "-" {
            if let facts = FileFacts(output), facts.identity == FileFacts(kernel)?.identity {
                throw OutputError.overwritesInput(output: output, input: kernel)
            }
            try write(written.bytes, to: output)
        } else if syntax == .npy, terminal.resultsAreSeen {
            throw Complaint("an NPY is not printed on a terminal; write '-o FILE.npy'")
        } else {
            terminal.print(bytes: written.bytes)
        }
        return .ok
    }

    private func read(_ terminal: Terminal) throws -> [ForeignKernel] {
        let isFile = kernel == "-" || FileFacts(kernel).map { $0.kind != .directory } ?? false
        let bytes = isFile ? try SmallFile.bytes(of: kernel) : Array(kernel.utf8)
        let text = String(decoding: bytes, as: UTF8.self)
        let named = isFile ? Convert.pathExtension(kernel).flatMap(KernelSyntax.init(pathExtension:)) : nil
        let looks = bytes.first == 0x93 ? .npy : KernelSyntax(lookingAt: text)
        let syntax = from ?? (named == .csv && looks != .kern ? looks : named) ?? looks
        if syntax == .kern, scale != nil {
            throw Complaint("--scale is ImageMagick's; in kern a kernel is scaled by '| scale 0.5', or by its divisor")
        }
        if syntax == .kern {
            // A file by its name, so that what it names in turn is found.
            let program = isFile && kernel.hasSuffix(".kern") ? (kernel.contains("/") ? kernel : "./" + kernel) : text
            return [try known(program, in: terminal.catalogue(for: "convert"))]
        }
        do {
            return try ForeignKernel.read(bytes, as: syntax, isCorrelated: isCorrelated, scale: scale)
        } catch {
            throw Complaint(
                "\(isFile ? kernel + ": " : "")\(error.sentence) (read as \(syntax.rawValue); --syntax says otherwise)")
        }
    }

    /// The one kernel that a program of kern's is, with an offset behind it at most.
    private func known(_ program: String, in catalogue: Catalogue) throws -> ForeignKernel {
        let graph = try catalogue.graph(for: SourceText(text: program))
        let steps = graph.nodes.dropFirst().compactMap(\.step)
        guard let step = steps.first as? KernelStep, steps.count == graph.nodes.count - 1, steps.count <= 2,
            let window = try? step.settings.window(step.kernel.size),
            let kernel = try? Kernel(
                size: step.kernel.size, weights: step.kernel.weights, holes: step.kernel.holes,
                anchor: window.resolvedAnchor(of: step.kernel))
        else {
            let isKernel = steps.contains { $0 is KernelStep }
            throw Complaint(
                "'\(program)' is \(isKernel ? "more than one" : "no") kernel; only single kernels can be converted")
        }
        guard step.settings.stride == PerAxis(1), step.settings.dilation == PerAxis(1), step.settings.padding == .same
        else {
            throw Complaint(
                "'\(program)' has a stride, a dilation or a padding of its own, which a converted kernel cannot hold; "
                    + "leave it out, and give it to whoever applies the kernel")
        }
        var foreign = ForeignKernel(kernel, border: step.settings.border)
        if steps.count == 2 {
            guard let point = steps.last as? PointStep, case .offset(let offset) = point.function else {
                throw Complaint("'\(program)' is more than a kernel and an offset; only those can be converted")
            }
            foreign.offset = Double(offset)
        }
        return foreign
    }

    private func write(_ bytes: [UInt8], to path: String) throws {
        do {
            let file = try AtomicFile(path: path, replacing: force)
            defer { file.abandon() }
            let sink = ByteSink(descriptor: file.descriptor)
            try sink.write(bytes)
            try sink.flush()
            try file.commit()
        } catch {
            throw Complaint(about: error, input: path, output: path)
        }
    }

    private static func pathExtension(_ path: String) -> String? {
        let name = path.split(separator: "/").last ?? ""
        return name.lastIndex(of: ".").map { String(name[name.index(after: $0)...]) }
    }
}
