import Convolution
import Pixels
import Programs
import Testing

@Suite struct WideWindowTests {
    /// The choice of a loop over bytes once multiplied the window by a rank that tiles do not have: the product left 64
    /// bits, and kern with it, where width and height came to 64 and more.
    @Test(arguments: ["disk 20", "disk 45"]) func `a wide window that is no product is planned for bytes`(
        program: String
    ) throws {
        let size = Size(width: 300, height: 220)
        let bytes = (0..<size.width * size.height).map { UInt8(truncatingIfNeeded: $0 * $0 / 7) }
        let found = try applied(program, bytes, .gray, size)
        var options = RunOptions()
        options.method = .transform
        let expected = try applied(program, bytes, .gray, size, options: options)
        #expect(zip(found.bytes, expected.bytes).allSatisfy { abs(Int($0) - Int($1)) <= 1 })
    }
}
