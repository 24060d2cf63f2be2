import CImageCodecs

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Filtered rows to a stretch of a deflate stream, by the way that suits them: runs or matches.
final class PNGPacker {
    private let effort: Int
    private let deflater: OpaquePointer
    private var runCoder = RunCoder()
    private let runs: UnsafeMutableRawBufferPointer

    /// Both ways are tried on so much of a photograph's strip.
    private static let sampleBytes = 16 * 1024

    /// Nil where there is no memory for strips of `most` bytes.
    init?(effort: Int, most: Int) {
        self.effort = effort
        // Packed bytes that are more than those given are not wanted.
        let room = Int(KC_DEFLATED_HEAD) + most + Int(KC_DEFLATED_TAIL)
        guard let deflater = kc_deflater_create(Int32(effort), most) else { return nil }
        guard let runs = malloc(room) else {
            kc_deflater_destroy(deflater)
            return nil
        }
        self.deflater = deflater
        self.runs = UnsafeMutableRawBufferPointer(start: runs, count: room)
    }

    deinit {
        kc_deflater_destroy(deflater)
        free(runs.baseAddress)
    }

    /// The bytes lent stay valid until the next call, and have `KC_DEFLATED_HEAD` and `KC_DEFLATED_TAIL` around them.
    func pack(_ bytes: UnsafeBufferPointer<UInt8>, isLast: Bool) -> UnsafeMutableRawBufferPointer {
        if effort == 0 { return matched(bytes, isLast: isLast) }
        if effort <= 2, bytes.count >= 4 * Self.sampleBytes, !isDrawn(bytes) {
            if prefersRuns(bytes), let runs = run(bytes, isLast: isLast) { return runs }
            return matched(bytes, isLast: isLast)
        }
        let runs = run(bytes, isLast: isLast)
        let matched = matched(bytes, isLast: isLast)
        guard let runs, runs.count <= matched.count else { return matched }
        return runs
    }

    /// Whether an eighth or more of the bytes lies in runs. What repeats in drawings and text, a sample does not show;
    /// and both ways are quick there.
    private func isDrawn(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let looks = 8
        let size = Self.sampleBytes / 4
        var inRuns = 0
        for look in 0..<looks {
            let start = (bytes.count - size) * look / (looks - 1)
            inRuns += runCoder.bytesInRuns(of: UnsafeBufferPointer(rebasing: bytes[start..<(start + size)]))
        }
        return inRuns >= looks * size / 8
    }

    private func prefersRuns(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let start = (bytes.count - Self.sampleBytes) / 2
        let sample = UnsafeBufferPointer(rebasing: bytes[start..<(start + Self.sampleBytes)])
        return runCoder.size(of: sample) <= matched(sample, isLast: false).count
    }

    private func run(_ bytes: UnsafeBufferPointer<UInt8>, isLast: Bool) -> UnsafeMutableRawBufferPointer? {
        let start = Int(KC_DEFLATED_HEAD)
        let room = UnsafeMutableRawBufferPointer(rebasing: runs[start..<(runs.count - Int(KC_DEFLATED_TAIL))])
        guard let count = runCoder.pack(bytes, isLast: isLast, into: room) else { return nil }
        return UnsafeMutableRawBufferPointer(rebasing: room[..<count])
    }

    private func matched(_ bytes: UnsafeBufferPointer<UInt8>, isLast: Bool) -> UnsafeMutableRawBufferPointer {
        var count = bytes.count
        let start = kc_deflate(deflater, bytes.baseAddress, &count, isLast)
        return UnsafeMutableRawBufferPointer(start: start, count: count)
    }
}
