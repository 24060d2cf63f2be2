/// Numbers with a name and dimensions, as a model file holds them.
public struct Tensor: Hashable, Sendable {
    public var name: String
    public var dimensions: [Int]
    /// Row by row, the last dimension fastest.
    public var values: [Float]

    public init(name: String, dimensions: [Int], values: [Float]) {
        precondition(
            dimensions.reduce(1, *) == values.count, "\(name): \(dimensions) holds other than \(values.count) values")
        self.name = name
        self.dimensions = dimensions
        self.values = values
    }

    /// Whether its numbers are those of `asked`. Where it has fewer dimensions, those of 1 may have been left out.
    public func fills(_ asked: [Int]) -> Bool {
        dimensions == asked
            || (dimensions.count < asked.count && dimensions.filter { $0 != 1 } == asked.filter { $0 != 1 })
    }
}
