import Pixels

extension Reference {
    // out (n,c,y,x) = reduce of in (n, c, y·s − p + d·ky, …) over the taps that are no holes and see something
    static func pool(_ input: ReadableRows, plan: Pooling, rows: Range<Int>, into output: WritableRows) {
        let (x, y) = (plan.geometry.x, plan.geometry.y)
        for plane in 0..<input.shape.count * input.shape.channels {
            for oy in rows {
                let out = output.row(oy, plane: plane)
                for ox in 0..<x.output {
                    var seen: [Float] = []
                    var inPadding = 0
                    for tap in plan.taps {
                        let iy = y.start(oy) + tap.y * y.dilation
                        let ix = x.start(ox) + tap.x * x.dilation
                        if iy < y.input + y.after, ix < x.input + x.after { inPadding += 1 }
                        let border = plan.border ?? .zero
                        if let sy = border.source(of: iy, count: y.input),
                            let sx = border.source(of: ix, count: x.input)
                        {
                            seen.append(input.row(sy, plane: plane)[sx])
                        } else if plan.border != nil {
                            seen.append(border.outside)
                        }
                    }
                    let leaves = y.inside(oy).count < y.kernel || x.inside(ox).count < x.kernel
                    if plan.border == .keep, leaves {
                        out[ox] = input.row(oy, plane: plane)[ox]
                        continue
                    }
                    let counted = plan.border == nil && plan.countsPadding ? inPadding : seen.count
                    out[ox] = reduce(seen, plan.reducer, counted: counted)
                }
            }
        }
    }

    /// - Parameter counted: what an average divides by.
    private static func reduce(_ seen: [Float], _ reducer: Reducer, counted: Int) -> Float {
        guard !seen.isEmpty else { return 0 }
        switch reducer {
        case .maximum: return seen.max() ?? 0
        case .minimum: return seen.min() ?? 0
        case .sum: return Float(seen.reduce(0.0) { $0 + Double($1) })
        case .average: return Float(seen.reduce(0.0) { $0 + Double($1) } / Double(counted))
        case .l2: return Float(seen.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot())
        case .rank(let fraction):
            // A NaN has no place in an order.
            let sorted = seen.filter { !$0.isNaN }.sorted()
            if sorted.isEmpty { return 0 }
            let position = Rank.position(of: fraction, count: sorted.count)
            let isMeanOfTwo = fraction == 0.5 && sorted.count % 2 == 0
            return isMeanOfTwo ? (sorted[position] + sorted[position + 1]) / 2 : sorted[position]
        }
    }
}
