import Convolution
import Pixels

/// Why a step cannot be made or planned: facts. Programs add where in the text the step stands.
public enum StepError: Error, Hashable, Sendable {
    case geometry(GeometryError)
    case kernel(KernelError)
    /// Branches whose results do not fit together.
    case branchesDiffer(step: String, Shape, Shape)
    case channels(step: String, needed: String, found: Int)
    case noSuchChannel(String, channels: Int)
    case argument(String)
    case tooLarge(Shape)
}

extension StepError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .geometry(let error): error.description
        case .kernel(let error): error.description
        case .branchesDiffer(let step, let first, let other):
            "the branches of \(step) must give pictures of "
                + (first.size == other.size
                    ? "as many channels, but they give \(first) and \(other); 'conv \(first.channels) 1' at the end of the other one makes "
                        + "\(first.channels) of it"
                    : "one size, but they give \(first) and \(other)" + Self.wayOut(first.size, other.size))
        case .channels(let step, let needed, let found):
            "\(step) needs \(needed), but \(found) come in"
        case .noSuchChannel(let name, let channels):
            "there is no channel \(name) among the \(channels) that come in"
                + (name == "\(channels)" ? "; alpha counts as one only with --alpha channel" : "")
        case .argument(let sentence): sentence
        case .tooLarge(let shape): "the result would be \(shape), more samples than can be counted"
        }
    }
}

extension StepError {
    /// Sizes that are nearly the same are what is left of one that was made smaller and larger again.
    private static func wayOut(_ first: Size, _ other: Size) -> String {
        func isNear(_ one: Int, _ other: Int) -> Bool { 4 * abs(one - other) < max(one, other) }
        guard isNear(first.width, other.width), isNear(first.height, other.height) else { return "" }
        return
            "; a side comes back as it was only where no 'pad=valid' cuts it and all strides divide it: 'crop' or 'resize' the picture "
            + "to a multiple of them, or begin with 'input'"
    }

    /// Runs engine code that reports in its own words.
    static func rewording<Result>(_ body: () throws(GeometryError) -> Result) throws(StepError) -> Result {
        do { return try body() } catch { throw .geometry(error) }
    }

    static func rewording<Result>(_ body: () throws(KernelError) -> Result) throws(StepError) -> Result {
        do { return try body() } catch { throw .kernel(error) }
    }
}
