import Convolution
import Pixels
import Programs

/// A program, planned for a small picture and, where that is little work, run over it.
enum ProgramTarget: Target {
    /// Files would be read: no fuzzer's business.
    private static let forbidden: Set<UInt8> = [UInt8(ascii: "/"), UInt8(ascii: "~"), UInt8(ascii: ".")]
    private static let size = Size(width: 11, height: 9)

    static func attempt(_ bytes: [UInt8]) throws {
        guard bytes.count < 200, !zip(bytes, bytes.dropFirst()).contains(where: { $0.0 == 46 && $0.1 == 47 }),
            bytes.first.map({ !forbidden.contains($0) }) ?? true
        else { return }
        let graph = try Catalogue().graph(for: SourceText(name: "program", bytes: bytes))
        for channels in [Channels.gray, .rgba] {
            let header = PictureHeader(size: size, channels: channels, depth: .uint8)
            let plan = try Plan(graph, for: header, options: RunOptions(maxMemory: 16 << 20))
            guard plan.output.size.width * plan.output.size.height < 1 << 16,
                !plan.nodes.contains(where: \.asksForWeights)
            else { return }
            let samples = header.bytesPerRow * size.height
            let picture = Raster(header: header, bytes: (0..<samples).map { UInt8(truncatingIfNeeded: $0 * 37) })
            _ = try plan.applied(to: picture)
        }
    }
}
