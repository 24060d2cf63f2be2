import Arguments
import Codecs
import Pixels
import Programs

/// `kern show NAME`
struct Show: Command {
    static let output = Option(
        "output", short: "o", .file, placeholder: "PICTURE",
        help:
            "Also draws the kernel into this picture; where it ends in '/', saves each kernel in this folder. A layer's are "
            + "then not printed. With a PICTURE, draws the maps; as .npy it holds their numbers.")
    static let size = Option(
        "size", .size, placeholder: "WIDTHxHEIGHT", defaultText: "256x256, larger for many kernels and for maps",
        help: "How large the picture is.")

    static let layer = Option(
        "layer", .text, placeholder: "N|NAME",
        help:
            "Of a model: the kernels of its N-th layer that has some, or of the one of this name, such as conv1. With a "
            + "PICTURE any step of the model has a name: relu1, maxpool2.")

    static let spec = CommandSpec(
        name: "show", summary: "shows what a kernel is",
        examples: [
            Example("kern show sobel-x", says: "its matrix, sum, symmetry and rank, drawn in the terminal"),
            Example("kern show 'gaussian 2'", says: "with a parameter"),
            Example("kern show 'gabor angle=30' -o gabor.png --size 512", says: "as a picture of 512x512"),
            Example("kern show digits.safetensors --layer 1 -o kernels.png", says: "what a net learned"),
            Example(
                "kern show digits.safetensors scan.png --layer relu1 -o maps.png",
                says: "what its first relu makes of a picture: the feature maps"),
            Example(
                "kern show digits.safetensors --layer conv2 -o conv2/",
                says: "its kernels as files, each a step by its name"),
            Example("kern show '[1 2 1]/4' --json", says: "a matrix of your own, for a program to read"),
        ],
        positionals: [
            Positional(
                "NAME", completion: .dynamic("program"),
                help: "A name from 'kern list', with its parameters, a matrix, a kernel file, or a model."),
            Positional(
                "PICTURE", arity: .optional, completion: .file,
                help: "Draws what a step of the model makes of this picture, instead of kernels; '-' is stdin."),
        ],
        options: [output, size, layer, .force, .threads] + EngineOptions.limitOptions + [.json],
        discussion: [
            "Kernels are correlated, as OpenCV, libvips and network layers do: the matrix lies on the picture as it is "
                + "printed. 'flip' on a step turns it by 180 degrees, which is convolution."
        ])

    let name: String
    /// The picture of which maps are made.
    let input: String?
    let picture: String?
    let layer: String?
    /// nil for what suits what is drawn.
    let pictureSize: Size?
    let engine: EngineOptions
    let force: Bool
    let printsJSON: Bool

    init(_ arguments: ParsedArguments) throws {
        name = arguments.positionals[0]
        input = arguments.positionals.count > 1 ? arguments.positionals[1] : nil
        picture = arguments.text(Show.output)
        engine = EngineOptions(limitsIn: arguments)
        layer = arguments.text(Show.layer)
        pictureSize = arguments.size(Show.size).map { Size(width: $0.width, height: $0.height) }
        force = arguments.has(.force)
        printsJSON = arguments.has(.json)
        let forMaps = ([.threads] + EngineOptions.limitOptions).first(where: arguments.has)
        if input == nil, let option = forMaps {
            throw ArgumentError.refused("\(option.flag) is for what is made of a PICTURE; name one, or leave it out")
        }
        if picture == nil, input == nil, arguments.has(Show.size) {
            throw ArgumentError.refused("--size is of a picture of the kernel; name its file with -o")
        }
        guard pictureSize.map({ max($0.width, $0.height) <= KernelPicture.longestSide }) ?? true else {
            throw ArgumentError.refused("--size: a picture of a kernel is at most 8192 pixels wide and high")
        }
    }

    func run(_ terminal: Terminal) throws -> ExitStatus {
        if let input { return try showMaps(of: input, terminal) }
        let isDrawn = picture.map { !$0.hasSuffix("/") } ?? false
        let subject = try Subject(
            name, layer: layer, isDrawn: isDrawn && !printsJSON, in: terminal.catalogue(for: "show"))
        if let picture, !picture.hasSuffix("/"), !force, FileFacts(picture)?.kind == .file {
            throw OutputError.exists(output: picture, others: 0)
        }
        if let picture, picture.hasSuffix("/") {
            try save(subject, in: picture)
            if let note = subject.layer?.noteOfFiles { terminal.talk("kern show: note: \(note)") }
        } else if let picture {
            try draw(subject, to: picture)
        }
        if printsJSON {
            terminal.print(json(subject))
        } else {
            print(subject, terminal)
        }
        return .ok
    }

    /// Each kernel as a file that is a step by its name.
    private func save(_ subject: Subject, in folder: String) throws {
        guard !subject.kernels.isEmpty else { throw Complaint("'\(name)' has no weights to save") }
        var folders = OutputPlan.FolderCache(makesMissing: true)
        _ = try folders.resolved(folderOf: folder)
        Interruption.cleansUp()
        let made = try NewFolders(folders.missing)
        defer { made.removeEmpty() }
        var taken: Set<String> = []
        for (index, named) in subject.kernels.enumerated() {
            // A kernel of the catalogue keeps its name.
            let isName = named.text.allSatisfy { $0.isLetter || $0.isNumber || $0 == "-" }
            var own = named.label ?? (isName ? named.text : "kernel-\(index + 1)")
            if !taken.insert(own).inserted { own = "kernel-\(index + 1)" }
            let file = KernelFile(
                help: ["\(own) — \(named.text), from \(name)"] + [named.use].compactMap(\.self),
                program: try Program(parsing: SourceText(text: named.kernel.literal + named.words)))
            try WholeFile.save(Array(file.description.utf8), to: "\(folder)\(own).kern", replacing: force)
        }
    }

    private func draw(_ subject: Subject, to picture: String) throws {
        guard !subject.kernels.isEmpty else {
            throw Complaint("'\(name)' has no weights to draw; kernels are listed by 'kern list kernels'")
        }
        guard picture != "-" else { throw Complaint("-o needs a file here: what is told goes to stdout") }
        let format = try PictureFormat(named: picture) ?? .png
        Interruption.cleansUp()
        do {
            try KernelPicture(subject.kernels.map(\.kernel), perOutput: subject.columns ?? 1, size: pictureSize)
                .write(to: picture, as: format, replacing: force)
        } catch {
            throw Complaint(about: error, input: name, output: picture)
        }
    }
}
