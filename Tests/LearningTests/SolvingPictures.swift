import Codecs
import Convolution
import Pixels
import Programs

/// Pictures to learn kernels from, and what kernels make of them.
struct SolvingPictures {
    /// Numbers that look random and are always the same.
    struct Numbers: RandomNumberGenerator {
        var state: UInt64

        init(seed: UInt64) { state = seed &* 2 &+ 1 }

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let x = (state ^ (state >> 33)) &* 0xff51_afd7_ed55_8ccd
            return x ^ (x >> 29)
        }
    }

    /// A picture that has slopes, edges and grain as photographs do: values 0…1.
    static func planes(_ size: Size, channels: Int = 1, seed: UInt64 = 1) -> Planes {
        var numbers = Numbers(seed: seed)
        var planes = Planes(shape: Shape(channels: channels, size: size))
        for c in 0..<channels {
            for octave in [64, 32, 16, 8, 4, 2, 1] {
                let (across, down) = (size.width / octave + 2, size.height / octave + 2)
                let grid = (0..<across * down).map { _ in Float.random(in: -1...1, using: &numbers) }
                let strength = Float(octave) / 64 * 0.22 + 0.02
                for y in 0..<size.height {
                    for x in 0..<size.width {
                        planes[c: c, y: y, x: x] += strength * grid[y / octave * across + x / octave]
                    }
                }
            }
            for y in 0..<size.height {
                for x in 0..<size.width { planes[c: c, y: y, x: x] = min(1, max(0, planes[c: c, y: y, x: x] + 0.5)) }
            }
        }
        return planes
    }

    /// As a file of this depth would hold it.
    static func raster(_ planes: Planes, _ depth: Depth, channels: Channels? = nil) -> Raster {
        let shape = planes.shape
        let meaning = channels ?? (shape.channels == 1 ? .gray : shape.channels == 3 ? .rgb : .planes(shape.channels))
        let header = PictureHeader(size: shape.size, channels: meaning, depth: depth)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(header.bytesPerRow * shape.height)
        for y in 0..<shape.height {
            for x in 0..<shape.width {
                for c in 0..<shape.channels {
                    let value = planes[c: c, y: y, x: x]
                    switch depth {
                    case .uint8: bytes.append(UInt8(min(255, max(0, (value * 255 + 0.5).rounded(.down)))))
                    case .uint16:
                        let level = UInt16(min(65_535, max(0, (value * 65_535 + 0.5).rounded(.down))))
                        withUnsafeBytes(of: level) { bytes += $0 }
                    case .float32: withUnsafeBytes(of: value) { bytes += $0 }
                    }
                }
            }
        }
        return Raster(header: header, bytes: bytes)
    }

    /// The samples of a raster, 0…1.
    static func planes(of raster: Raster) -> Planes {
        let header = raster.header
        let count = header.channels.count
        var planes = Planes(shape: Shape(channels: count, size: header.size))
        raster.bytes.withUnsafeBytes { bytes in
            for y in 0..<header.size.height {
                for x in 0..<header.size.width {
                    for c in 0..<count {
                        let at = (y * header.size.width + x) * count + c
                        switch header.depth {
                        case .uint8: planes[c: c, y: y, x: x] = Float(bytes[at]) / 255
                        case .uint16:
                            planes[c: c, y: y, x: x] =
                                Float(bytes.load(fromByteOffset: 2 * at, as: UInt16.self)) / 65_535
                        case .float32: planes[c: c, y: y, x: x] = bytes.load(fromByteOffset: 4 * at, as: Float.self)
                        }
                    }
                }
            }
        }
        return planes
    }

    /// What `kernel` makes of a raster, in sums of doubles rounded once.
    static func filtered(_ raster: Raster, _ kernel: Kernel, _ window: Window, border: Border = .edge) throws -> Planes
    {
        let before = planes(of: raster)
        let convolution = try Convolution(
            Bank(kernel, channels: before.shape.channels), window: window, border: border, input: before.shape,
            isExact: true)
        return convolution.applied(to: before)
    }
}

/// A raster, row by row.
final class RasterRows: RowSource {
    private let raster: Raster
    private var row = 0

    init(_ raster: Raster) { self.raster = raster }

    var header: PictureHeader { raster.header }

    func readRows(_ count: Int, into buffer: UnsafeMutableRawBufferPointer) {
        let bytes = header.bytesPerRow
        buffer.copyBytes(from: raster.bytes[row * bytes..<(row + count) * bytes])
        row += count
    }
}
