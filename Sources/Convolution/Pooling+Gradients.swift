import CLanes
import Pixels

extension Pooling {
    /// The chain rule for `applied(to:)`: overwrites `inputGradient` with what reaches each sample that came in.
    ///
    /// An extreme or a rank passes its gradient to the sample it took, of equal ones to the first in reading order; the
    /// median of an even number to both of its two. A pixel that a border repeats collects what reaches its copies.
    package func passBack(
        _ outputGradient: Planes, output: Planes, input: Planes, into inputGradient: inout Planes, on machine: Machine
    ) {
        let planes = self.input.count * self.input.channels
        let area = self.input.height * self.input.width
        guard planes > 0, area > 0 else { return }
        outputGradient.withRows { gradient in
            output.withRows { pooled in
                input.withRows { source in
                    inputGradient.withMutableRows { target in
                        let planesOf = PoolingPlanes(
                            gradient: gradient, pooled: pooled, source: source, target: target)
                        machine.split(0..<planes, grain: max(1, 32_768 / area)) { passBack($0, planesOf, machine) }
                    }
                }
            }
        }
    }

    private func passBack(_ planes: Range<Int>, _ rows: PoolingPlanes, _ machine: Machine) {
        let lanes = machine.lanes
        if standsApart, geometry.x.kernel == 2, takesOne {
            return claimPairs(planes, rows, lanes)
        }
        if standsApart, reducer == .sum || reducer == .average {
            return spreadGroups(planes, rows, lanes)
        }
        for plane in planes {
            rows.target.row(0, plane: plane).update(repeating: 0, count: input.height * input.width)
        }
        switch reducer {
        case .maximum, .minimum: claim(planes, rows, lanes)
        case .sum, .average, .l2: spread(planes, rows, lanes)
        case .rank: if takesOne { claim(planes, rows, lanes) } else { shareMedians(planes, rows) }
        }
        guard border == .keep, leaves else { return }
        for plane in planes {
            for y in 0..<output.height {
                let (from, to) = (rows.gradient.row(y, plane: plane), rows.target.row(y, plane: plane))
                for x in 0..<output.width where isRim(x, y) { to[x] += from[x] }
            }
        }
    }

    /// Whether each result is one of the samples that its window saw.
    private var takesOne: Bool {
        switch reducer {
        case .maximum, .minimum: true
        case .sum, .average, .l2: false
        case .rank(let fraction): fraction != 0.5 || (taps.count % 2 == 1 && (border != nil || !leaves))
        }
    }

    /// Whether windows stand side by side inside the picture, so that no sample is in two.
    private var standsApart: Bool {
        let (x, y) = (geometry.x, geometry.y)
        return isWhole && !leaves && x.dilation == 1 && y.dilation == 1 && x.stride == x.kernel && y.stride >= y.kernel
    }

    /// Whether no sample is left without a window where they stand side by side.
    private var coversAll: Bool {
        output.width * geometry.x.kernel == input.width && output.height * geometry.y.kernel == input.height
            && geometry.y.stride == geometry.y.kernel
    }

    private func isRim(_ x: Int, _ y: Int) -> Bool {
        geometry.y.inside(y).count < geometry.y.kernel || geometry.x.inside(x).count < geometry.x.kernel
    }

    /// The taps' columns, row by row of the window.
    private var columnsByRow: [[Int]] {
        (0..<geometry.y.kernel).map { row in taps.lazy.filter { $0.y == row }.map(\.x) }
    }

    // MARK: Windows side by side

    private func claimPairs(_ planes: Range<Int>, _ rows: PoolingPlanes, _ lanes: Lanes) {
        let height = geometry.y.kernel
        withUnsafeTemporaryAllocation(of: UnsafePointer<Float>?.self, capacity: height) { sources in
            withUnsafeTemporaryAllocation(of: UnsafeMutablePointer<Float>?.self, capacity: height) { targets in
                for plane in planes {
                    if !coversAll {
                        rows.target.row(0, plane: plane).update(repeating: 0, count: input.height * input.width)
                    }
                    let (source, target) = (rows.source.row(0, plane: plane), rows.target.row(0, plane: plane))
                    let (pooled, gradient) = (rows.pooled.row(0, plane: plane), rows.gradient.row(0, plane: plane))
                    for y in 0..<output.height {
                        for tap in 0..<height {
                            let place = (y * geometry.y.stride + tap) * input.width
                            (sources[tap], targets[tap]) = (source + place, target + place)
                        }
                        lanes.loops.pointee.claim_pairs(
                            targets.baseAddress, sources.baseAddress, height, pooled + y * output.width,
                            gradient + y * output.width, output.width)
                    }
                }
            }
        }
    }

    private func spreadGroups(_ planes: Range<Int>, _ rows: PoolingPlanes, _ lanes: Lanes) {
        let group = geometry.x.kernel
        let factor: Float = reducer == .average ? 1 / Float(taps.count) : 1
        withUnsafeTemporaryAllocation(of: Float.self, capacity: output.width) { share in
            guard let share = share.baseAddress else { return }
            for plane in planes {
                if !coversAll {
                    rows.target.row(0, plane: plane).update(repeating: 0, count: input.height * input.width)
                }
                for y in 0..<output.height {
                    lanes.loops.pointee.affine(share, rows.gradient.row(y, plane: plane), output.width, factor, 0)
                    let first = rows.target.row(y * geometry.y.stride, plane: plane)
                    lanes.loops.pointee.spread_groups(first, share, output.width, group)
                    for tap in 1..<max(1, geometry.y.kernel) {
                        rows.target.row(y * geometry.y.stride + tap, plane: plane)
                            .update(from: first, count: output.width * group)
                    }
                }
            }
        }
    }

    // MARK: Any windows

    /// A gradient goes to the first sample in reading order that is the result.
    private func claim(_ planes: Range<Int>, _ rows: PoolingPlanes, _ lanes: Lanes) {
        let isPlain = geometry.x.stride == 1 && !geometry.x.leaves
        // What no pixel stands for and no border either is equal to nothing.
        let outside = border.map(\.outside) ?? .nan
        let padding = RowPadding(geometry.x, border: border ?? .zero, outside: outside)
        let columns = columnsByRow
        let store = UnsafeMutablePointer<Float>.allocate(capacity: 2 * padding.length + output.width)
        defer { store.deallocate() }
        let (padded, claimed, rest) = (store, store + padding.length, store + 2 * padding.length)
        for plane in planes {
            for y in 0..<output.height {
                let pooled = rows.pooled.row(y, plane: plane)
                rest.update(from: rows.gradient.row(y, plane: plane), count: output.width)
                silenceRim(rest, y)
                for ky in columns.indices {
                    let position = geometry.y.start(y) + ky * geometry.y.dilation
                    let source = (border ?? .zero).source(of: position, count: input.height)
                    if source == nil, border == nil { continue }
                    if isPlain, let source {
                        let (from, to) = (rows.source.row(source, plane: plane), rows.target.row(source, plane: plane))
                        for kx in columns[ky] {
                            let shift = kx * geometry.x.dilation
                            lanes.loops.pointee.claim(to + shift, rest, from + shift, pooled, output.width)
                        }
                        continue
                    }
                    padding.fill(padded, from: source.map { rows.source.row($0, plane: plane) }, lanes)
                    claimed.update(repeating: 0, count: padding.length)
                    for kx in columns[ky] {
                        let shift = padding.offset(ofTap: kx)
                        lanes.loops.pointee.claim(claimed + shift, rest, padded + shift, pooled, output.width)
                    }
                    if let source { padding.fold(claimed, into: rows.target.row(source, plane: plane)) }
                }
            }
        }
    }

    /// Each sample under the window gets the same share, in `l2` times itself.
    private func spread(_ planes: Range<Int>, _ rows: PoolingPlanes, _ lanes: Lanes) {
        let padding = RowPadding(geometry.x, border: border ?? .zero, outside: 0)
        let columns = columnsByRow
        let store = UnsafeMutablePointer<Float>.allocate(capacity: padding.length + output.width + input.width)
        defer { store.deallocate() }
        let (padded, share) = (store, store + padding.length)
        let folded = share + output.width
        var divisors: [Float] = []
        var down = -1..<0
        for plane in planes {
            for y in 0..<output.height {
                let (gradient, pooled) = (rows.gradient.row(y, plane: plane), rows.pooled.row(y, plane: plane))
                switch reducer {
                case .average:
                    let seen = countsPadding ? geometry.y.padded(y) : geometry.y.inside(y)
                    if seen != down { divisors = counts(down: seen) }
                    down = seen
                    for x in 0..<output.width { share[x] = gradient[x] / divisors[x] }
                case .l2:
                    for x in 0..<output.width { share[x] = pooled[x] > 0 ? gradient[x] / pooled[x] : 0 }
                case .sum, .maximum, .minimum, .rank:
                    share.update(from: gradient, count: output.width)
                }
                silenceRim(share, y)
                // Rows of the window that have the same taps pass the same on.
                var last: [Int]?
                for ky in columns.indices {
                    let position = geometry.y.start(y) + ky * geometry.y.dilation
                    guard let source = (border ?? .zero).source(of: position, count: input.height) else { continue }
                    if last != columns[ky] {
                        padded.update(repeating: 0, count: padding.length)
                        for kx in columns[ky] {
                            lanes.loops.pointee.add_scaled(padded + padding.offset(ofTap: kx), share, output.width, 1)
                        }
                        folded.update(repeating: 0, count: input.width)
                        padding.fold(padded, into: folded)
                        last = columns[ky]
                    }
                    lanes.loops.pointee.add_scaled(rows.target.row(source, plane: plane), folded, input.width, 1)
                }
            }
            guard reducer == .l2 else { continue }
            let (all, own) = (rows.target.row(0, plane: plane), rows.source.row(0, plane: plane))
            for index in 0..<input.height * input.width { all[index] *= own[index] }
        }
    }

    /// `border=keep`: what was left as it was passes its gradient straight back, later.
    private func silenceRim(_ share: UnsafeMutablePointer<Float>, _ y: Int) {
        guard border == .keep, leaves else { return }
        for x in 0..<output.width where isRim(x, y) { share[x] = 0 }
    }

    /// The mean of the two in the middle passes half to each.
    private func shareMedians(_ planes: Range<Int>, _ rows: PoolingPlanes) {
        var values: [Float] = []
        var places: [Int] = []
        for plane in planes {
            let (own, all) = (rows.source.row(0, plane: plane), rows.target.row(0, plane: plane))
            for y in 0..<output.height {
                let gradient = rows.gradient.row(y, plane: plane)
                for x in 0..<output.width where border != .keep || !isRim(x, y) {
                    values.removeAll(keepingCapacity: true)
                    places.removeAll(keepingCapacity: true)
                    for tap in taps {
                        let (sy, sx) = (
                            (border ?? .zero).source(
                                of: geometry.y.start(y) + tap.y * geometry.y.dilation, count: input.height),
                            (border ?? .zero).source(
                                of: geometry.x.start(x) + tap.x * geometry.x.dilation, count: input.width)
                        )
                        if let sy, let sx {
                            places.append(sy * input.width + sx)
                            values.append(own[places[places.count - 1]])
                        } else if let border {
                            places.append(-1)
                            values.append(border.outside)
                        }
                    }
                    guard !values.isEmpty else { continue }
                    let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
                    let (low, high) = Rank.places(of: 0.5, count: order.count)
                    for rank in [low, high] where places[order[rank]] >= 0 {
                        all[places[order[rank]]] += gradient[x] / 2
                    }
                }
            }
        }
    }
}

/// What a pooling's gradients are computed from and into; a plane has one owner.
private struct PoolingPlanes: Sendable {
    let gradient: ReadableRows
    let pooled: ReadableRows
    let source: ReadableRows
    let target: WritableRows
}
