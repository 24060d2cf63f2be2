import Arguments

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
        help: "Writes the absolute difference, stretched to be seen, as a picture.")

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
        options: [maxError, meanError, minPSNR, minSSIM, difference, .force] + EngineOptions.limitOptions + [.json],
        discussion: [
            "The exit status is 0 where every bound holds, 1 where one does not or a picture cannot be read, and 2 where "
                + "the command line is wrong. Without a bound the status does not depend on the difference."
        ])

    let first: String
    let second: String

    init(_ arguments: ParsedArguments) throws {
        first = arguments.positionals[0]
        second = arguments.positionals[1]
    }

    func run(_ terminal: Terminal) throws -> ExitStatus {
        throw Complaint("compare waits for the codecs")
    }
}
