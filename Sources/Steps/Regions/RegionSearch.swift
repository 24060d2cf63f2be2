import Convolution
import Pixels

/// Finds parts of a picture that may be things, whatever they are: pieces of like colour, joined with their likest neighbours
/// again and again. That is done in several ways, and what several of them find comes first.
///
/// The same picture gives the same regions, on any machine and with any threads.
public struct RegionSearch: Sendable {
    private let step: RegionsStep

    /// Regions that are as good as the same.
    private static let sameOverlap = 0.8
    /// No side of a region is shorter, in pixels of the copy that is searched.
    private static let shortest = 4.0
    /// How large the first pieces are, two ways.
    private static let scales: [Float] = [0.15, 0.6]
    private static let likenesses: [RegionGroups.Likeness] = [[.colour, .texture, .shape], [.texture, .shape]]

    public init(_ step: RegionsStep) { self.step = step }

    /// - Parameter picture: colours alone, all rows.
    /// - Returns: boxes in the picture's pixels, the likeliest first.
    public func regions(in picture: Planes, on machine: Machine) -> [Box] {
        let copy = small(picture)
        let (across, down) = (
            Double(picture.shape.width) / Double(copy.shape.width),
            Double(picture.shape.height) / Double(copy.shape.height)
        )
        return best(of: Self.hierarchies(of: copy, on: machine)).map {
            Box(left: $0.left * across, top: $0.top * down, width: $0.width * across, height: $0.height * down)
        }
    }

    /// A copy that is no larger than it is to be, and a little smoothed.
    private func small(_ picture: Planes) -> Planes {
        let shape = picture.shape
        let size = step.searchedSize(of: shape.size)
        var copy = picture
        if size != shape.size {
            let axes = Fit.stretch.axes(from: shape.size, to: size)
            let resampling = Resampling(x: axes.x, y: axes.y, input: shape)
            copy = Planes(shape: resampling.output)
            resampling.run(picture, rows: 0..<size.height, into: &copy, on: Machine(threads: 1))
        }
        // Of floats, what is no number or cannot be seen does not count.
        for index in copy.samples.indices { copy.samples[index] = copy.samples[index].clampedToUnit }
        return copy.smoothed
    }

    /// What each way finds, what it joined last first.
    private static func hierarchies(of copy: Planes, on machine: Machine) -> [[Box]] {
        let least = max(12, copy.shape.width * copy.shape.height / 2000)
        let coded = [copy] + (copy.shape.channels == 3 ? [copy.opponents] : [])
        let cuts = coded.indices.flatMap { code in scales.map { (code: code, scale: $0) } }
        let found = Guarded([[[Box]]](repeating: [], count: cuts.count))
        machine.split(0..<cuts.count, grain: 1) { piece in
            for cut in piece {
                let segments = Segments(coded[cuts[cut].code], scale: cuts[cut].scale, least: least)
                let groups = RegionGroups(segments, of: copy)
                let boxes = likenesses.map(groups.boxes)
                found.withLock { $0[cut] = boxes }
            }
        }
        return found.withLock { Array($0.joined()) }
    }

    private func best(of hierarchies: [[Box]]) -> [Box] {
        var places: [Box: Int] = [:]
        var found: [(box: Box, votes: Int, rank: Double)] = []
        for (way, boxes) in hierarchies.enumerated() {
            for (index, box) in boxes.enumerated()
            where box.width >= Self.shortest && box.height >= Self.shortest {
                // What came late is large. A number that looks random lets small ones come in between.
                let rank = Double(index + 1) * Self.stirred(way, index)
                if let place = places[box] {
                    found[place].votes += 1
                    found[place].rank = min(found[place].rank, rank)
                } else {
                    places[box] = found.count
                    found.append((box, 1, rank))
                }
            }
        }
        // Sorted with the place as the last word, so that there is one order only.
        let order = found.indices.sorted {
            (-found[$0].votes, found[$0].rank, $0) < (-found[$1].votes, found[$1].rank, $1)
        }
        var kept: [Box] = []
        for index in order where kept.count < step.count {
            let box = found[index].box
            if !kept.contains(where: { $0.overlap(with: box) > Self.sameOverlap }) { kept.append(box) }
        }
        return kept
    }

    /// 0…1 for a place in a hierarchy, always the same.
    private static func stirred(_ way: Int, _ index: Int) -> Double {
        var value = UInt64(way + 1) &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(index) &* 0xD1B5_4A32_D192_ED03
        value = (value ^ (value >> 32)) &* 0xD6E8_FEB8_6659_FD93
        return Double((value ^ (value >> 32)) >> 11) * 0x1p-53
    }
}

extension Float {
    fileprivate var clampedToUnit: Float { self > 0 ? Swift.min(self, 1) : 0 }
}

extension Planes {
    /// By a binomial window of 3×3.
    fileprivate var smoothed: Planes {
        guard let kernel = try? Kernel(rows: [[1, 2, 1], [2, 4, 2], [1, 2, 1]]).normalised(.sumIsOne),
            let blur = try? Convolution(
                Bank(kernel, channels: shape.channels), window: Window(size: kernel.size), border: .edge, input: shape)
        else { return self }
        return blur.applied(to: self, on: Machine(threads: 1))
    }

    /// Brightness and two opposed colours, of which shading changes the first most.
    fileprivate var opponents: Planes {
        let area = shape.width * shape.height
        var result = self
        for i in 0..<area {
            let (red, green, blue) = (samples[i], samples[area + i], samples[2 * area + i])
            result.samples[i] = 0.3 * (red + green + blue)
            result.samples[area + i] = red - green
            result.samples[2 * area + i] = (red + green) / 2 - blue
        }
        return result
    }
}
