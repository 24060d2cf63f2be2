import Pixels

/// Whether tiles pay: multiply-adds, with what the transforms take in the time of so many (measured, AVX2).
extension TiledLayer {
    /// A tile of one input channel to its points, with its copy; and one of an output channel from them.
    private static let load = 350.0
    private static let finish = 250.0
    private static let loadGradient = 350.0
    /// Each sum is taken up and put down again.
    private static let sum = 8.0
    /// A kernel to its points or back.
    private static let kernel = 400.0

    private func directProducts(_ pictures: Int) -> Double {
        Double(pictures * output.height * output.width * 9 * input.channels * output.channels)
    }

    /// Whether a batch goes forwards in less time than with every tap by itself.
    var paysForward: Bool {
        let (i, o) = (Double(input.channels), Double(output.channels))
        let points = Double(TiledLayer.points)
        let tile = points * o * (i + TiledLayer.sum) + TiledLayer.load * i + TiledLayer.finish * o
        return tile * Double(allRows * across) + TiledLayer.kernel * i * o < 0.9 * directProducts(input.count)
    }

    /// The same for the gradients by the kernels, of which each part of a batch makes its own.
    func paysForWeights(picturesInPart: Int) -> Bool {
        let pictures = min(input.count, picturesInPart)
        let (wide, o) = (Double(TiledLayer.padded(input.channels)), Double(output.channels))
        let points = Double(TiledLayer.points)
        let tiles = Double(pictures * down * across)
        let tile = points * o * wide + TiledLayer.load * wide + TiledLayer.loadGradient * o
        let sums = points * wide * o
        guard sums <= TiledLayer.mostSums else { return false }
        let blocks = Double((pictures * down + rows - 1) / rows)
        return tile * tiles + TiledLayer.sum * sums * blocks + TiledLayer.kernel * wide * o
            < 0.9 * directProducts(pictures)
    }

    /// The sums of all kernels at all points, which each thread keeps: 16 MB of them.
    private static let mostSums = Double(1 << 22)
}
