import Pixels

/// The picture that is measured with: soft blocks with noise on them, as compressible as a photograph, the same each time.
enum BenchPicture {
    static func made(_ size: Size) -> Raster {
        var state: UInt64 = 1
        func random(_ bound: UInt64) -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state >> 33) % bound
        }
        let header = PictureHeader(size: size, channels: .rgb, depth: .uint8)
        let across = (size.width + 15) / 16
        let blocks = (0..<across * ((size.height + 15) / 16) * 3).map { _ in UInt8(random(128)) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(size.width * size.height * 3)
        for y in 0..<size.height {
            for x in 0..<size.width {
                for c in 0..<3 { bytes.append(blocks[(y / 16 * across + x / 16) * 3 + c] + UInt8(random(100))) }
            }
        }
        return Raster(header: header, bytes: bytes)
    }

    /// A dense kernel of whole numbers over their sum, as a step of a program.
    static func kernel(_ side: Int) -> String {
        var state: UInt64 = UInt64(side)
        let weights = (0..<side * side).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 40) % 10)
        }
        let rows = (0..<side).map { y in
            weights[y * side..<(y + 1) * side].map { "\($0)" }.joined(separator: " ")
        }
        return "[\(rows.joined(separator: "; "))]/\(max(1, weights.reduce(0, +)))"
    }
}
