import Pixels

/// A sample as deep as a set stores it; shallower ones become it without a loss.
protocol PictureSample: BitwiseCopyable, Sendable {
    init(level: UInt8)
    init(level: UInt16)
    init(value: Float)
}

extension UInt8: PictureSample {
    init(level: UInt8) { self = level }
    // Pictures that are deeper than the set are read again when the set has become deeper.
    init(level: UInt16) { self = 0 }
    init(value: Float) { self = 0 }
}

extension UInt16: PictureSample {
    init(level: UInt8) { self = UInt16(level) * 257 }
    init(level: UInt16) { self = level }
    init(value: Float) { self = 0 }
}

extension Float: PictureSample {
    init(level: UInt8) { self = Float(level) / 255 }
    init(level: UInt16) { self = Float(level) / 65535 }
    init(value: Float) { self = value }
}

extension Raster {
    /// Its samples plane by plane. `out` holds as many as the picture has.
    func spread<Sample: PictureSample>(into out: UnsafeMutableBufferPointer<Sample>, channels: Int) {
        bytes.withUnsafeBytes { bytes in
            let area = out.count / max(channels, 1)
            switch header.depth {
            case .uint8:
                bytes.withMemoryRebound(to: UInt8.self) { from in
                    for c in 0..<channels {
                        for i in 0..<area { out[c * area + i] = Sample(level: from[i * channels + c]) }
                    }
                }
            case .uint16:
                for c in 0..<channels {
                    for i in 0..<area {
                        let level = bytes.loadUnaligned(fromByteOffset: (i * channels + c) * 2, as: UInt16.self)
                        out[c * area + i] = Sample(level: level)
                    }
                }
            case .float32:
                for c in 0..<channels {
                    for i in 0..<area {
                        let value = bytes.loadUnaligned(fromByteOffset: (i * channels + c) * 4, as: Float.self)
                        out[c * area + i] = Sample(value: value)
                    }
                }
            }
        }
    }
}
