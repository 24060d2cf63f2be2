import Convolution

/// A step that can run on 8-bit samples as they lie in the picture, for some windows.
package protocol LevelStep: PlannedStep {
    var levelFilter: (any LevelFilter)? { get }
}

extension PlannedConvolution: LevelStep {
    package var levelFilter: (any LevelFilter)? { convolution.levelFilter }
}

extension PlannedPooling: LevelStep {
    package var levelFilter: (any LevelFilter)? { pooling.levelFilter }
}

/// A step that may be done in one with the windows before it: their magnitude.
package protocol MagnitudeStep: PlannedStep {
    /// Whether it is √(a² + b²) of its two inputs, or |a| of its one.
    var isMagnitudeOfInputs: Bool { get }
}

extension PlannedCombine: MagnitudeStep {
    var isMagnitudeOfInputs: Bool { rule == .hypot && inputs.count == 2 && inputs.allSatisfy { $0 == output } }
}

extension PlannedPoint: MagnitudeStep {
    var isMagnitudeOfInputs: Bool { if case .absolute = function { true } else { false } }
}

/// The last of the stages of a grid, which all may be done in one.
package protocol GridEndStep: PlannedStep {
    var levelGrid: LevelGrid? { get }
}
