import CImageCodecs
import CLanes
import Pixels

/// A baseline JPEG's pixels: coefficients to samples, a row of units at a time, and these to rows of the picture, with chroma
/// stretched as libjpeg does it. The bytes are libjpeg's.
final class JPEGPixelReader {
    /// How chroma becomes as large as luma.
    private enum Stretch {
        case none, across, down, both
        /// Too narrow for neighbours to count: each sample again and again.
        case repeated(across: Int, down: Int)
    }

    /// A component's samples: of two rows of units, that of the row before is still there.
    private struct Plane {
        /// Of a unit.
        let height: Int
        /// That belong to the picture.
        let size: Size
        let pitch: Int
        let samples: UnsafeMutablePointer<UInt8>
        let stretch: Stretch

        func row(_ y: Int) -> UnsafeMutablePointer<UInt8> {
            samples + (min(max(y, 0), size.height - 1) % (2 * height)) * pitch + JPEGPixelReader.slack
        }
    }

    /// Of a unit; libjpeg refuses more.
    private static let mostBlocks: Int32 = 10
    /// In front of a row and behind it.
    private static let slack = Int(KERN_BLOCK_SLACK)

    private let scan: JPEGScan
    private let lanes: UnsafePointer<kern_lanes>
    private let size: Size
    private let planes: [Plane]
    private let unitsAcross: Int
    private let unitHeight: Int
    private let stretched: UnsafeMutablePointer<UInt8>
    private let stretchedPitch: Int
    private var unitRows = 0
    private var nextRow = 0

    var warnings: [String] { scan.warnings }

    /// nil for what is libjpeg's: other ratios than 1 and 2 of luma's size to that of chroma.
    init?(
        _ source: ByteSource, _ found: [kc_jpeg_component], interval: Int, size: Size,
        lanes: UnsafePointer<kern_lanes>, limits: Limits
    ) throws(CodecError) {
        let isAlone = found.count == 1
        let (h, v) = isAlone ? (1, 1) : (Int(found[0].h), Int(found[0].v))
        for chroma in found.dropFirst() {
            let (across, down) = (Int(chroma.h), Int(chroma.v))
            guard h == across || h == 2 * across, v == down || v == 2 * down else { return nil }
        }
        if !isAlone, found.reduce(0, { $0 + $1.h * $1.v }) > Self.mostBlocks { return nil }
        self.size = size
        self.lanes = lanes
        unitHeight = 8 * v
        let unitsAcross = (size.width + 8 * h - 1) / (8 * h)
        self.unitsAcross = unitsAcross
        stretchedPitch = size.width + 2 * Self.slack
        let pitch = unitsAcross * 8 * h + 3 * Self.slack
        try limits.checkMemory([found.count * 2 * unitHeight * pitch + 2 * stretchedPitch])
        guard let scan = JPEGScan(source, found, interval: interval) else { return nil }
        self.scan = scan
        planes = scan.parts.map { part in
            let (ratioX, ratioY) = (h / part.across, v / part.down)
            let own = Size(width: (size.width + ratioX - 1) / ratioX, height: (size.height + ratioY - 1) / ratioY)
            let stretch: Stretch =
                switch (ratioX, ratioY) {
                case (1, 1): .none
                case (1, _): .down
                case (_, let ratioY) where own.width <= 2: .repeated(across: 2, down: ratioY)
                case (_, 1): .across
                default: .both
                }
            let pitch = unitsAcross * 8 * part.across + 3 * Self.slack
            let count = pitch * 16 * part.down
            let samples = UnsafeMutablePointer<UInt8>.allocate(capacity: count)
            samples.initialize(repeating: 0, count: count)
            return Plane(height: 8 * part.down, size: own, pitch: pitch, samples: samples, stretch: stretch)
        }
        stretched = .allocate(capacity: 2 * stretchedPitch)
        stretched.initialize(repeating: 0, count: 2 * stretchedPitch)
    }

    deinit {
        for plane in planes { plane.samples.deallocate() }
        stretched.deallocate()
    }

    /// Puts the next rows into `out`.
    func readRows(_ count: Int, into out: UnsafeMutableRawBufferPointer) throws(CodecError) {
        guard var to = out.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
        let rowBytes = size.width * planes.count
        for _ in 0..<count {
            while nextRow >= rowsReady { try decodeUnits() }
            write(nextRow, to: to)
            to += rowBytes
            nextRow += 1
        }
    }

    func finish() throws(CodecError) { try scan.finish() }

    /// The last row of a unit may need the first chroma of the next.
    private var rowsReady: Int {
        let decoded = unitRows * unitHeight
        return decoded >= size.height ? size.height : max(0, decoded - 1)
    }

    /// The next row of units.
    private func decodeUnits() throws(CodecError) {
        for first in stride(from: 0, to: unitsAcross, by: JPEGScan.unitsAtOnce) {
            let count = min(JPEGScan.unitsAtOnce, unitsAcross - first)
            try scan.decode(count)
            for (part, plane) in zip(scan.parts, planes) {
                for row in 0..<part.down {
                    let y = unitRows % 2 * plane.height + 8 * row
                    let out = plane.samples + y * plane.pitch + Self.slack + 8 * first * part.across
                    let place = row * part.pitch
                    lanes.pointee.unblock(
                        out, plane.pitch, part.blocks + 64 * place, part.detailed + place, count * part.across,
                        part.factors)
                }
            }
        }
        for plane in planes {
            // What lies beside the picture counts as the sample at its edge.
            for y in 0..<plane.height {
                let row = plane.samples + (unitRows % 2 * plane.height + y) * plane.pitch + Self.slack
                row[-1] = row[0]
                row[plane.size.width] = row[plane.size.width - 1]
            }
        }
        unitRows += 1
    }

    private func write(_ y: Int, to out: UnsafeMutablePointer<UInt8>) {
        let luma = planes[0].row(y)
        guard planes.count == 3 else {
            out.update(from: luma, count: size.width)
            return
        }
        let blue = chroma(planes[1], y, room: stretched + Self.slack)
        let red = chroma(planes[2], y, room: stretched + stretchedPitch + Self.slack)
        lanes.pointee.rgb_of_ycc(out, luma, blue, red, size.width)
    }

    /// A row of chroma as long as luma's.
    private func chroma(_ plane: Plane, _ y: Int, room: UnsafeMutablePointer<UInt8>) -> UnsafePointer<UInt8> {
        let (near, far) = (plane.row(y / 2), plane.row(y % 2 == 0 ? y / 2 - 1 : y / 2 + 1))
        switch plane.stretch {
        case .none: return UnsafePointer(plane.row(y))
        case .across: lanes.pointee.stretch_across(room, plane.row(y), plane.size.width)
        case .down: lanes.pointee.stretch_down(room, near, far, plane.size.width, y % 2 == 0 ? 1 : 2)
        case .both: lanes.pointee.stretch_both(room, near, far, plane.size.width)
        case .repeated(let across, let down):
            let row = plane.row(y / down)
            for x in 0..<size.width { room[x] = row[x / across] }
        }
        return UnsafePointer(room)
    }
}
