import Convolution
import Pixels

/// Every method that a kernel can be computed by, to hold the choice of the cost model to what the machine says.
struct MethodBench {
    struct Case {
        var name: String
        var kernel: Kernel
        var stride = 1
        var isExact = false
    }

    let machine: Machine
    let stopwatch: Stopwatch
    let input: Shape

    init(size: Size, machine: Machine, stopwatch: Stopwatch) {
        self.machine = machine
        self.stopwatch = stopwatch
        // The share of the rim is that of larger pictures, and the runs are short. Not 1024: the rows of a run's bands never lie whole
        // pages apart (`Planes.rowStride`), and many rows that do drive each other out of the cache.
        input = Shape(channels: 3, height: min(size.height, 1000), width: min(size.width, 1000))
    }

    /// Methods that the model takes to be so many times as slow as the cheapest are not waited for.
    private static let hopeless = 5.0

    static let cases: [Case] = {
        var cases: [Case] = []
        func add(_ name: String, _ kernel: Kernel?) {
            guard let kernel else { return }
            for (suffix, stride, isExact) in [("", 1, false), (" exact", 1, true), (" stride 2", 2, false)] {
                cases.append(Case(name: name + suffix, kernel: kernel, stride: stride, isExact: isExact))
            }
        }
        for side in [3, 4, 5, 7, 9, 11, 15, 21, 31, 45, 63] {
            add("dense \(side)x\(side)", kernel(side, rank: side))
        }
        for side in [3, 5, 7, 9, 13, 17, 25, 33, 65, 129, 257] { add("product \(side)x\(side)", kernel(side, rank: 1)) }
        for side in [5, 9, 17, 33] { add("rank 2 \(side)x\(side)", kernel(side, rank: 2)) }
        for side in [9, 17, 33] { add("rank 4 \(side)x\(side)", kernel(side, rank: 4)) }
        for side in [3, 5, 9, 17, 33] { add("cross \(side)x\(side)", cross(side)) }
        for side in [5, 17, 33, 65, 129] { add("box \(side)x\(side)", box(side)) }
        return cases
    }()

    private static func kernel(_ side: Int, rank: Int) -> Kernel? {
        var state: UInt64 = UInt64(side * 31 + rank)
        func random() -> Double {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(state >> 40) / Double(1 << 24) + 0.1
        }
        var weights = [Double](repeating: 0, count: side * side)
        for _ in 0..<rank {
            let (column, row) = ((0..<side).map { _ in random() }, (0..<side).map { _ in random() })
            for y in 0..<side { for x in 0..<side { weights[y * side + x] += column[y] * row[x] } }
        }
        let sum = weights.reduce(0, +)
        return try? Kernel(size: Size(side), weights: weights.map { $0 / sum })
    }

    private static func cross(_ side: Int) -> Kernel? {
        let weights = (0..<side * side).map { index -> Double in
            let (y, x) = index.quotientAndRemainder(dividingBy: side)
            return x == side / 2 || y == side / 2 ? 1 + Double(x + y) / 7 : 0
        }
        let sum = weights.reduce(0, +)
        return try? Kernel(size: Size(side), weights: weights.map { $0 / sum })
    }

    private static func box(_ side: Int) -> Kernel? {
        try? Kernel(size: Size(side), weights: Array(repeating: 1 / Double(side * side), count: side * side))
    }

    /// What a case takes by each method, the chosen one first, and how much longer that is than the shortest.
    func measurements(_ each: Case) throws -> (all: [Measurement], loss: Double) {
        let plan = try convolution(each, nil)
        let least = plan.costs[plan.method] ?? 1
        let others = Method.allCases.filter {
            $0 != plan.method && plan.costs[$0, default: .infinity] < least * MethodBench.hopeless
        }
        var picture = Planes(shape: input)
        picture.withMutableRows { rows in
            for plane in 0..<input.channels {
                for y in 0..<input.height {
                    for x in 0..<input.width { rows.row(y, plane: plane)[x] = Float((x * 7 + y * 13) % 255) / 255 }
                }
            }
        }
        var all: [Measurement] = []
        for method in [plan.method] + others {
            let convolution = try convolution(each, method)
            var output = Planes(shape: convolution.output)
            let time = stopwatch.time {
                convolution.run(picture, rows: 0..<convolution.output.height, into: &output, on: machine)
            }
            all.append(
                Measurement(
                    part: "method", name: "\(each.name) \(method.rawValue)\(method == plan.method ? ", chosen" : "")",
                    time, pixels: Double(convolution.output.width * convolution.output.height)))
        }
        let shortest = all.map(\.seconds).min() ?? all[0].seconds
        return (all, all[0].seconds / shortest - 1)
    }

    private func convolution(_ each: Case, _ method: Method?) throws -> Convolution {
        try Convolution(
            Bank(each.kernel, channels: input.channels),
            window: Window(size: each.kernel.size, stride: PerAxis(each.stride)), border: .edge, input: input,
            method: method, isExact: each.isExact)
    }
}
