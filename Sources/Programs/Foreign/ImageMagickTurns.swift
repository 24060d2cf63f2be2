import Convolution
import Pixels

/// A flag behind the size of a kernel of ImageMagick's makes several of one by turning it clockwise.
enum ImageMagickTurns: Character, CaseIterable {
    /// By 45° at a time, which only 3x3 can.
    case eighths = "@"
    case quarters = ">"
    /// Turned by 180°, by 270° and by 90°, in this order.
    case mirrored = "<"

    /// The kernel and those turned from it, up to the first that is it again.
    func kernels(of kernel: Kernel) throws(ForeignKernelError) -> [Kernel] {
        let size = kernel.size
        switch self {
        case .eighths:
            guard size == Size(3) else {
                throw ForeignKernelError("'@' turns by 45°, which only a 3x3 kernel can, not \(size)")
            }
        case .quarters, .mirrored:
            guard size.width == size.height || min(size.width, size.height) == 1 else {
                throw ForeignKernelError("'\(rawValue)' turns by 90°, which a square kernel or a line can, not \(size)")
            }
        }
        if self == .mirrored {
            let half = try quarter(try quarter(kernel))
            let left = try quarter(half)
            return [kernel, half, left, try quarter(try quarter(left))]
        }
        var all = [kernel]
        var next = try self == .eighths ? eighth(kernel) : quarter(kernel)
        func isFirst(_ other: Kernel) -> Bool {
            other.size == size && other.weights == kernel.weights && other.holes == kernel.holes
                && other.resolvedAnchor == kernel.resolvedAnchor
        }
        while !isFirst(next), all.count < 8 {
            all.append(next)
            next = try self == .eighths ? eighth(next) : quarter(next)
        }
        return all
    }

    private func quarter(_ kernel: Kernel) throws(ForeignKernelError) -> Kernel {
        let (width, height) = (kernel.size.width, kernel.size.height)
        // Row r of the new kernel is column r of the old one, from below.
        let order = (0..<width).flatMap { r in (0..<height).map { c in (height - 1 - c) * width + r } }
        let place = kernel.resolvedAnchor
        return try moved(
            kernel, order, size: Size(width: height, height: width),
            anchor: PerAxis(x: height - 1 - place.y, y: place.x))
    }

    private func eighth(_ kernel: Kernel) throws(ForeignKernelError) -> Kernel {
        // Each place's, by the place it comes from: one further round the ring.
        let order = [3, 0, 1, 6, 4, 2, 7, 8, 5]
        let place = kernel.resolvedAnchor
        let now = order.firstIndex(of: place.y * 3 + place.x) ?? 4
        return try moved(kernel, order, size: kernel.size, anchor: PerAxis(x: now % 3, y: now / 3))
    }

    private func moved(
        _ kernel: Kernel, _ order: [Int], size: Size, anchor: PerAxis<Int>
    ) throws(ForeignKernelError) -> Kernel {
        try ForeignKernelError.kernel(
            rows: size.height, columns: size.width, order.map { kernel.weights[$0] },
            holes: Set(order.indices.filter { kernel.holes.contains(order[$0]) }), anchor: anchor)
    }
}

/// What `-define convolve:scale=` does to a kernel: `!`, `^`, `50%`, `!,25%`.
struct ImageMagickScale {
    private var dividesBySum = false
    private var dividesBySigns = false
    private var factor = 1.0
    private var unity = 0.0

    init(_ text: String) throws(ForeignKernelError) {
        let wrong = ForeignKernelError(
            "'\(text.prefix(40))' is no scale of ImageMagick's such as '!', '^', '50%' or '!,25%'")
        let rest = text.drop { $0 == "!" || $0 == "^" }
        dividesBySum = text.prefix(text.count - rest.count).contains("!")
        dividesBySigns = text.prefix(text.count - rest.count).contains("^")
        // A per cent sign anywhere is meant for both numbers.
        let share = rest.contains("%") ? 0.01 : 1
        let numbers = rest.filter { $0 != "%" }.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard numbers.count <= 2, !text.isEmpty else { throw wrong }
        if let first = numbers.first, !first.isEmpty {
            guard let value = Number.parse(first) else { throw wrong }
            factor = value * share
        }
        if numbers.count == 2 {
            guard let value = Number.parse(numbers[1]) else { throw wrong }
            unity = value * share
        }
    }

    func applied(to kernel: Kernel) throws(ForeignKernelError) -> Kernel {
        let above = kernel.weights.reduce(0) { $0 + max($1, 0) }
        let below = kernel.weights.reduce(0) { $0 + min($1, 0) }
        var (positive, negative) = (1.0, 1.0)
        if dividesBySigns {
            positive = above >= 1e-12 ? above : 1
            negative = below <= -1e-12 ? -below : 1
        } else if dividesBySum {
            positive = abs(above + below) >= 1e-12 ? abs(above + below) : above
            guard positive > 0 else {
                throw ForeignKernelError("'!' divides by the sum, and the kernel is 0 everywhere")
            }
            negative = positive
        }
        var weights = kernel.weights.map { $0 * factor / ($0 < 0 ? negative : positive) }
        let place = kernel.resolvedAnchor
        weights[place.y * kernel.size.width + place.x] += unity
        return try ForeignKernelError.kernel(
            rows: kernel.size.height, columns: kernel.size.width, weights, holes: kernel.holes, anchor: kernel.anchor)
    }
}
