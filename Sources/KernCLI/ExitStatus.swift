/// What the shell is told.
package enum ExitStatus: Int32, Sendable {
    case ok = 0
    /// Some inputs failed, or a comparison failed.
    case failed = 1
    /// The command line or the program is wrong; nothing was done.
    case misuse = 2
}
