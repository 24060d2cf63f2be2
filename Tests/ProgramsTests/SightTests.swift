import Convolution
import Pixels
import Programs
import Testing

/// What `explain` says a sample sees, beside what changes when pixels do.
@Suite struct SightTests {
    /// Pixels, in a row through the middle, that the result's middle sample depends on.
    private func span(_ program: String, size: Int) throws -> Int {
        let header = PictureHeader(size: Size(size), channels: .gray, depth: .float32)
        let plan = try Plan(Catalogue().graph(for: SourceText(text: program)), for: header)
        func middle(_ raster: Raster) throws -> Float {
            let made = try plan.applied(to: raster)
            let place = made.header.size.height / 2 * made.header.size.width + made.header.size.width / 2
            return made.bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 4 * place, as: Float.self) }
        }
        func picture(_ changed: Int?) -> Raster {
            // A column of other numbers, so that even a picture that is repeated shows it.
            let samples = (0..<size * size).map { $0 % size == changed ? Float(1) : 0 }
            return Raster(header: header, bytes: samples.withUnsafeBytes(Array.init))
        }
        let plain = try middle(picture(nil))
        return try (0..<size).count { try middle(picture($0)) != plain }
    }

    @Test(arguments: [
        ("box 3 | box 5", 7, 1.0), ("box 3 stride=2 | box 3", 7, 2), ("upsample 2 | box 5", 3, 0.5),
        ("upsample 2 bilinear | box 2", 3, 0.5), ("box 3 stride=2 | upsample 2 | box 3", 5, 1),
        ("resize 24x24 | box 3", 6, 2), ("upsample 3 | box 4 | box 3 stride=3", 3, 1),
        ("add { box 3 } { box 7 } | box 3", 9, 1), ("crop 20x20 | box 3", 3, 1),
    ])
    func `what a sample sees is no more than is told, and what is told is seen`(
        program: String, told: Int, jump: Double
    ) throws {
        let header = PictureHeader(size: Size(48), channels: .gray, depth: .float32)
        let plan = try Plan(Catalogue().graph(for: SourceText(text: program)), for: header)
        let last = try #require(plan.explanation.last { !$0.isImplied })
        #expect(last.receptiveField == Size(told) && last.jump == PerAxis(jump), "\(program)")
        let found = try span(program, size: 48)
        #expect(found <= told && found >= told - 1, "\(program): \(found)")
    }
}
