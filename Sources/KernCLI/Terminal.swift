#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The only place that prints: results to stdout, talk to stderr.
///
/// A reader that goes away (`kern list | head -1`) is not an error: what would still be printed is dropped.
package final class Terminal {
    private enum Destination {
        case descriptor(Int32)
        case memory
    }

    private let destination: Destination
    private var results: [UInt8] = []
    private var talked: [UInt8] = []
    private var failure: Int32?
    /// The last line of stderr, which whatever else is written takes the place of.
    private var bar = ""
    private let isDumb: Bool
    /// Whether stderr is quiet but for complaints: `--quiet`.
    package var isQuiet = false
    /// Columns of stdout, and of stderr.
    package let width: Int
    package let talkWidth: Int
    /// Lines of stdout.
    let height: Int
    package let resultsAreSeen: Bool
    package let talkIsSeen: Bool
    /// Whether stdout may carry colour: a terminal, and `NO_COLOR` is not set.
    package let hasColor: Bool

    /// The process's own streams.
    package init() {
        // A reader that went away and a file that may not grow are errors of a write, not the end of the process.
        for number in [SIGPIPE, SIGXFSZ] { signal(number, SIG_IGN) }
        destination = .descriptor(STDOUT_FILENO)
        width = Terminal.columns(of: STDOUT_FILENO)
        height = Terminal.lines(of: STDOUT_FILENO)
        talkWidth = Terminal.columns(of: STDERR_FILENO)
        resultsAreSeen = isatty(STDOUT_FILENO) == 1
        talkIsSeen = isatty(STDERR_FILENO) == 1
        let refusesColor = getenv("NO_COLOR").map { $0.pointee != 0 } ?? false
        isDumb = getenv("TERM").map { String(cString: $0) == "dumb" } ?? false
        hasColor = resultsAreSeen && !refusesColor && !isDumb
    }

    /// A terminal that keeps what is printed, for tests: `printed` and `said`.
    package init(keepingColumns width: Int) {
        destination = .memory
        self.width = width
        talkWidth = width
        height = 24
        resultsAreSeen = false
        talkIsSeen = false
        hasColor = false
        isDumb = true
    }

    package var printed: String { String(decoding: results, as: UTF8.self) }

    package var said: String { String(decoding: talked, as: UTF8.self) }

    /// A result, for stdout.
    package func print(_ text: String, end: String = "\n") {
        results += text.utf8
        results += end.utf8
        if results.count >= 1 << 16 { flush() }
    }

    /// A result on a line of its own, however long it is.
    package func print(_ json: JSON) {
        var text = ""
        json.write(to: &text) { text in
            guard text.utf8.count >= 1 << 16 else { return }
            print(text, end: "")
            text.removeAll(keepingCapacity: true)
        }
        print(text)
    }

    /// A result that need not be text.
    func print(bytes: [UInt8]) { results += bytes }

    /// Talk, for stderr; dropped where the user asked for quiet.
    package func talk(_ text: String, end: String = "\n") {
        if !isQuiet { say(text + end) }
    }

    /// Whether a line that is drawn over and over makes sense on stderr.
    var showsBars: Bool { talkIsSeen && !isDumb && !isQuiet }

    /// Draws a line over the last such line; an empty one takes it away. It is not to be used where `showsBars` is false.
    func showBar(_ text: String) {
        guard case .descriptor = destination, bar != text else { return }
        _ = Terminal.write(Array("\r\u{1B}[K\(text)".utf8), to: STDERR_FILENO)
        bar = text
    }

    /// What went wrong, for stderr: `kern apply: photo.png: the file is cut off`. Control characters are shown as `?`.
    package func complain(_ sentence: String, as speaker: String = "kern") {
        say("\(speaker): \(sentence)\n")
    }

    /// Writes what is still held back. False where stdout could not take the results, which has then been said.
    package func close() -> Bool {
        flush()
        guard let failure else { return true }
        if failure == EPIPE { return true }
        complain("the results could not be written to stdout: \(String(cString: strerror(failure)))")
        return false
    }

    /// Writes the results printed so far, so that they come before the talk that follows.
    package func flush() {
        guard case .descriptor(let descriptor) = destination, !results.isEmpty else { return }
        showBar("")
        if failure == nil { failure = Terminal.write(results, to: descriptor) }
        results.removeAll(keepingCapacity: true)
    }

    private func say(_ text: String) {
        let clean = text.unicodeScalars.map { $0.value < 32 && $0 != "\n" || $0.value == 127 ? "?" : Character($0) }
        guard case .descriptor = destination else { return talked += String(clean).utf8 }
        flush()
        showBar("")
        _ = Terminal.write(Array(String(clean).utf8), to: STDERR_FILENO)
    }

    /// All of `bytes`, or the error number that stopped it.
    private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int32? {
        bytes.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while !rest.isEmpty {
                let written = UnsafeRawBufferPointer(rebasing: rest).write(to: descriptor)
                if written < 0 {
                    if errno == EINTR { continue }
                    return errno
                }
                rest = rest.dropFirst(written)
            }
            return nil
        }
    }

    private static func lines(of descriptor: Int32) -> Int {
        var window = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &window) == 0, window.ws_row > 0 else { return 24 }
        return Int(window.ws_row)
    }

    private static func columns(of descriptor: Int32) -> Int {
        var window = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &window) == 0, window.ws_col > 0 else { return 80 }
        return Int(window.ws_col)
    }
}

extension UnsafeRawBufferPointer {
    fileprivate func write(to descriptor: Int32) -> Int {
        #if canImport(Glibc)
            Glibc.write(descriptor, baseAddress, count)
        #else
            Darwin.write(descriptor, baseAddress, count)
        #endif
    }
}
