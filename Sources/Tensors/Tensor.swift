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

    /// Whether its numbers are those of `asked`. Where it has fewer dimensions, those of 1 may have been left out, and where it
    /// has two, all but the first may be one: so PyTorch writes a layer behind `Flatten`.
    public func fills(_ asked: [Int]) -> Bool {
        dimensions == asked
            || (dimensions.count < asked.count && dimensions.filter { $0 != 1 } == asked.filter { $0 != 1 })
            || (dimensions.count == 2 && dimensions[0] == asked[0] && values.count == asked.reduce(1, *))
    }
}
