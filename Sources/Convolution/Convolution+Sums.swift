import CLanes
import Pixels

/// A window all of whose weights are one number: its sums are put together from sums that all windows share.
struct SumsPlan: Sendable {
    let padding: RowPadding
    let weight: Double

    /// nil where the weights differ, or pixels that are apart are summed.
    init?(_ bank: Bank, _ geometry: Geometry, border: Border) {
        guard bank.isShared, geometry.x.stride == 1, geometry.y.stride == 1, geometry.x.dilation == 1,
            geometry.y.dilation == 1, let weight = bank.kernels[0].weights.first,
            bank.kernels[0].weights.allSatisfy({ $0 == weight })
        else { return nil }
        self.weight = weight
        padding = RowPadding(geometry.x, border: border, outside: border.outside)
    }

    /// Samples of eight bytes that a thread works in: rows of a block, what lies below it, and a row's sums on their way.
    func scratchSamples(_ geometry: Geometry) -> Int {
        (geometry.y.kernel + 1) * geometry.x.output + 2 * padding.length
    }
}

extension Convolution {
    // out (y) = bias + weight · (above (y) + below (y))
    //
    // Rows under the windows, counted from the first window's, are taken in blocks as high as the window. A window then is the end of
    // one block and the beginning of the next: `above` is summed from the block's last row upwards, `below` downwards. Blocks lie at
    // fixed places, so that no sum depends on where a band begins.
    func runSums(_ source: ReadableRows, rows: Range<Int>, into target: WritableRows, on machine: Machine) {
        guard let plan = sums else { preconditionFailure("sums have their plan") }
        let planes = input.count * bank.inputs
        // Each piece begins with the rows of a window; still no thread is to be idle.
        let most = max(rows.count / (2 * geometry.y.kernel), (machine.workers + planes - 1) / planes)
        let pieces = min(rows.count, most, (4 * machine.workers + planes - 1) / planes)
        machine.split(0..<planes * pieces, grain: 1) { jobs in
            Scratch.shared.withRoom(floats: 2 * plan.scratchSamples(geometry), offsets: 0) { room in
                var box = BoxRows(self, plan, source: source, room: room.floats, lanes: machine.lanes)
                for job in jobs {
                    let (plane, piece) = job.quotientAndRemainder(dividingBy: pieces)
                    let first = rows.lowerBound + rows.count * piece / pieces
                    let end = rows.lowerBound + rows.count * (piece + 1) / pieces
                    box.run(first..<end, plane: plane, bias: bank.bias[plane % bank.inputs], into: target)
                }
            }
        }
    }
}

/// One thread's blocks of rows.
private struct BoxRows {
    let geometry: Geometry
    let border: Border
    let plan: SumsPlan
    let source: ReadableRows
    let lanes: Lanes
    /// The rows of a block as sums of neighbours; those that windows still reach up to are sums of all from there to the block's end.
    private let block: UnsafeMutablePointer<Double>
    private let below: UnsafeMutablePointer<Double>
    private let spare: UnsafeMutablePointer<Double>
    private let padded: UnsafeMutablePointer<Float>

    private var width: Int { geometry.x.output }
    private var height: Int { geometry.y.kernel }

    init(
        _ convolution: Convolution, _ plan: SumsPlan, source: ReadableRows, room: UnsafeMutablePointer<Float>,
        lanes: Lanes
    ) {
        (geometry, border) = (convolution.geometry, convolution.border)
        (self.plan, self.source, self.lanes) = (plan, source, lanes)
        block = UnsafeMutableRawPointer(room).assumingMemoryBound(to: Double.self)
        below = block + geometry.y.kernel * geometry.x.output
        spare = below + geometry.x.output
        padded = UnsafeMutableRawPointer(spare + plan.padding.length).assumingMemoryBound(to: Float.self)
    }

    mutating func run(_ rows: Range<Int>, plane: Int, bias: Double, into target: WritableRows) {
        var place = rows.lowerBound % height
        for index in place..<height { load(rows.lowerBound + index - place, plane, at: index) }
        sumUpwards(from: place)
        below.update(repeating: 0, count: width)
        // The window of the first row but for its last, which it adds itself.
        for index in 0..<max(0, place - 1) {
            load(rows.lowerBound + height - place + index, plane, at: index)
            lanes.loops.pointee.add_doubles(below, block + index * width, width)
        }
        for y in rows {
            var next: UnsafeMutablePointer<Double>?
            if place > 0 {
                load(y + height - 1, plane, at: place - 1)
                next = block + (place - 1) * width
            }
            lanes.loops.pointee.box_row(
                target.row(y, plane: plane), width, block + place * width, below, next, plan.weight, bias)
            place += 1
            guard place == height, y + 1 < rows.upperBound else { continue }
            load(y + height, plane, at: height - 1)
            sumUpwards(from: 0)
            below.update(repeating: 0, count: width)
            place = 0
        }
    }

    private func sumUpwards(from first: Int) {
        for index in (first..<height - 1).reversed() {
            lanes.loops.pointee.add_doubles(block + index * width, block + (index + 1) * width, width)
        }
    }

    /// Puts a row into the block, counted as the windows' first rows are.
    private func load(_ row: Int, _ plane: Int, at index: Int) {
        let pixels = border.source(of: row - geometry.y.before, count: geometry.y.input)
            .map { source.row($0, plane: plane) }
        plan.padding.fill(padded, from: pixels, lanes)
        lanes.loops.pointee.neighbour_sums(block + index * width, width, padded, geometry.x.kernel, spare)
    }
}
