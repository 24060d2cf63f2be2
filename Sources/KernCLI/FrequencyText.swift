import Convolution
import Pixels

/// What a kernel does to waves, from flat (0) to the finest stripes there are (½ a cycle a pixel).
struct FrequencyText {
    struct Direction {
        var name: String
        /// The kernel seen along one direction: a single row.
        var profile: Kernel

        func magnitude(_ cycles: Double) -> Double { profile.response(x: cycles, y: 0).magnitude }
    }

    let directions: [Direction]

    init(_ kernel: Kernel) {
        let (width, height) = (kernel.size.width, kernel.size.height)
        let anchor = kernel.anchor ?? PerAxis(x: (width - 1) / 2, y: (height - 1) / 2)
        var across = [Double](repeating: 0, count: width)
        var down = [Double](repeating: 0, count: height)
        var diagonal = [Double](repeating: 0, count: width + height - 1)
        for (index, weight) in kernel.weights.enumerated() {
            let (x, y) = (index % width, index / width)
            across[x] += weight
            down[y] += weight
            diagonal[x + y] += weight
        }
        let profiles = [
            ("horizontal", across, anchor.x), ("vertical", down, anchor.y), ("diagonal", diagonal, anchor.x + anchor.y),
        ]
        directions = profiles.compactMap { name, weights, anchor in
            let size = Size(width: weights.count, height: 1)
            let profile = try? Kernel(size: size, weights: weights, anchor: PerAxis(x: anchor, y: 0))
            return profile.map { Direction(name: name, profile: $0) }
        }
    }

    static let frequencies = [0, 0.25, 0.5]

    var lines: [String] {
        let steps = 32
        let curves = directions.map { direction in
            (0...steps).map { direction.magnitude(Double($0) / Double(2 * steps)) }
        }
        let top = curves.joined().max() ?? 0
        var lines = ["frequency response (how much of a wave is left; in cycles a pixel):", ""]
        lines.append(
            "              " + "     0    1/4    1/2" + "   0" + String(repeating: " ", count: steps - 3) + "1/2")
        for (direction, curve) in zip(directions, curves) {
            let numbers = FrequencyText.frequencies.map {
                NumberText.fixed(direction.magnitude($0), places: 3).leftPadded(7)
            }
            lines.append(
                "  " + direction.name.rightPadded(11) + numbers.joined() + "   " + BlockArt.chart(curve, top: top))
        }
        return lines
    }

    var json: JSON {
        .object(
            directions.map { direction in
                JSON.Member(
                    key: direction.name,
                    value: .array(FrequencyText.frequencies.map { .number(direction.magnitude($0)) }))
            })
    }
}
