/// What lies outside the picture.
public enum Border: Hashable, Sendable {
    /// `a a a | a b c d`: the outermost pixel goes on.
    case edge
    /// `0 0 0 | a b c d`.
    case zero
    /// `v v v | a b c d`.
    case constant(Float)
    /// `c b a | a b c d`: mirrored, the outermost pixel twice.
    case symmetric
    /// `d c b | a b c d`: mirrored, the outermost pixel once.
    case reflect
    /// `b c d | a b c d`: the other side goes on.
    case wrap
    /// Nothing: taps outside are left out and the others weighted so that they make up for it.
    case renorm
    /// Nothing: where the window leaves the picture, the pixel stays as it was.
    case keep

    /// Where position `i` of an axis with `count` pixels is read from, or nil where no pixel stands for it.
    ///
    ///     Border.reflect.source(of: -2, count: 4)    // 2
    ///     Border.symmetric.source(of: -2, count: 4)  // 1
    public func source(of i: Int, count: Int) -> Int? {
        if i >= 0 && i < count { return i }
        switch self {
        case .edge, .keep:
            return i < 0 ? 0 : count - 1
        case .zero, .constant, .renorm:
            return nil
        case .wrap:
            return remainder(i, count)
        case .symmetric:
            let j = remainder(i, 2 * count)
            return j < count ? j : 2 * count - 1 - j
        case .reflect:
            if count == 1 { return 0 }
            let j = remainder(i, 2 * count - 2)
            return j < count ? j : 2 * count - 2 - j
        }
    }

    /// The value of a pixel that no other stands for.
    public var outside: Float {
        if case .constant(let value) = self { return value }
        return 0
    }

    private func remainder(_ i: Int, _ n: Int) -> Int {
        let r = i % n
        return r < 0 ? r + n : r
    }
}

extension Border: CustomStringConvertible {
    public var description: String {
        switch self {
        case .edge: "edge"
        case .zero: "zero"
        case .constant(let value): "constant:\(value)"
        case .symmetric: "symmetric"
        case .reflect: "reflect"
        case .wrap: "wrap"
        case .renorm: "renorm"
        case .keep: "keep"
        }
    }
}
