import Codecs
import Convolution
import Pixels
import Steps

/// Something that was found in a picture.
public struct Detection: Hashable, Sendable {
    public var box: Box
    /// An index into the classes.
    public var label: Int
    /// How sure the net is of it, 0…1.
    public var probability: Float

    public init(box: Box, label: Int, probability: Float) {
        self.box = box
        self.label = label
        self.probability = probability
    }
}

/// Finds things: looks for regions that may be some, asks the net what each shows, and keeps of those that lie on one another
/// the surest (R-CNN; Girshick and others, 2014).
///
///     let detector = try Detector(network)
///     detector?.find(in: raster).things   // [square 98 % 23x22+40+31, …], the surest first
public struct Detector: Sendable {
    /// What is less sure is not told.
    public var least: Float = 0.5
    /// Of boxes of one class that overlap by more than this, only the surest is told.
    public var mostOverlap = 0.3

    public let program: DetectorProgram
    private let network: Network
    private let rooms: Rooms

    /// The most that is told of one picture.
    public static let most = 100
    /// Regions that go through the net together: no more than there is memory for.
    private let partCount: Int
    private static let mostTogether = 16

    /// nil where the network is of another kind.
    ///
    /// - Parameters:
    ///   - maxMemory: bytes that what the net makes of regions may take.
    ///   - threads: how many may ask the net at one time.
    public init?(_ network: Network, maxMemory: Int = Limits().maxMemory, threads: Int = Machine.coreCount) throws {
        guard let program = try DetectorProgram(network.graph) else { return nil }
        self.program = program
        self.network = network
        rooms = Rooms(network, learns: false)
        var count = Self.mostTogether
        let each = maxMemory / max(1, threads)
        while count > 1, try network.plan(count: count).forwardBytes ?? .max > each { count /= 2 }
        partCount = count
        try rooms.prepare([count])
    }

    /// What was found in a picture, and where it was looked for.
    public struct Found: Sendable {
        /// The surest first.
        public var things: [Detection]
        public var regions: [Box]
    }

    /// - Parameter raster: one that `program.read` gave, or of channels that the program's `input` takes.
    public func find(in raster: Raster, machine: Machine = Machine()) -> Found {
        let picture = SearchedPicture(raster, program, machine: machine)
        return Found(things: found(in: picture, machine), regions: picture.regions)
    }

    private func found(in picture: SearchedPicture, _ machine: Machine) -> [Detection] {
        let regions = picture.regions
        let parts = (regions.count + partCount - 1) / partCount
        let found = Slots(repeating: [Detection](), count: parts)
        let inner = Machine(lanes: machine.lanes, threads: 1)
        let each = program.shape.sampleCount ?? 0
        machine.share(0..<parts, grain: 1) { worker, piece in
            for part in piece {
                // The last part is filled up with what was there before, and not looked at.
                let own = Array(regions[part * partCount..<min(regions.count, (part + 1) * partCount)])
                let room = rooms.enter(partCount, worker: worker)
                room.results[0].samples.withUnsafeMutableBufferPointer { samples in
                    for (index, region) in own.enumerated() {
                        picture.cut(
                            region,
                            into: UnsafeMutableBufferPointer(rebasing: samples[index * each..<(index + 1) * each]))
                    }
                }
                let output = room.forward(network.values, learning: nil, machine: inner)
                found[part] = own.indices.flatMap { detections(output, $0, own[$0], in: picture.size) }
                rooms.leave(room, worker: worker)
            }
        }
        return best(of: found.all.flatMap { $0 })
    }

    /// What the net says of the `index`-th region.
    private func detections(_ output: Planes, _ index: Int, _ region: Box, in size: Size) -> [Detection] {
        let channels = output.shape.channels
        let classes = DetectStep.classes(ofChannels: channels)
        let values = output.samples[index * channels..<(index + 1) * channels]
        let first = values.startIndex
        let probabilities = Prediction(Array(values.prefix(classes + 1)), areProbabilities: false).probabilities
        return (0..<classes).compactMap { label in
            guard probabilities[label] >= least else { return nil }
            func offset(_ place: Int) -> Float {
                values[first + DetectStep.channel(ofOffset: place, of: label, among: classes)]
            }
            let offsets = BoxOffsets(x: offset(0), y: offset(1), width: offset(2), height: offset(3))
            let box = offsets.box(from: region).clamped(to: size)
            // A box of less than a pixel shows nothing; that of a number that is none does not either.
            guard box.width >= 1, box.height >= 1 else { return nil }
            return Detection(box: box, label: label, probability: probabilities[label])
        }
    }

    /// The surest, without those of the same class that lie on them.
    private func best(of found: [Detection]) -> [Detection] {
        let order = found.indices.sorted { (-found[$0].probability, $0) < (-found[$1].probability, $1) }
        var kept: [Detection] = []
        for index in order where kept.count < Self.most {
            let own = found[index]
            let isCovered = kept.contains { $0.label == own.label && $0.box.overlap(with: own.box) > mostOverlap }
            if !isCovered { kept.append(own) }
        }
        return kept
    }
}
