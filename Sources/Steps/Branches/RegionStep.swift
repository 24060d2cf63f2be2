import Convolution
import Pixels

/// A rectangle of a picture: `40x30+10+5` begins in column 10 and row 5.
public struct Region: Hashable, Sendable, CustomStringConvertible {
    public let x: Int
    public let y: Int
    public let size: Size

    public init(size: Size, x: Int, y: Int) {
        precondition(size.width > 0 && size.height > 0 && x >= 0 && y >= 0, "no region \(size) at \(x),\(y)")
        self.size = size
        self.x = x
        self.y = y
    }

    public var description: String { "\(size)+\(x)+\(y)" }

    /// Its columns and rows in a picture of this size; nil where it lies outside.
    public func places(in picture: Size) -> (columns: Range<Int>, rows: Range<Int>)? {
        guard x < picture.width, y < picture.height else { return nil }
        return (x..<x + min(size.width, picture.width - x), y..<y + min(size.height, picture.height - y))
    }
}

/// One picture inside a rectangle, another around it, sample for sample. Not a word: `--region` has it put in.
///
/// Two pictures of one shape come in: the one inside, and the one around it.
public struct RegionStep: Step {
    public let region: Region

    public init(_ region: Region) { self.region = region }

    public var text: String { "inside \(region)" }
    public var role: StepRole { .point(movesZero: false) }
    public var inputCount: Int { 2 }

    public func plan(for inputs: [Shape], options: PlanOptions) throws(StepError) -> any PlannedStep {
        guard let places = region.places(in: inputs[0].size) else {
            throw .argument("the region \(region) lies outside the picture, which is \(inputs[0].size)")
        }
        return PlannedRegion(inputs: inputs, columns: places.columns, rows: places.rows)
    }
}

struct PlannedRegion: PlannedStep {
    let inputs: [Shape]
    let columns: Range<Int>
    let rows: Range<Int>

    var output: Shape { inputs[0] }

    var picksSamples: Bool { true }

    /// Of what is inside, no row before the region is asked for by itself, and none behind it at all.
    func rowsNeeded(for wanted: Range<Int>) -> [Range<Int>] {
        let inside = wanted.clamped(to: rows)
        let isBefore = inside.isEmpty && wanted.upperBound <= rows.lowerBound
        return [isBefore ? 0..<0 : inside.isEmpty ? rows.upperBound..<rows.upperBound : inside, wanted]
    }

    func run(_ call: StepCall, into output: inout Planes) {
        let shape = self.output
        call.inputs[0].withRows { inside in
            call.inputs[1].withRows { around in
                output.withMutableRows { target in
                    call.machine.split(call.rows, grain: 64) { piece in
                        for c in 0..<shape.channels {
                            for y in piece {
                                let out = target.row(y, plane: c)
                                out.update(from: around.row(y, plane: c), count: shape.width)
                                guard rows.contains(y) else { continue }
                                (out + columns.lowerBound).update(
                                    from: inside.row(y, plane: c) + columns.lowerBound, count: columns.count)
                            }
                        }
                    }
                }
            }
        }
    }
}
