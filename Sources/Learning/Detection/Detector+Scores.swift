import Codecs
import Convolution
import Pixels

extension Detector {
    /// What is told of a picture that is scored: the curves of precision need what is unsure as well.
    private static let leastScored: Float = 0.01

    /// How well things are found in pictures of which it is known where they are.
    ///
    /// - Throws: a `DataError` that names the pictures that cannot be read.
    public func scores(
        on set: BoxedPictures, limits: Limits = Limits(), machine: Machine = Machine()
    ) throws(DataError) -> DetectionScores {
        var detector = self
        detector.least = Self.leastScored
        let found = Slots(repeating: DetectionScores(classes: set.classes.count), count: set.pictures.count)
        let faults = Guarded([(index: Int, sentence: String)]())
        let inner = Machine(lanes: machine.lanes, threads: 1)
        machine.split(0..<set.pictures.count, grain: 1) { [detector] piece in
            for index in piece {
                let picture = set.pictures[index]
                do {
                    let raster = try program.read(PictureReader(path: picture.path, limits: limits), limits: limits)
                    let own = detector.find(in: raster, machine: inner)
                    var scores = DetectionScores(classes: set.classes.count)
                    scores.add(own.things, in: picture, regions: own.regions)
                    found[index] = scores
                } catch {
                    let sentence = PictureLoader.sentence(error, picture.path)
                    faults.withLock { $0.append((index, sentence)) }
                }
            }
        }
        let failed = faults.withLock { $0 }.sorted { $0.index < $1.index }.map(\.sentence)
        if !failed.isEmpty {
            throw .pictures(
                Array(failed.prefix(DataError.mostListed)), count: failed.count, of: set.pictures.count)
        }
        var scores = DetectionScores(classes: set.classes.count)
        for index in set.pictures.indices { scores += found[index] }
        return scores
    }
}
