import Pixels

/// Where the pictures of a batch and what is wanted of them come from.
public protocol BatchSource: Sendable {
    /// How many pictures there are, and what one of them measures.
    var count: Int { get }
    var shape: Shape { get }

    /// Puts `pictures` into `planes`, in their order, and says what is wanted of them.
    ///
    /// - Parameter pass: how often all pictures were seen before; nil where nothing may be left to chance.
    func load(_ pictures: ArraySlice<Int>, pass: Int?, into planes: inout Planes) -> Wanted
}
