import Pixels

/// The contract: what convolution is, in loops one can read. Every other method is compared with this one, and
/// `--engine reference` runs a program on it. Sums are kept in double and rounded once.
enum Reference {
    // out (n,o,y,x) = bias (o) + Σ over i,ky,kx of weight (o,i,ky,kx) · in (n, channel(o,i), y·s − p + d·ky, …)
    static func convolve(_ input: ReadableRows, plan: Convolution, rows: Range<Int>, into output: WritableRows) {
        let (bank, geometry, border) = (plan.bank, plan.geometry, plan.border)
        for n in 0..<input.shape.count {
            for o in 0..<bank.outputs {
                for y in rows {
                    let out = output.row(y, plane: n * bank.outputs + o)
                    for x in 0..<geometry.x.output {
                        var sum = bank.bias[o]
                        var (inside, whole) = (0.0, 0.0)
                        for i in 0..<bank.inputsPerGroup {
                            let kernel = bank.kernel(output: o, input: i)
                            let plane = n * bank.inputs + bank.channel(output: o, input: i)
                            for ky in 0..<kernel.size.height {
                                for kx in 0..<kernel.size.width {
                                    let weight = kernel[x: kx, y: ky]
                                    let iy = geometry.y.start(y) + ky * geometry.y.dilation
                                    let ix = geometry.x.start(x) + kx * geometry.x.dilation
                                    whole += weight
                                    if let sy = border.source(of: iy, count: geometry.y.input),
                                        let sx = border.source(of: ix, count: geometry.x.input)
                                    {
                                        sum += weight * Double(input.row(sy, plane: plane)[sx])
                                        inside += weight
                                    } else {
                                        sum += weight * Double(border.outside)
                                    }
                                }
                            }
                        }
                        let leaves =
                            geometry.y.inside(y).count < geometry.y.kernel
                            || geometry.x.inside(x).count < geometry.x.kernel
                        if border == .keep && leaves {
                            out[x] = input.row(y, plane: n * bank.inputs + o)[x]
                        } else if border == .renorm && leaves {
                            let factor = Renormaliser.factor(whole: whole, inside: inside)
                            out[x] = Float(bank.bias[o] + (sum - bank.bias[o]) * factor)
                        } else {
                            out[x] = Float(sum)
                        }
                    }
                }
            }
        }
    }
}
