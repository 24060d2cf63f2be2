/// A picture that was taken for another class than it is of.
public struct Mistake: Hashable, Sendable {
    /// Its place among those that were measured.
    public let index: Int
    /// The class it is of, and the one it was taken for.
    public let wanted: Int
    public let found: Int
    /// How likely the net holds the class it was taken for, and the one it is of.
    public let probability: Float
    public let wantedProbability: Float
}
