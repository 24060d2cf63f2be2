import Convolution
import Pixels

/// The way back through the combiners. A branch that was stretched collects what reaches its copies.
extension PlannedCombine {
    /// Samples that are worked on together.
    private static var chunk: Int { 1024 }

    func backward(
        _ call: StepCall, output: Planes, notes: [Planes], outputGradient: Planes, into gradients: inout StepGradients
    ) {
        for index in inputs.indices {
            gradients.inputs[index]?.withSamples { target in
                outputGradient.withSamples { gradient in
                    output.withSamples { result in
                        withRows(of: call.inputs) { sources in
                            passBack(
                                to: index, gradient.base, result.base, sources, into: target, machine: call.machine)
                        }
                    }
                }
            }
        }
    }

    private func passBack(
        to index: Int, _ gradient: UnsafePointer<Float>, _ result: UnsafePointer<Float>, _ sources: [ReadableRows],
        into target: WritableRun, machine: Machine
    ) {
        let (whole, own) = (output, inputs[index])
        let area = whole.height * whole.width
        let each = whole.channels * area
        let loops = machine.rowLoops
        // Pictures do not share samples, whatever was stretched.
        nonisolated(unsafe) let (gradient, result) = (gradient, result)
        machine.split(0..<whole.count, grain: max(1, SampleRun.length / max(1, each))) { pictures in
            var rows = [UnsafePointer<Float>?](repeating: nil, count: inputs.count)
            let store = UnsafeMutablePointer<Float>.allocate(capacity: (inputs.count + 1) * Self.chunk)
            defer { store.deallocate() }
            for n in pictures {
                // A branch of one channel is written by the first channel of the result and added to by the others.
                for c in 0..<whole.channels {
                    let plane = n * whole.channels + c
                    let ownPlane = self.plane(plane, of: index)
                    var sum = 0.0
                    for start in stride(from: 0, to: area, by: Self.chunk) {
                        let count = min(Self.chunk, area - start)
                        for branch in inputs.indices {
                            rows[branch] = chunkOfBranch(
                                branch, sources[branch], plane, from: start, count,
                                spare: store + branch * Self.chunk)
                        }
                        let (g, v) = (gradient + plane * area + start, result + plane * area + start)
                        let isStretched = own.size != whole.size
                        let isAdded = !isStretched && own.channels < whole.channels && c > 0
                        let spare = store + inputs.count * Self.chunk
                        let direct = target.base + ownPlane * area + start
                        let out = isStretched || isAdded ? spare : direct
                        slope(index, rows, g, v, into: out, count, loops)
                        if isStretched { sum += loops.sums(out, out, count).plain }
                        if isAdded { loops.add(out, to: direct, count) }
                    }
                    if own.size != whole.size {
                        let before = own.channels < whole.channels && c > 0 ? target.base[ownPlane] : 0
                        target.base[ownPlane] = before + Float(sum)
                    }
                }
            }
        }
    }

    /// Samples of a branch as if it were as large as the result.
    private func chunkOfBranch(
        _ branch: Int, _ rows: ReadableRows, _ plane: Int, from start: Int, _ count: Int,
        spare: UnsafeMutablePointer<Float>
    ) -> UnsafePointer<Float> {
        let own = rows.row(0, plane: self.plane(plane, of: branch))
        if inputs[branch].size == output.size { return own + start }
        spare.update(repeating: own[0], count: count)
        return UnsafePointer(spare)
    }

    // out[x] = g[x] · ∂ rule / ∂ branch
    private func slope(
        _ index: Int, _ rows: [UnsafePointer<Float>?], _ g: UnsafePointer<Float>, _ result: UnsafePointer<Float>,
        into out: UnsafeMutablePointer<Float>, _ count: Int, _ loops: RowLoops
    ) {
        guard let own = rows[index] else { return }
        switch rule {
        case .add:
            out.update(from: g, count: count)
        case .subtract:
            if index == 0 { out.update(from: g, count: count) } else { for x in 0..<count { out[x] = -g[x] } }
        case .mean:
            let share = Float(rows.count)
            for x in 0..<count { out[x] = g[x] / share }
        case .multiply:
            out.update(from: g, count: count)
            for (branch, row) in rows.enumerated() where branch != index {
                if let row { for x in 0..<count { out[x] *= row[x] } }
            }
        case .max, .min:
            // Of equal ones the first gets it all.
            for x in 0..<count { out[x] = own[x] == result[x] ? g[x] : 0 }
            for row in rows[..<index] {
                if let row { for x in 0..<count { out[x] = row[x] == result[x] ? 0 : out[x] } }
            }
        case .hypot:
            for x in 0..<count { out[x] = result[x] > 0 ? g[x] * (own[x] / result[x]) : 0 }
        case .angle:
            guard let first = rows[0], let second = rows[1] else { return }
            let turn = 1 / (2 * Float.pi)
            for x in 0..<count {
                let squares = first[x] * first[x] + second[x] * second[x]
                let across = index == 0 ? -second[x] : first[x]
                let hasDirection = squares > 0 && (abs(first[x]) > rounding || abs(second[x]) > rounding)
                out[x] = hasDirection ? g[x] * (across / squares) * turn : 0
            }
        }
    }
}
