import Pixels

extension Convolution {
    /// Puts right what `keep` and `renorm` treat differently where the window leaves the picture.
    func finishBorder(_ source: ReadableRows, rows: Range<Int>, into target: WritableRows) {
        guard border == .keep || border == .renorm, geometry.x.leaves || geometry.y.leaves else { return }
        let across = (0..<geometry.x.output).map(geometry.x.inside)
        let rim = across.indices.filter { across[$0].count < geometry.x.kernel }
        for y in rows {
            let down = geometry.y.inside(y)
            let columns = down.count < geometry.y.kernel ? Array(across.indices) : rim
            for plane in 0..<input.count * bank.outputs {
                let out = target.row(y, plane: plane)
                if let renormaliser {
                    let o = plane % bank.outputs
                    let bias = Float(bank.bias[o])
                    for x in columns {
                        out[x] = bias + (out[x] - bias) * renormaliser.factor(output: o, x: across[x], y: down)
                    }
                } else {
                    let own = source.row(y, plane: plane)
                    for x in columns { out[x] = own[x] }
                }
            }
        }
    }
}
