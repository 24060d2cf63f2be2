import Arguments
import Codecs
import Learning
import Programs

/// One sentence for the user, without a full stop or the tool's name, and the status it ends with.
package struct Complaint: Error, Hashable, Sendable {
    package var sentence: String
    package var status: ExitStatus

    package init(_ sentence: String, status: ExitStatus = .misuse) {
        self.sentence = sentence
        self.status = status
    }

    /// A picture's own trouble, named.
    package init(about error: any Error, input: String, output: String?) {
        guard let error = error as? CodecError else {
            self.init(about: error)
            return
        }
        let isOutput = error.isAboutOutput
        let name = isOutput ? output.map { $0 == "-" ? "stdout" : $0 } : input == "-" ? "stdin" : input
        self.init(error.message(for: name ?? input), status: error.fault == .caller ? .misuse : .failed)
    }

    /// The one place where the facts that rooms throw become sentences.
    package init(about error: any Error) {
        switch error {
        case let complaint as Complaint: self = complaint
        case let error as ArgumentError: self.init(error.sentence)
        case let error as OutputError: self.init(error.sentence)
        case let error as ProgramError: self.init(error.description)
        case let error as PlanError: self.init(error.description)
        case let error as DataError:
            if case .folderAndFile = error {
                self.init(error.description)
            } else {
                self.init(error.description, status: .failed)
            }
        case let error as Unsearchable: self.init("\(error)", status: .failed)
        case let error as AugmentationError: self.init("\(error)")
        case let error as NoCommonWeights:
            func some(_ names: [String]) -> String {
                names.prefix(3).joined(separator: ", ") + (names.count > 3 ? ", …" : "")
            }
            self.init(
                "\(error.path): none of its weights has a name and size of this program's: it holds \(some(error.found)), and "
                    + "the program asks for \(some(error.wanted))", status: .failed)
        default: self.init("unexpected: \(error)", status: .failed)
        }
    }
}

extension CodecError {
    /// Whether it is the picture being written that is in trouble, and not the one being read.
    fileprivate var isAboutOutput: Bool {
        switch self {
        case .cannotStoreChannels, .cannotStoreDepth, .cannotStoreSize, .unknownExtension, .exists, .refused: true
        case .system(let operation, _): operation != .open && operation != .read
        default: false
        }
    }
}
