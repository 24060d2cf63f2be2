import Convolution
import Pixels
import Programs
import Testing

/// Gradients in a chain, done in one with their magnitude.
struct MagnitudeTests {
    private func picture(_ channels: Channels) -> Raster {
        let header = PictureHeader(size: Size(width: 61, height: 90), channels: channels, depth: .uint8)
        return Raster(
            header: header,
            bytes: (0..<header.bytesPerRow * 90).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 13) })
    }

    private func plan(_ program: String, _ header: PictureHeader, _ options: RunOptions) throws -> Plan {
        try Plan(Catalogue().graph(for: SourceText(text: program)), for: header, options: options)
    }

    @Test(arguments: [
        ("gaussian 1 | sobel", 1), ("gaussian 1 | scharr | box 3", 1), ("add { sobel } { gaussian 1 } | scale 0.3", 1),
        ("sobel | sobel", 2), ("gaussian 1 | sobel border=wrap", 1), ("sobel pad=valid | gaussian 1", 1),
        ("gaussian 1 | hypot { [1 2; 3 4; 5 6] } { [6 -5; 4 3; 2 1] }", 1),
        ("gaussian 1 | hypot { sobel-x } { gaussian 1 }", 0),
        ("gaussian 1 | hypot { sobel-x } { sobel-y } { scharr-x }", 0),
        ("gaussian 1 | add { sobel-x } { hypot { sobel-x } { sobel-y } }", 1),
        ("gaussian 1 | sobel border=keep", 0), ("gaussian 1 | sobel stride=2", 0),
    ])
    func `they give the bytes of the steps by themselves`(_ program: String, _ unions: Int) throws {
        for channels in [Channels.gray, .rgb, .rgba] {
            let raster = picture(channels)
            for threads in [1, 2] {
                let machine = Machine(threads: threads)
                let plan = try plan(program, raster.header, RunOptions(machine: machine))
                let united = plan.explanation.filter { $0.union != nil }
                // With alpha each window is weighted by itself, and something comes between.
                #expect(united.count == (channels == .rgba ? 0 : 2 * unions), "\(program) \(channels)")
                #expect(united.allSatisfy { $0.bytesHeld == 0 })
                let apart = try self.plan(program, raster.header, RunOptions(unitesSteps: false, machine: machine))
                #expect(apart.explanation.allSatisfy { $0.union == nil })
                #expect(apart.explanation.map(\.text) == plan.explanation.map(\.text))
                #expect(try plan.applied(to: raster) == apart.applied(to: raster), "\(program) \(channels) \(threads)")
            }
        }
    }

    // Rows of 1024 samples lie apart in a band, those of 1100 do not; what lies to the right is too far away to matter.
    @Test(arguments: [
        "gaussian 1 | gamma 0.8", "gaussian 1 | softmax", "gaussian 1 | lrn 3", "gaussian 1 | luma | box 3",
        "gaussian 1 | sobel", "median 3 | maxpool 2 | gaussian 1", "gaussian 1 | avgpool 3 | sharpen",
        "[1 2 3; 4 5 6; 7 8 9]/45 | add { } { gaussian 1 } | concat { } { invert }", "gaussian 3 | laplacian",
        "gaussian 1 | dropout 0.5 | prewitt",
    ])
    func `rows that lie apart are rows like others`(_ program: String) throws {
        let raster = { (width: Int) in
            let header = PictureHeader(size: Size(width: width, height: 700), channels: .rgb, depth: .uint8)
            return Raster(
                header: header,
                bytes: (0..<700 * width * 3).map {
                    UInt8(truncatingIfNeeded: ($0 / (3 * width) * 7919 + $0 % (3 * width)) &* 2_654_435_761 >> 13)
                })
        }
        for threads in [1, 2] {
            let options = RunOptions(depth: .float32, machine: Machine(threads: threads))
            let results = try [1024, 1100].map { width in
                try plan(program, raster(width).header, options).applied(to: raster(width))
            }
            let (narrow, wide) = (results[0], results[1])
            let pixel = narrow.header.bytesPerRow / narrow.header.size.width
            let same = (narrow.header.size.width - 40) * pixel
            for y in 0..<narrow.header.size.height {
                let rows = [narrow, wide].map { $0.bytes[y * $0.header.bytesPerRow..<y * $0.header.bytesPerRow + same] }
                #expect(rows[0] == rows[1], "\(program) row \(y)")
            }
        }
    }
}
