import CLanes
import Pixels

/// A kernel as what it does to the Fourier transform of a tile. Two tiles go at a time, one as real and one as imaginary part:
/// the kernel is real, so they do not mix.
protocol TileFilter: Sendable {
    associatedtype Room: TileRoom

    /// Lends what one thread works in.
    func withRoom(_ body: (Room) -> Void)

    /// Replaces the tiles in `room` by themselves under the kernel, going round at the ends.
    func filter(_ room: Room, _ lanes: Lanes)
}

/// Two tiles, row by row.
protocol TileRoom: AnyObject {
    associatedtype Sample: BinaryFloatingPoint

    var re: UnsafeMutablePointer<Sample> { get }
    var im: UnsafeMutablePointer<Sample> { get }
    /// From one row to the next.
    var pitch: Int { get }

    func clear()
    static func copy(_ pixels: UnsafePointer<Float>, to row: UnsafeMutablePointer<Sample>, count: Int)
    static func take(_ row: UnsafePointer<Sample>, into out: UnsafeMutablePointer<Float>, count: Int)
}

/// A kernel's transform, made when a tile first asks for it. It is as large as a tile and takes longer than all other
/// planning, and many a plan is only told about, or put aside for a grid.
final class TransformedKernel: Sendable {
    enum Tile: Sendable {
        case exact(ExactTile)
        case fast(FastTile)
    }

    private let kernel: Kernel
    private let dilation: PerAxis<Int>
    private let size: TileSize
    private let made = Guarded<Tile?>(nil)

    init(_ kernel: Kernel, dilation: PerAxis<Int>, tile: TileSize) {
        (self.kernel, self.dilation, size) = (kernel, dilation, tile)
    }

    var isMade: Bool { made.withLock { $0 != nil } }

    var tile: Tile {
        made.withLock { made in
            if let made { return made }
            let grid = ComplexGrid(rows: size.height, columns: size.width)
            for y in 0..<kernel.size.height {
                for x in 0..<kernel.size.width {
                    grid.re[y * dilation.y * size.width + x * dilation.x] = kernel[x: x, y: y]
                }
            }
            let (across, down) = (Twiddles(count: size.width), Twiddles(count: size.height))
            // Always the same level, so that a plan does not depend on the machine it is made for.
            let loops = Lanes.best.loops
            grid.transformColumns(down, inverse: false, loops)
            grid.transpose()
            grid.transformColumns(across, inverse: false, loops)
            let scale = 1 / Double(size.width * size.height)
            for index in 0..<size.width * size.height {
                grid.re[index] *= scale
                grid.im[index] *= -scale
            }
            let tile: Tile =
                size.isExact
                ? .exact(ExactTile(spectrum: grid, across, down))
                : .fast(FastTile(spectrum: grid, width: size.width, height: size.height))
            made = tile
            return tile
        }
    }
}

/// In double, for samples finer than 8 bits and for large sums.
struct ExactTile: TileFilter {
    private let width: Int
    private let height: Int
    private let across: Twiddles
    private let down: Twiddles
    /// The kernel's conjugate spectrum over the tile's area, columns first, as the data is when multiplied.
    private let re: [Double]
    private let im: [Double]

    /// - Parameter spectrum: columns first.
    init(spectrum: ComplexGrid, _ across: Twiddles, _ down: Twiddles) {
        (width, height) = (across.count, down.count)
        (self.across, self.down) = (across, down)
        re = Array(UnsafeBufferPointer(start: spectrum.re, count: width * height))
        im = Array(UnsafeBufferPointer(start: spectrum.im, count: width * height))
    }

    func withRoom(_ body: (ComplexGrid) -> Void) { body(ComplexGrid(rows: height, columns: width)) }

    func filter(_ room: ComplexGrid, _ lanes: Lanes) {
        room.transformColumns(down, inverse: false, lanes.loops)
        room.transpose()
        room.transformColumns(across, inverse: false, lanes.loops)
        lanes.loops.pointee.multiply_complex(room.re, room.im, re, im, width * height)
        room.transformColumns(across, inverse: true, lanes.loops)
        room.transpose()
        room.transformColumns(down, inverse: true, lanes.loops)
    }
}

extension ComplexGrid: TileRoom {
    var pitch: Int { columns }

    static func copy(_ pixels: UnsafePointer<Float>, to row: UnsafeMutablePointer<Double>, count: Int) {
        for x in 0..<count { row[x] = Double(pixels[x]) }
    }

    static func take(_ row: UnsafePointer<Double>, into out: UnsafeMutablePointer<Float>, count: Int) {
        for x in 0..<count { out[x] = Float(row[x]) }
    }
}

/// In float, several times as fast: 16 columns, and then 16 rows, go through all stages of their transform in the nearest cache.
struct FastTile: TileFilter {
    private let width: Int
    private let height: Int
    private let across: [Float]
    private let down: [Float]
    private let spectrum: FloatStore

    static let smallestSide = 16
    /// Half a hundredth of an 8-bit level.
    private static let allowed = 0.005 / 255

    /// - Parameter transformed: the spectrum in double, columns first.
    init(spectrum transformed: ComplexGrid, width: Int, height: Int) {
        self.width = width
        self.height = height
        across = FastTile.roots(width)
        down = FastTile.roots(height)
        let lanes = FastTile.smallestSide
        // Columns first with one place for each row, as 16 rows are when they have been turned.
        spectrum = FloatStore(count: 2 * width * height)
        var next = spectrum.base
        for row in stride(from: 0, to: height, by: lanes) {
            for part in [transformed.re, transformed.im] {
                for x in 0..<width {
                    for y in 0..<lanes { next[y] = Float(part[x * height + row + y]) }
                    next += lanes
                }
            }
        }
    }

    /// Whether what floats round away stays far below a level: it grows with the magnitude of the weights, and with the stages.
    static func isFineEnough(_ kernel: Kernel, area: Int, tolerance: Double) -> Bool {
        2 * 0x1p-24 * Double(area.trailingZeroBitCount) * kernel.magnitudeSum <= tolerance * allowed
    }

    private static func roots(_ count: Int) -> [Float] {
        let half = Twiddles(count: count)
        // Three quarters of the circle are asked for; the second half is the first with other signs.
        return (0..<3 * count / 4).flatMap { k in
            let sign = k < count / 2 ? 1.0 : -1
            return [Float(sign * half.re[k % (count / 2)]), Float(sign * half.im[k % (count / 2)])]
        }
    }

    func withRoom(_ body: (FastRoom) -> Void) {
        let (area, spare) = (kern_fourier_pitch(width) * height, kern_fourier_room(width, height))
        Scratch.shared.withRoom(floats: 2 * area + spare) { room in
            room.floats.update(repeating: 0, count: 2 * area + spare)
            body(FastRoom(room.floats, pitch: kern_fourier_pitch(width), area: area))
        }
    }

    func filter(_ room: FastRoom, _ lanes: Lanes) {
        across.withUnsafeBufferPointer { across in
            down.withUnsafeBufferPointer { down in
                var tile = kern_fourier_tile(
                    width: width, height: height, across: across.baseAddress, down: down.baseAddress,
                    spectrum: spectrum.base)
                lanes.loops.pointee.filter_tile(room.re, room.im, room.spare, &tile)
            }
        }
    }
}

final class FastRoom: TileRoom {
    let re: UnsafeMutablePointer<Float>
    let im: UnsafeMutablePointer<Float>
    let spare: UnsafeMutablePointer<Float>
    let pitch: Int
    private let area: Int

    init(_ store: UnsafeMutablePointer<Float>, pitch: Int, area: Int) {
        self.pitch = pitch
        self.area = area
        re = store
        im = store + area
        spare = store + 2 * area
    }

    func clear() {
        re.update(repeating: 0, count: area)
        im.update(repeating: 0, count: area)
    }

    static func copy(_ pixels: UnsafePointer<Float>, to row: UnsafeMutablePointer<Float>, count: Int) {
        row.update(from: pixels, count: count)
    }

    static func take(_ row: UnsafePointer<Float>, into out: UnsafeMutablePointer<Float>, count: Int) {
        out.update(from: row, count: count)
    }
}
