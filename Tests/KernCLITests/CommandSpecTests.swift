import Arguments
import KernCLI
import Testing

/// What must be true of every command, now and of those to come.
@Suite struct CommandSpecTests {
    @Test func `names of commands are unique`() {
        let names = Tool.spec.commands.map(\.name)
        #expect(Set(names).count == names.count)
    }

    @Test(arguments: Tool.spec.commands.map(\.name))
    func `a command says what it is in one line and shows how to use it`(name: String) throws {
        let command = try Tool.spec.command(meant: name)
        #expect(command.summary.first?.isLowercase == true && !command.summary.hasSuffix("."))
        #expect(!command.examples.isEmpty)
        for example in command.examples {
            #expect(example.line.hasPrefix("kern \(name)"))
            #expect(!example.says.isEmpty && example.line.count <= 92)
        }
        for positional in command.positionals { #expect(!positional.help.isEmpty) }
    }

    @Test(arguments: Tool.spec.commands.map(\.name))
    func `no two options of a command share a name or a letter`(name: String) throws {
        let options = try Tool.spec.command(meant: name).allOptions
        let longs = options.map(\.long)
        let shorts = options.compactMap(\.short)
        #expect(Set(longs).count == longs.count)
        #expect(Set(shorts).count == shorts.count)
    }

    @Test(arguments: Tool.spec.commands.map(\.name))
    func `every option has help, and only those with a value have a placeholder and a default`(name: String) throws {
        for option in try Tool.spec.command(meant: name).allOptions {
            #expect(option.help.first?.isWhitespace == false && option.help.hasSuffix("."), "\(option.flag)")
            #expect(option.takesValue == (option.valueUsage != nil), "\(option.flag)")
            #expect(option.takesValue || option.defaultText == nil, "\(option.flag)")
            #expect(option.long.allSatisfy { $0.isLowercase || $0 == "-" }, "\(option.flag)")
        }
    }

    @Test(arguments: Tool.spec.commands.map(\.name))
    func `only the last positional may be many or missing`(name: String) throws {
        let arities = try Tool.spec.command(meant: name).positionals.map(\.arity)
        #expect(arities.dropLast().allSatisfy { $0 == .one })
    }

    @Test(arguments: Tool.spec.commands.map(\.name))
    func `an option means the same in every command that has it`(name: String) throws {
        let kinds = Dictionary(
            Tool.spec.commands.flatMap(\.allOptions).map { ($0.long, $0.kind) }, uniquingKeysWith: { first, _ in first }
        )
        for option in try Tool.spec.command(meant: name).allOptions { #expect(option.kind == kinds[option.long]) }
    }
}
