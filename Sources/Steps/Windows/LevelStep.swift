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

/// A step that looks at one sample at a time: what becomes of a level is known before there is a picture.
package protocol TableStep: PlannedStep {
    /// What becomes of these values.
    func values(of values: [Float], _ lanes: Lanes) -> [Float]
}

extension PlannedPoint: TableStep {
    package func values(of values: [Float], _ lanes: Lanes) -> [Float] { function.applied(to: values, lanes) }
}

/// Likewise, once it is known how often each level is there.
package protocol SurveyedTableStep: PlannedStep {
    /// What becomes of these values.
    /// - Parameter counts: how often each of them is there.
    func values(of values: [Float], seen counts: [Int]) -> [Float]
}

/// The last of the stages of a grid, which all may be done in one.
package protocol GridEndStep: PlannedStep {
    var levelGrid: LevelGrid? { get }
}
