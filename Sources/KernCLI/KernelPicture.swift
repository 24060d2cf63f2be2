import Codecs
import Convolution
import Pixels

/// A kernel as a picture: each weight a square, red above zero, blue below, paler towards zero.
struct KernelPicture {
    let raster: Raster

    /// More than anyone looks at.
    static let longestSide = 8192

    /// Several kernels stand side by side or in rows; a cell apart at least, so that it is seen where one ends.
    ///
    /// - Parameters:
    ///   - perOutput: how many belong together, and stand side by side if there is a pixel for each weight then.
    ///   - asked: nil for what suits the kernels.
    init(_ kernels: [Kernel], perOutput: Int = 1, size asked: Size?) throws {
        let paper: [UInt8] = [255, 255, 255]
        let sheet = KernelSheet(kernels, perOutput: perOutput, in: asked)
        let size = asked ?? sheet.size
        var bytes = [UInt8](repeating: 255, count: size.width * size.height * 3)
        let apart = kernels.count > 1 ? 1.0 : 0
        let between = perOutput > 1 ? Int(sheet.scale(in: size)) : 0
        let columns = sheet.columns
        var (room, height) = (
            (size.width - between * sheet.apart(before: columns - 1)) / columns, size.height / sheet.rows
        )
        guard room > 0, height > 0 else {
            throw Complaint("a picture of \(size) has no room for \(kernels.count) kernels; make it larger with --size")
        }
        // As near to each other as the narrower of both ways brings them, in the middle.
        let widest = Double(kernels.reduce(1) { max($0, $1.size.width) }) + apart
        let highest = Double(kernels.reduce(1) { max($0, $1.size.height) }) + apart
        let scale = min(Double(room) / widest, Double(height) / highest)
        room = min(room, Int((scale * widest).rounded(.up)))
        height = min(height, Int((scale * highest).rounded(.up)))
        let corner = (
            x: (size.width - columns * room - between * sheet.apart(before: columns - 1)) / 2,
            y: (size.height - sheet.rows * height) / 2
        )
        for (place, kernel) in kernels.enumerated() {
            let (row, index) = place.quotientAndRemainder(dividingBy: columns)
            let largest = max(kernel.weights.lazy.map(abs).max() ?? 0, .leastNormalMagnitude)
            let scale = min(
                Double(room) / (Double(kernel.size.width) + apart),
                Double(height) / (Double(kernel.size.height) + apart))
            // Whole cells where there is room for them; a larger kernel is sampled.
            let cell = scale >= 1 ? scale.rounded(.down) : scale
            let gap = cell >= 8 ? 1.0 : 0
            let firstX = corner.x + index * room + between * sheet.apart(before: index)
            let firstY = corner.y + row * height
            let left = Double(firstX) + ((Double(room) - cell * Double(kernel.size.width)) / 2).rounded(.down)
            let top = Double(firstY) + ((Double(height) - cell * Double(kernel.size.height)) / 2).rounded(.down)
            for y in firstY..<firstY + height {
                let v = (Double(y) - top) / cell
                guard v >= 0, Int(v) < kernel.size.height else { continue }
                for x in firstX..<firstX + room {
                    let u = (Double(x) - left) / cell
                    guard u >= 0, Int(u) < kernel.size.width else { continue }
                    let isGap = (u - u.rounded(.down)) * cell < gap || (v - v.rounded(.down)) * cell < gap
                    let color = isGap ? paper : KernelPicture.color(kernel[x: Int(u), y: Int(v)] / largest)
                    bytes.replaceSubrange((y * size.width + x) * 3..<(y * size.width + x) * 3 + 3, with: color)
                }
            }
        }
        raster = Raster(header: PictureHeader(size: size, channels: .rgb, depth: .uint8), bytes: bytes)
    }

    /// - Parameter value: −1…1.
    private static func color(_ value: Double) -> [UInt8] {
        let full: [Double] = value > 0 ? [178, 24, 43] : [33, 102, 172]
        let strength = abs(value)
        return full.map { UInt8(min(255, max(0, 240 + ($0 - 240) * strength))) }
    }

    func write(to path: String, as format: PictureFormat, replacing mayReplace: Bool) throws {
        let file = try AtomicFile(path: path, replacing: mayReplace)
        defer { file.abandon() }
        let writer = try PictureWriter(format, raster.header, to: ByteSink(descriptor: file.descriptor))
        try raster.bytes.withUnsafeBytes { bytes in
            try writer.writeRows(raster.header.size.height, from: bytes)
        }
        try writer.finish()
        try file.commit()
    }
}
