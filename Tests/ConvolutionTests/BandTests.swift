import Pixels
import Testing

/// Planes that hold a band of their rows.
struct BandTests {
    private func value(_ c: Int, _ y: Int, _ x: Int) -> Float { Float(c * 1_000_000 + y * 1000 + x % 997) }

    private func fill(_ rows: Range<Int>, of planes: inout Planes) {
        planes.makeRoom(upTo: rows.upperBound)
        let shape = planes.shape
        planes.withMutableRows { target in
            for c in 0..<shape.channels {
                for y in rows { for x in 0..<shape.width { target.row(y, plane: c)[x] = value(c, y, x) } }
            }
        }
    }

    // Widths at which rows lie apart, and at which they do not.
    @Test(arguments: [1, 7, 495, 496, 511, 512, 513, 528, 529, 1020, 1024, 1100])
    func `rows keep their samples while a band slides, grows and becomes the whole`(width: Int) {
        let shape = Shape(channels: 3, height: 40, width: width)
        var band = Planes(shape: shape, emptyWithRoomFor: 5)
        func check(_ label: String) {
            for c in 0..<3 {
                for y in band.rows {
                    for x in Set([0, width / 2, width - 1]) {
                        #expect(band[c: c, y: y, x: x] == value(c, y, x), "\(label) \(c) \(y) \(x)")
                    }
                }
            }
        }
        fill(0..<5, of: &band)
        band.dropRows(before: 3)
        fill(5..<7, of: &band)
        check("slid")
        fill(7..<19, of: &band)
        check("grown")
        #expect(band.rows == 3..<19)
        var whole = Planes(shape: shape, emptyWithRoomFor: 5)
        fill(0..<5, of: &whole)
        fill(5..<40, of: &whole)
        band = whole
        check("whole")
        band.withRows { #expect($0.rowStride == width && $0.planeStride == width * 40) }
    }

    @Test func `rows of a band do not lie half a page or a whole one apart`() {
        for width in 1...9000 {
            let shape = Shape(channels: 1, height: 100, width: width)
            let stride = Planes.rowStride(shape, holding: 20)
            #expect(Planes.rowStride(shape, holding: 100) == width)
            if width >= 496 { #expect((stride + 15) % 512 >= 31, "\(width)") }
            #expect((width...width + 80).contains(stride))
        }
    }
}
