import Arguments

/// One sentence for the user, without a full stop or the tool's name, and the status it ends with.
package struct Complaint: Error, Hashable, Sendable {
    package var sentence: String
    package var status: ExitStatus

    package init(_ sentence: String, status: ExitStatus = .misuse) {
        self.sentence = sentence
        self.status = status
    }

    /// The one place where the facts that rooms throw become sentences.
    package init(about error: any Error) {
        switch error {
        case let complaint as Complaint: self = complaint
        case let error as ArgumentError: self.init(error.sentence)
        case let error as OutputError: self.init(error.sentence)
        default: self.init("unexpected: \(error)", status: .failed)
        }
    }
}
