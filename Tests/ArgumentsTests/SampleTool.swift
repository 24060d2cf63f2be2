import Arguments

let sizeOption = Option("size", .size, placeholder: "WxH", defaultText: "1", help: "How large.")
let rangeOption = Option("range", .choice(["auto", "clip", "abs"]), help: "How values leave.")
let outputOption = Option("output", short: "o", .file, placeholder: "OUT", isRequired: true, help: "Where it goes.")
let forceOption = Option("force", short: "f", help: "Replaces.")
let quietOption = Option("quiet", short: "q", help: "Says nothing.")
let threadsOption = Option("threads", short: "t", .integer(1...64), placeholder: "N", help: "Threads.")
let boundOption = Option("bound", .number(0...1), placeholder: "E", repeats: true, help: "Largest error.")
let memoryOption = Option("memory", .quantity(base: 1024), placeholder: "BYTES", help: "Most memory.")
let atOption = Option("at", .point, placeholder: "X,Y", help: "Which pixel.")
let borderOption = Option("border", .suggested(["edge", "zero"]), placeholder: "RULE", help: "Beyond the border.")

/// A command with one option of every kind.
let filterCommand = CommandSpec(
    name: "filter", summary: "filters pictures",
    examples: [Example("tool filter blur a.png -o b.png", says: "blurs")],
    positionals: [
        Positional("PROGRAM", completion: .dynamic("program"), help: "What to do."),
        Positional("INPUT", arity: .oneOrMore, completion: .file, help: "Pictures to read."),
    ],
    options: [
        outputOption, forceOption, quietOption, sizeOption, rangeOption, threadsOption, boundOption, memoryOption,
        atOption, borderOption,
    ], otherNames: ["workers": threadsOption, "batchsize": sizeOption])

let printCommand = CommandSpec(
    name: "print", summary: "prints a name", examples: [Example("tool print x", says: "prints x")],
    positionals: [Positional("NAME", arity: .optional, help: "What to print.")],
    options: [quietOption], discussion: ["Names are printed as they are, without any change at all to any of them."])

let sampleTool = ToolSpec(
    name: "tool", version: "1.2", summary: "a sample",
    examples: [Example("tool print", says: "prints")], commands: [filterCommand, printCommand])

func parse(_ words: String..., by command: CommandSpec = filterCommand) throws -> ParsedArguments {
    switch try command.parse(words) {
    case .arguments(let arguments): arguments
    case .help: throw ArgumentError.refused("help was asked for")
    }
}
