import Arguments
import Codecs
import Convolution
import Programs

/// What several commands say about how a program is run: engine, border, threads and limits.
struct EngineOptions: Sendable {
    var method: Method?
    var border: Border?
    var threads: Int?
    var limits: Limits

    static let options: [Option] = [.border, .engine, .threads] + limitOptions

    static let limitOptions: [Option] = Limit.allCases.map(\.option)

    init(_ arguments: ParsedArguments) throws {
        method = arguments.text(.engine).flatMap(Method.init(rawValue:))
        border = try arguments.text(.border).map(Border.init(word:))
        threads = arguments.has(.threads) ? arguments.integer(.threads) : nil
        limits = Limits(arguments)
    }

    /// Where neither method nor border can be chosen.
    init(limitsIn arguments: ParsedArguments) {
        threads = arguments.has(.threads) ? arguments.integer(.threads) : nil
        limits = Limits(arguments)
    }

    /// Asks the environment which instructions to use.
    func machine() throws -> Machine {
        Machine(lanes: try Environment.lanes(), threads: threads ?? Machine.coreCount)
    }

    func runOptions() throws -> RunOptions {
        var options = RunOptions(
            border: border, method: method, machine: try machine(), maxMemory: limits.maxMemory)
        options.maxPixels = limits.maxPixels
        return options
    }
}

extension Limits {
    /// The limits with those raised or lowered that the command line names.
    init(_ arguments: ParsedArguments) {
        self.init()
        for limit in Limit.allCases {
            if let value = arguments.integer(limit.option) { self[keyPath: limit.keyPath] = value }
        }
    }
}

extension Limit {
    /// Every limit that an error names can be raised by the flag it names.
    var option: Option {
        let name = String(flag.dropFirst(2))
        return switch self {
        case .pixels:
            Option(
                name, .quantity(base: 1000), placeholder: "N", defaultText: "1G",
                help: "Refuses pictures with more pixels than this, by their header.")
        case .memory:
            Option(
                name, .quantity(base: 1024), placeholder: "BYTES", defaultText: "1G",
                help: "Refuses what would have to hold more than this in memory at once.")
        case .chunkBytes:
            Option(
                name, .quantity(base: 1024), placeholder: "BYTES", defaultText: "8M",
                help: "Refuses pictures with a text or profile larger than this.")
        case .chunks:
            Option(
                name, .quantity(base: 1000), placeholder: "N", defaultText: "1000",
                help: "Refuses pictures with more texts and profiles than this.")
        case .scans:
            Option(
                name, .quantity(base: 1000), placeholder: "N", defaultText: "500",
                help: "Refuses progressive JPEGs with more scans than this.")
        }
    }
}

extension Border {
    /// A border as `--border` takes it, by the names that programs know.
    init(word: String) throws(ArgumentError) {
        if let border = BorderName.border(word) {
            self = border
            return
        }
        if word == "mirror" {
            throw .refused(
                "--border: programs disagree about 'mirror'; write 'symmetric' (c b a | a b c) or "
                    + "'reflect' (d c b | a b c)")
        }
        guard word.hasPrefix("constant") else {
            throw .badValue(option: Option.border.flag, value: word, expected: .choice(BorderName.all))
        }
        guard word.hasPrefix("constant:"), let value = Float(word.dropFirst(9)), value.isFinite else {
            throw .refused("--border: '\(word)' needs a number, as in constant:0.5")
        }
        self = .constant(value)
    }
}
