import Arguments

/// One command: a file in Commands/ that conforms, and a line in `Tool.commands`.
///
/// `init` turns words into meaning and asks nothing of the system; `run` does the work.
package protocol Command: Sendable {
    static var spec: CommandSpec { get }

    init(_ arguments: ParsedArguments) throws

    func run(_ terminal: Terminal) throws -> ExitStatus
}
