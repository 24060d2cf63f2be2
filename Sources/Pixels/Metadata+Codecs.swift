extension Metadata {
    /// PNG's sRGB, or gAMA and cHRM; kept, never applied.
    public enum Colorimetry: Hashable, Sendable {
        /// sRGB with PNG's rendering intent, 0 to 3.
        case sRGB(intent: Int)
        /// In 1/100000: the file's gamma, and white, red, green and blue as x y pairs. Either may be missing.
        case measured(gamma: Int?, chromaticities: [Int]?)
    }

    /// What a JPEG's tables and components say about how it was made.
    public struct JPEGSettings: Hashable, Sendable {
        /// 1 to 100: the quality whose table comes nearest to the file's.
        public var quality: Int
        /// Nil for grey pictures, and where the components are sampled in no ordinary way.
        public var sampling: JPEGSampling?

        public init(quality: Int, sampling: JPEGSampling?) {
            self.quality = quality
            self.sampling = sampling
        }
    }

    /// How many luma samples share one chroma sample, across and down: 2x2 is known as 4:2:0.
    public enum JPEGSampling: String, Hashable, Sendable, CaseIterable {
        case s444 = "4:4:4"
        case s440 = "4:4:0"
        case s422 = "4:2:2"
        case s420 = "4:2:0"
        case s411 = "4:1:1"
        case s410 = "4:1:0"
    }
}
