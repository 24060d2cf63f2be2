import Pixels

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Where each pixel of a changed picture comes from, drawn once for an example and the same for all its planes.
struct Movement {
    var size: Size
    private(set) var isFlipped = false
    private(set) var isFlippedVertically = false
    /// By how many pixels the picture moves, its edge repeated, and then once more, black coming in.
    private var shift = (x: 0, y: 0)
    private var crop = (x: 0, y: 0)
    /// Angle and inverse zoom as a matrix: (cosine, sine) / zoom.
    private var turn: (cosine: Float, sine: Float)?

    init(_ augmentation: Augmentation, size: Size, _ chance: inout Chance) {
        self.size = size
        if augmentation.flips { isFlipped = chance.happens(0.5) }
        if augmentation.flipsVertically { isFlippedVertically = chance.happens(0.5) }
        shift = Self.offset(augmentation.shift, &chance)
        crop = Self.offset(augmentation.crop, &chance)
        if augmentation.isResampling {
            let range = augmentation.rotation * .pi / 180
            let angle = chance.uniform(in: -range...range)
            let zoom = 1 + chance.uniform(in: -augmentation.zoom...augmentation.zoom)
            turn = (cos(angle) / zoom, sin(angle) / zoom)
        }
    }

    private static func offset(_ most: Int, _ chance: inout Chance) -> (x: Int, y: Int) {
        guard most > 0 else { return (0, 0) }
        return (chance.below(2 * most + 1) - most, chance.below(2 * most + 1) - most)
    }

    /// One plane, sampled between pixels where it is turned; black is 0.
    func move(_ plane: UnsafePointer<Float>, into out: UnsafeMutablePointer<Float>) {
        guard let turn else { return pick(plane, into: out, black: 0) }
        turnEach(turn) { place, x, y in
            guard let x, let y else {
                out[place] = 0
                return
            }
            let (left, top) = (Self.floor(x), Self.floor(y))
            let (part, rowPart) = (x - Float(left), y - Float(top))
            let (x0, y0) = (column(left), row(top) * size.width)
            let (x1, y1) = (column(left + 1), row(top + 1) * size.width)
            let above = plane[y0 + x0] + (plane[y0 + x1] - plane[y0 + x0]) * part
            let below = plane[y1 + x0] + (plane[y1 + x1] - plane[y1 + x0]) * part
            out[place] = above + (below - above) * rowPart
        }
    }

    /// The same for a mask: the class of the nearest pixel, and `black` where nothing is.
    func move(_ mask: UnsafePointer<Int32>, into out: UnsafeMutablePointer<Int32>, black: Int32) {
        guard let turn else { return pick(mask, into: out, black: black) }
        turnEach(turn) { place, x, y in
            guard let x, let y else {
                out[place] = black
                return
            }
            out[place] = mask[row(Self.floor(y + 0.5)) * size.width + column(Self.floor(x + 0.5))]
        }
    }

    /// Rounding by the standard library is a call where the processor may be an old one.
    @inline(__always)
    private static func floor(_ value: Float) -> Int {
        let whole = Int(value)
        return Float(whole) > value ? whole - 1 : whole
    }

    /// The column of the picture that one of the flipped picture is, edges repeated.
    private func column(_ x: Int) -> Int {
        let inside = min(max(x, 0), size.width - 1)
        return isFlipped ? size.width - 1 - inside : inside
    }

    private func row(_ y: Int) -> Int {
        let inside = min(max(y, 0), size.height - 1)
        return isFlippedVertically ? size.height - 1 - inside : inside
    }

    private func pick<Sample>(
        _ plane: UnsafePointer<Sample>, into out: UnsafeMutablePointer<Sample>, black: Sample
    ) {
        for y in 0..<size.height {
            let target = out + y * size.width
            let from = y - crop.y
            guard from >= 0, from < size.height else {
                target.update(repeating: black, count: size.width)
                continue
            }
            let source = plane + row(from - shift.y) * size.width
            for x in 0..<size.width {
                let from = x - crop.x
                target[x] = from >= 0 && from < size.width ? source[column(from - shift.x)] : black
            }
        }
    }

    /// Calls `body` for each pixel with the place in the flipped picture that it comes from, or nil where that is black.
    @inline(__always)
    private func turnEach(
        _ turn: (cosine: Float, sine: Float), _ body: (_ place: Int, _ x: Float?, _ y: Float?) -> Void
    ) {
        let middle = (x: Float(size.width - 1) / 2, y: Float(size.height - 1) / 2)
        // Far outside is as good as just outside, and certain to be an Int.
        let far = Float(2 * max(size.width, size.height))
        for y in 0..<size.height {
            for x in 0..<size.width {
                let (fromX, fromY) = (x - crop.x, y - crop.y)
                let place = y * size.width + x
                guard fromX >= 0, fromX < size.width, fromY >= 0, fromY < size.height else {
                    body(place, nil, nil)
                    continue
                }
                let (dx, dy) = (Float(fromX - shift.x) - middle.x, Float(fromY - shift.y) - middle.y)
                let sourceX = middle.x + turn.cosine * dx + turn.sine * dy
                let sourceY = middle.y - turn.sine * dx + turn.cosine * dy
                body(place, min(max(sourceX, -far), far), min(max(sourceY, -far), far))
            }
        }
    }
}
