import Pixels
import Programs
import Testing

@Suite struct RangeTests {
    /// `add { } { laplacian | scale -1 }` is sharpen, and what it takes below black is black.
    @Test(arguments: ["add { } { laplacian | scale -1 }", "subtract { } { laplacian }"])
    func `detail added to a picture leaves it a picture`(program: String) throws {
        let size = Size(width: 4, height: 1)
        let pixels: [UInt8] = [10, 10, 200, 200]
        #expect(try applied("sharpen", pixels, .gray, size).bytes == [10, 0, 255, 200])
        #expect(try applied(program, pixels, .gray, size).bytes == [10, 0, 255, 200])
    }

    /// Folding what lies below zero makes sense only as long as zero means that nothing changes.
    @Test(
        arguments: [
            ("[-1 1] | offset 0.5", [228, 0, 128, 128]), ("[-1 1] | invert", [155, 255, 255, 255]),
            ("[-1 1] | scale -2 | invert", [255, 0, 255, 255]), ("[-1 1] | scale 0.5", [50, 100, 0, 0]),
            ("[-1 1] | clamp -0.1 1", [100, 26, 0, 0]),
        ] as [(String, [UInt8])])
    func `behind a step that moves zero nothing is folded`(program: String, expected: [UInt8]) throws {
        let size = Size(width: 4, height: 1)
        #expect(try applied(program, [100, 200, 0, 0], .gray, size).bytes == expected)
    }

    @Test(arguments: [UInt8](arrayLiteral: 0, 37, 100, 255))
    func `canny finds nothing in a flat picture`(level: UInt8) throws {
        let size = Size(width: 40, height: 30)
        let flat = [UInt8](repeating: level, count: 1200)
        #expect(try applied("canny", flat, .gray, size).bytes.allSatisfy { $0 == 0 })
        #expect(try applied("gaussian 2 | canny", flat, .gray, size).bytes.allSatisfy { $0 == 0 })
    }

    /// What rounding leaves of nothing is not brought to full contrast.
    @Test(
        arguments: [
            ("subtract { } { gaussian 10 } | rescale", 128), ("sobel | rescale", 128), ("sobel-x | rescale 0 0.5", 64),
            ("log 2 | standardise", 0), ("dog 1 | standardise", 0), ("gaussian 3 | rescale", 128),
        ] as [(String, UInt8)])
    func `a flat picture stays flat when it is rescaled`(program: String, expected: UInt8) throws {
        let size = Size(width: 90, height: 40)
        for color in [[128, 128, 128], [10, 77, 204], [10, 77, 200], [0, 128, 255]] as [[UInt8]] {
            let isGray = color[0] == color[1]
            if !isGray, program.hasPrefix("gaussian") { continue }
            let flat = (0..<90 * 40).flatMap { _ in color }
            #expect(try applied(program, flat, .rgb, size).bytes.allSatisfy { $0 == expected }, "\(color)")
        }
    }

    @Test func `a product with something signed is signed, and so is a sum of nothing else`() throws {
        let size = Size(width: 4, height: 1)
        let pixels: [UInt8] = [200, 200, 100, 100]
        #expect(try applied("multiply { [-1 1] } { scale 0 | offset 1 }", pixels, .gray, size).bytes == [0, 100, 0, 0])
        #expect(try applied("add { [-1 1] } { [-1 1] }", pixels, .gray, size).bytes == [0, 200, 0, 0])
    }
}
