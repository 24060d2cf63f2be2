import Pixels
import Programs

/// A program that some examples go through before a net sees them: `gaussian 1` for one in ten.
public struct OccasionalProgram: Sendable {
    public let plan: Plan
    public let probability: Float

    /// - Parameter plan: plans the program for pictures like this one; one thread will do.
    /// - Throws: what `plan` does, or an `AugmentationError` where the program would change the pictures' shape.
    public init(
        for shape: Shape, probability: Float, plan: (PictureHeader) throws -> Plan
    ) throws {
        self.plan = try plan(Self.header(of: shape))
        self.probability = probability
        let output = Shape(channels: self.plan.output.channels.count, size: self.plan.output.size)
        if output != shape.ofOne { throw AugmentationError.program(from: shape.ofOne, to: output) }
    }

    private static func header(of shape: Shape) -> PictureHeader {
        let channels: Channels = shape.channels == 1 ? .gray : shape.channels == 3 ? .rgb : .planes(shape.channels)
        return PictureHeader(size: shape.size, channels: channels, depth: .float32)
    }

    /// c·h·w samples, from 0 to 1. What cannot be computed is left as it is.
    func apply(to samples: UnsafeMutableBufferPointer<Float>) {
        let channels = plan.input.channels.count
        let area = samples.count / max(channels, 1)
        var raster = Raster(header: plan.input, bytes: [UInt8](repeating: 0, count: samples.count * 4))
        raster.bytes.withUnsafeMutableBytes { bytes in
            for c in 0..<channels {
                for i in 0..<area {
                    bytes.storeBytes(of: samples[c * area + i], toByteOffset: (i * channels + c) * 4, as: Float.self)
                }
            }
        }
        guard let result = try? plan.applied(to: raster) else { return }
        result.spread(into: samples, channels: channels)
    }
}
