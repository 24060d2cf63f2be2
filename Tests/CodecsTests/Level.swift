import CLanes
import Testing

/// An instruction level of this machine.
struct Level: CustomTestStringConvertible, Sendable {
    nonisolated(unsafe) let loops: UnsafePointer<kern_lanes>  // a constant table

    var testDescription: String { String(cString: loops.pointee.name) }

    static let all: [Level] = {
        var count = 0
        guard let levels = kern_lanes_available(&count) else { return [] }
        return (0..<count).compactMap { levels[$0].map { Level(loops: $0) } }
    }()
}
