import Testing

extension Kern {
    /// One in whose folder lies m.safetensors, learned from the samples' shapes in two epochs.
    static func trained(
        _ program: String = "input 32x32x1 | zscore | dense classes", _ options: String = ""
    ) throws -> Kern {
        let kern = try Kern()
        let ran = try kern.shell(
            "kern train '\(program)' --data \(Pictures.samples)/shapes -o m.safetensors --epochs 2 --quiet \(options)")
        #expect(ran.status == 0, "\(ran.said)")
        return kern
    }
}
