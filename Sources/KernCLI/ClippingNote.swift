import Programs

/// What is said when more than a little was cut off.
struct ClippingNote {
    let sentence: String

    init(_ report: RunReport, _ plan: Plan) {
        let percent = NumberText.short((report.clippedShare * 1000).rounded() / 10)
        let remedy =
            switch (plan.range, plan.lastKernelSum) {
            case (.clip, .some(let sum)) where sum > 1.01:
                "the last kernel's weights sum to \(NumberText.short((sum * 100).rounded() / 100)), so say sum=1 behind it"
            case (.abs, _), (.offset, _):
                "keep them with --range rescale, or with a step such as 'scale 1/4' at the end of the program"
            default:
                "keep them with --range rescale or offset, or with 'scale' at the end of the program"
            }
        sentence = "\(percent) % of the samples were clipped to 0...1; \(remedy)"
    }
}
