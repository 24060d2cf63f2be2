import CLanes
import Pixels

extension Pooling {
    /// Whether windows stand side by side inside the picture and are small: then rows are added, and neighbours in them.
    static func areGroups(_ geometry: Geometry, _ reducer: Reducer, isWhole: Bool, isExact: Bool) -> Bool {
        let (x, y) = (geometry.x, geometry.y)
        return isWhole && !isExact && (reducer == .sum || reducer == .average) && x.kernel == x.stride
            && x.dilation == 1 && x.kernel <= 8 && y.kernel <= 8 && !x.leaves && !y.leaves
    }

    func runGroups(_ source: ReadableRows, rows: Range<Int>, into target: WritableRows, on machine: Machine) {
        let divisor = reducer == .average ? Float(taps.count) : 1
        eachRow(rows, of: source, on: machine) { y, plane, pointers in
            machine.lanes.loops.pointee.sum_groups(
                target.row(y, plane: plane), output.width, geometry.x.kernel, pointers, pointers.count, divisor)
        }
    }

    /// Windows that never leave the picture: the rows under each row of the result, from the first window's column on.
    func eachRow(
        _ rows: Range<Int>, of source: ReadableRows, on machine: Machine,
        _ body: @Sendable (_ y: Int, _ plane: Int, _ pointers: [UnsafePointer<Float>?]) -> Void
    ) {
        let (planes, bands) = (input.count * input.channels, (rows.count + 31) / 32)
        let grain = max(1, planes * bands / (8 * machine.workers))
        machine.split(0..<planes * bands, grain: grain) { jobs in
            var pointers = [UnsafePointer<Float>?](repeating: nil, count: geometry.y.kernel)
            for job in jobs {
                let (plane, band) = job.quotientAndRemainder(dividingBy: bands)
                let first = rows.lowerBound + 32 * band
                for y in first..<min(first + 32, rows.upperBound) {
                    for tap in pointers.indices {
                        pointers[tap] =
                            source.row(geometry.y.start(y) + tap * geometry.y.dilation, plane: plane)
                            + geometry.x.start(0)
                    }
                    body(y, plane, pointers)
                }
            }
        }
    }

    /// What is left to do when the convolution with ones has summed.
    func finishSums(_ rows: Range<Int>, of output: inout Planes, on machine: Machine) {
        guard reducer != .sum else { return }
        let width = self.output.width
        output.withMutableRows { target in
            machine.split(rows, grain: 32) { piece in
                var divisors: [Float] = []
                var down = -1..<0
                for y in piece {
                    if reducer == .average {
                        let seen = countsPadding ? geometry.y.padded(y) : geometry.y.inside(y)
                        if seen != down { divisors = counts(down: seen) }
                        down = seen
                    }
                    for plane in 0..<input.count * input.channels {
                        let row = target.row(y, plane: plane)
                        if reducer == .l2 {
                            for x in 0..<width { row[x] = max(row[x], 0).squareRoot() }
                        } else {
                            for x in 0..<width { row[x] /= divisors[x] }
                        }
                    }
                }
            }
        }
    }

    /// What averages are divided by where the rows `down` of the window count; 1 where there is nothing to divide.
    func counts(down: Range<Int>) -> [Float] {
        if border != nil { return [Float](repeating: Float(taps.count), count: output.width) }
        return (0..<output.width).map { x in
            let across = countsPadding ? geometry.x.padded(x) : geometry.x.inside(x)
            let count =
                isWhole
                ? across.count * down.count
                : taps.lazy.filter { across.contains($0.x) && down.contains($0.y) }.count
            return Float(max(count, 1))
        }
    }
}

extension Axis {
    /// The taps of output `o` that lie in the picture or its padding: ceil mode may reach beyond both.
    func padded(_ o: Int) -> Range<Int> {
        let end = (input + after - 1 - start(o)) / dilation + 1
        return 0..<max(0, min(kernel, end))
    }
}

extension Planes {
    /// The same rows, each sample mapped.
    func mapping(_ transform: (Float) -> Float) -> Planes {
        var result = self
        for index in result.samples.indices { result.samples[index] = transform(result.samples[index]) }
        return result
    }
}
