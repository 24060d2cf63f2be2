/// Things on their way to becoming groups: each points to another of its group, and one of them, the root, to itself.
struct Forest: Sendable {
    private var parents: [UInt32]

    init(count: Int) { parents = (0..<UInt32(count)).map { $0 } }

    /// The way to the root is half as long for the next who asks.
    mutating func root(of thing: Int) -> Int { withShared { $0.root(of: thing) } }

    /// Two roots become one group's, whose root is the second.
    mutating func put(_ root: Int, below other: Int) { withShared { $0.put(root, below: other) } }

    /// For threads that each have things of their own.
    mutating func withShared<Result>(_ body: (SharedForest) -> Result) -> Result {
        parents.withUnsafeMutableBufferPointer { body(SharedForest(parents: $0)) }
    }
}

struct SharedForest: @unchecked Sendable {
    fileprivate let parents: UnsafeMutableBufferPointer<UInt32>

    func root(of thing: Int) -> Int {
        var thing = thing
        while parents[thing] != thing {
            parents[thing] = parents[Int(parents[thing])]
            thing = Int(parents[thing])
        }
        return thing
    }

    func put(_ root: Int, below other: Int) { parents[root] = UInt32(other) }

    func parent(of thing: Int) -> Int { Int(parents[thing]) }

    /// Has everything point to its root, in a forest where nothing was ever put below what comes behind it.
    func settle() {
        for thing in parents.indices { parents[thing] = parents[Int(parents[thing])] }
    }
}
