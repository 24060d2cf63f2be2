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

    @Test func `a product with something signed is signed, and so is a sum of nothing else`() throws {
        let size = Size(width: 4, height: 1)
        let pixels: [UInt8] = [200, 200, 100, 100]
        #expect(try applied("multiply { [-1 1] } { scale 0 | offset 1 }", pixels, .gray, size).bytes == [0, 100, 0, 0])
        #expect(try applied("add { [-1 1] } { [-1 1] }", pixels, .gray, size).bytes == [0, 200, 0, 0])
    }
}
