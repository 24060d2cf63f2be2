import Arguments
import Pixels
import Programs

/// `kern show NAME`
struct Show: Command {
    static let output = Option(
        "output", short: "o", .file, placeholder: "PICTURE", help: "Also draws the kernel into this PNG.")
    static let size = Option(
        "size", .size, placeholder: "WIDTHxHEIGHT", defaultText: "256x256", help: "How large the picture is.")

    static let spec = CommandSpec(
        name: "show", summary: "shows what a kernel is",
        examples: [
            Example("kern show sobel-x", says: "its matrix, sum, symmetry and rank, drawn in the terminal"),
            Example("kern show 'gaussian 2'", says: "with a parameter"),
            Example("kern show 'gabor angle=30' -o gabor.png --size 512", says: "as a picture of 512x512"),
            Example("kern show '[1 2 1]/4' --json", says: "a matrix of your own, for a program to read"),
        ],
        positionals: [
            Positional(
                "NAME", completion: .dynamic("program"),
                help: "A name from 'kern list', with its parameters, a matrix, or a kernel file.")
        ],
        options: [output, size, .force, .json],
        discussion: [
            "Kernels are correlated, as OpenCV, libvips and network layers do: the matrix lies on the picture as it is "
                + "printed. 'flip' on a step turns it by 180 degrees, which is convolution."
        ])

    let name: String
    let picture: String?
    let pictureSize: Size
    let force: Bool
    let printsJSON: Bool

    init(_ arguments: ParsedArguments) throws {
        name = arguments.positionals[0]
        picture = arguments.text(Show.output)
        pictureSize = arguments.size(Show.size).map { Size(width: $0.width, height: $0.height) } ?? Size(256)
        force = arguments.has(.force)
        printsJSON = arguments.has(.json)
        guard max(pictureSize.width, pictureSize.height) <= 8192 else {
            throw ArgumentError.refused("--size: a picture of a kernel is at most 8192 pixels wide and high")
        }
    }

    func run(_ terminal: Terminal) throws -> ExitStatus {
        let subject = try Subject(name, in: Catalogue(folders: Environment.kernelFolders))
        if printsJSON {
            terminal.print(json(subject).text)
        } else {
            print(subject, terminal)
        }
        if let picture { try draw(subject, to: picture) }
        return .ok
    }

    private func draw(_ subject: Subject, to picture: String) throws {
        guard !subject.kernels.isEmpty else {
            throw Complaint("'\(name)' has no weights to draw; kernels are listed by 'kern list kernels'")
        }
        Interruption.cleansUp()
        do {
            try KernelPicture(subject.kernels.map(\.kernel), size: pictureSize).write(to: picture, replacing: force)
        } catch {
            throw Complaint(about: error, input: name, output: picture)
        }
    }
}
