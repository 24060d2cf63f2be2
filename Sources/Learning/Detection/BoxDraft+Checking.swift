import Codecs
import Convolution
import Pixels

extension BoxDraft {
    /// Looks at every picture's header, brings boxes to pixels within their pictures, and classes to their places.
    ///
    /// - Parameter known: classes that others have settled: those here must be among them, and not all need be here.
    func read(
        _ options: DataOptions, known: [String]?, notes: inout [String]
    ) throws(DataError) -> BoxedPictures {
        if pictures.isEmpty { throw .noExamples(place) }
        if names.count > NumberedClasses.most {
            throw .tooManyClasses(names.count, allowed: NumberedClasses.most, place: place)
        }
        let classes = known ?? (naming == .sorted ? Self.sorted(names) : names)
        let labels = labels(among: classes)
        notes += self.notes
        var set = BoxedPictures(pictures: [], classes: classes)
        let headers = try headers(options, &notes)
        for header in headers where header.depth.bytesPerSample > set.depth.bytesPerSample { set.depth = header.depth }
        set.pictures.reserveCapacity(pictures.count)
        var (cut, empty) = (Odd(), Odd())
        for (picture, header) in zip(pictures, headers) {
            let size = header.size
            var things: [BoxedPictures.Thing] = []
            for thing in picture.things {
                let place = place(of: thing, in: picture)
                guard let label = labels[thing.name] else {
                    if naming == .numbered {
                        throw .labelOutOfRange(thing.name, classes: classes.count, place: place)
                    }
                    throw .unknownClass(names[thing.name], known: classes, place: place)
                }
                let whole = try inPixels(thing.box, size, place)
                // COCO's own files have some, which hide nothing.
                if whole.width == 0 || whole.height == 0 {
                    empty.add(place)
                    continue
                }
                let box = whole.clamped(to: size)
                guard box.width > 0, box.height > 0 else {
                    throw .box(
                        "the box \(whole.exact) lies outside of its picture, which is \(size); correct its numbers"
                            + (areShares ? ", which are shares of the picture's size" : ""), place: place)
                }
                // What rounding explains is not worth a word.
                let most = max(
                    box.left - whole.left, whole.right - box.right, box.top - whole.top, whole.bottom - box.bottom)
                if most > 0.5 { cut.add(place) }
                things.append(BoxedPictures.Thing(box: box, label: label, isUncounted: thing.isUncounted))
            }
            set.pictures.append(BoxedPictures.Picture(path: picture.path, things: things))
        }
        if let first = empty.first {
            notes.append("\(empty.count) boxes have no area and were left out, first of them that of \(first)")
        }
        if set.thingCount == 0 { throw .noBoxes(place) }
        if let first = cut.first {
            notes.append(
                "\(cut.count) boxes reached beyond their pictures and were cut, first of them that of \(first)")
        }
        if known == nil { noteUnused(set, &notes) }
        return set
    }

    /// Names that are numbers are sorted as numbers: 2 before 10.
    private static func sorted(_ names: [String]) -> [String] {
        let numbers = names.compactMap { Int($0) }
        guard numbers.count == names.count else { return names.sorted() }
        return zip(numbers, names).sorted { $0 < $1 }.map(\.1)
    }

    /// What each of `names` is among the classes; nil where it is not.
    private func labels(among classes: [String]) -> [Int?] {
        if naming == .numbered { return names.indices.map { $0 < classes.count ? $0 : nil } }
        let places = Dictionary(classes.enumerated().map { ($1, $0) }) { first, _ in first }
        return names.map { places[$0] }
    }

    private func inPixels(_ box: Box, _ size: Size, _ place: String) throws(DataError) -> Box {
        var box = box
        if areShares {
            box.left *= Double(size.width)
            box.width *= Double(size.width)
            box.top *= Double(size.height)
            box.height *= Double(size.height)
        }
        guard [box.left, box.top, box.right, box.bottom].allSatisfy(\.isFinite) else {
            throw .box("a number of the box is out of range; correct it", place: place)
        }
        guard box.width >= 0, box.height >= 0 else {
            throw .box(
                "the box \(box.exact) ends before it begins; give it a width and a height above 0, or remove it",
                place: place)
        }
        return box
    }

    /// How many there are of something odd, and where the first is.
    private struct Odd {
        var count = 0
        var first: String?

        mutating func add(_ place: String) {
            count += 1
            first = first ?? place
        }
    }

    private func noteUnused(_ set: BoxedPictures, _ notes: inout [String]) {
        let used = Set(set.pictures.lazy.flatMap(\.things).filter { !$0.isUncounted }.map(\.label))
        let unused = set.classes.indices.filter { !used.contains($0) }.map { set.classes[$0] }
        if unused.isEmpty { return }
        notes.append(
            "\(unused.count) of \(set.classes.count) classes have no boxes in \(place) and will not be learned: "
                + DataError.listed(unused, of: unused.count))
    }
}

// MARK: The pictures

extension BoxDraft {
    /// What is kept of a picture's header: profiles and texts of many would be much.
    private struct Header: Sendable {
        let size: Size
        let depth: Depth
        let isUpright: Bool

        init(_ header: PictureHeader) {
            size = header.size
            depth = header.depth
            isUpright = header.metadata.orientation == .upright
        }
    }

    private struct Found: Sendable {
        var headers: [(index: Int, header: Header)] = []
        var faults: [(index: Int, sentence: String)] = []
    }

    /// What the pictures' headers say, on all threads.
    private func headers(
        _ options: DataOptions, _ notes: inout [String]
    ) throws(DataError) -> [Header] {
        let shared = Guarded(Found())
        let names = pictures.map { ($0.path, $0.place) }
        options.machine.split(0..<names.count, grain: 64) { piece in
            var own = Found()
            for index in piece {
                let (path, place) = names[index]
                do throws(CodecError) {
                    let header = try PictureReader(path: path, limits: options.limits).header
                    own.headers.append((index, Header(header)))
                } catch { own.faults.append((index, error.message(for: place.map { "\(path) (\($0))" } ?? path))) }
            }
            shared.withLock { [own] in
                $0.headers += own.headers
                $0.faults += own.faults
            }
        }
        var found = shared.withLock { $0 }
        if !found.faults.isEmpty {
            found.faults.sort { $0.index < $1.index }
            throw .pictures(
                found.faults.prefix(DataError.mostListed).map(\.sentence), count: found.faults.count,
                of: pictures.count)
        }
        found.headers.sort { $0.index < $1.index }
        let headers = found.headers.map(\.header)
        noteOdd(headers, &notes)
        return headers
    }

    /// Boxes that were drawn on other pictures than those that lie here.
    private func noteOdd(_ headers: [Header], _ notes: inout [String]) {
        var (turned, unlike) = (Odd(), Odd())
        for (picture, header) in zip(pictures, headers) {
            if !header.isUpright { turned.add(picture.path) }
            if let stated = picture.stated, stated != header.size {
                unlike.add("\(picture.path), which is \(header.size) and not \(stated)")
            }
        }
        if let first = turned.first {
            notes.append(
                "\(turned.count) pictures are stored turned, first of them \(first); their boxes are taken to count in "
                    + "them as they are stored: if they were drawn on upright ones, turn the pictures with 'kern apply --upright'"
            )
        }
        if let first = unlike.first {
            notes.append(
                "\(unlike.count) pictures measure otherwise than \(place) says, first of them \(first); their boxes are "
                    + "taken as they are")
        }
    }
}

extension Box {
    /// Its numbers as they were given, as far as doubles tell.
    fileprivate var exact: String { "\(width)x\(height) at \(left),\(top)" }
}
