import CLanes
import Pixels

extension Pooling {
    /// A whole rectangle is the extreme of its rows' extremes: w + h comparisons instead of w·h.
    func runExtreme(
        _ source: ReadableRows, rows: Range<Int>, into target: WritableRows, on machine: Machine, largest: Bool
    ) {
        let loop = largest ? machine.lanes.loops.pointee.maximum : machine.lanes.loops.pointee.minimum
        guard let loop else { preconditionFailure("every level has every loop") }
        let extreme = SendableLoop(run: loop)
        let outside = border?.outside ?? (largest ? -Float.infinity : Float.infinity)
        let width = output.width
        machine.split(rows, grain: 32) { piece in
            var padded = PaddedRows(
                geometry: geometry, border: border ?? .zero, outside: outside, planes: 1, mostRows: piece.count)
            let across = UnsafeMutablePointer<Float>.allocate(capacity: geometry.y.kernel * width)
            defer { across.deallocate() }
            for plane in 0..<input.count * input.channels {
                padded.begin(at: piece.lowerBound)
                for y in piece {
                    var pointers: [UnsafePointer<Float>?] = []
                    if isWhole {
                        for ky in 0..<geometry.y.kernel {
                            let inRow: [UnsafePointer<Float>?] = (0..<geometry.x.kernel).map {
                                padded.row(y, tapX: $0, tapY: ky, slot: 0, plane: plane, of: source)
                            }
                            extreme.run(across + ky * width, width, inRow, inRow.count)
                            pointers.append(UnsafePointer(across + ky * width))
                        }
                    } else {
                        pointers = taps.map { padded.row(y, tapX: $0.x, tapY: $0.y, slot: 0, plane: plane, of: source) }
                    }
                    let out = target.row(y, plane: plane)
                    extreme.run(out, width, pointers, pointers.count)
                    // Holes can leave a window at the rim without a pixel.
                    if !isWhole { for x in 0..<width where !out[x].isFinite { out[x] = 0 } }
                }
            }
        }
    }

    func runRank(_ source: ReadableRows, rows: Range<Int>, into target: WritableRows, on machine: Machine) {
        guard case .rank(let fraction) = reducer else { preconditionFailure("only ranks are ranked") }
        // Outside pixels without a value are marked, and not gathered.
        let outside = border?.outside ?? .nan
        machine.split(rows, grain: 16) { piece in
            var padded = PaddedRows(
                geometry: geometry, border: border ?? .zero, outside: outside, planes: 1, mostRows: piece.count)
            var window = [Float](repeating: 0, count: taps.count)
            for plane in 0..<input.count * input.channels {
                padded.begin(at: piece.lowerBound)
                for y in piece {
                    let pointers = taps.map {
                        padded.row(y, tapX: $0.x, tapY: $0.y, slot: 0, plane: plane, of: source)
                    }
                    let out = target.row(y, plane: plane)
                    for x in 0..<output.width {
                        var count = 0
                        for pointer in pointers {
                            let value = pointer[x]
                            if !value.isNaN {
                                window[count] = value
                                count += 1
                            }
                        }
                        out[x] = Rank.select(fraction, of: &window, count: count)
                    }
                }
            }
        }
    }
}

/// A row loop of one instruction level, as a value that threads may share.
private struct SendableLoop: @unchecked Sendable {
    let run: @convention(c) (UnsafeMutablePointer<Float>?, Int, UnsafePointer<UnsafePointer<Float>?>?, Int) -> Void
}

/// Order statistics of a few values.
package enum Rank {
    /// The place among `count` sorted values that `fraction` of the others are before. A product that rounding kept
    /// just below a whole number is that number: 0.29 of 100 are 29.
    static func position(of fraction: Double, count: Int) -> Int {
        min(Int((fraction * Double(count - 1)).nextUp.nextUp), count - 1)
    }

    /// The value that `fraction` of the first `count` of `values` are below; reorders them. 0 if there are none.
    package static func select(_ fraction: Double, of values: inout [Float], count: Int) -> Float {
        guard count > 0 else { return 0 }
        let low = position(of: fraction, count: count)
        let value = select(low, of: &values, count: count)
        guard fraction == 0.5, count % 2 == 0 else { return value }
        // Selecting leaves everything above the median behind it.
        var next = values[low + 1]
        for index in low + 2..<max(count, low + 2) { next = min(next, values[index]) }
        return (value + next) / 2
    }

    /// Hoare's selection: afterwards nothing before `k` is larger and nothing behind it smaller.
    private static func select(_ k: Int, of values: inout [Float], count: Int) -> Float {
        var (left, right) = (0, count - 1)
        while left < right {
            let pivot = values[(left + right) / 2]
            var (i, j) = (left, right)
            while i <= j {
                while values[i] < pivot { i += 1 }
                while values[j] > pivot { j -= 1 }
                if i <= j {
                    values.swapAt(i, j)
                    i += 1
                    j -= 1
                }
            }
            if k <= j {
                right = j
            } else if k >= i {
                left = i
            } else {
                break
            }
        }
        return values[k]
    }
}
