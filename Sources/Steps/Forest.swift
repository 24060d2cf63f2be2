/// Things on their way to becoming groups: each points to another of its group, and one of them, the root, to itself.
struct Forest: Sendable {
    private var parents: [UInt32]

    init(count: Int = 0) { parents = (0..<UInt32(count)).map { $0 } }

    var count: Int { parents.count }

    mutating func reserveCapacity(_ capacity: Int) { parents.reserveCapacity(capacity) }

    /// One more, a group by itself.
    mutating func append() { parents.append(UInt32(parents.count)) }

    mutating func append(_ other: Forest) {
        let first = UInt32(parents.count)
        parents += other.parents.lazy.map { first + $0 }
    }

    /// The way to the root is half as long for the next who asks.
    mutating func root(of thing: Int) -> Int {
        var thing = thing
        while parents[thing] != thing {
            parents[thing] = parents[Int(parents[thing])]
            thing = Int(parents[thing])
        }
        return thing
    }

    /// Two roots become one group's, whose root is the second.
    mutating func put(_ root: Int, below other: Int) { parents[root] = UInt32(other) }
}
