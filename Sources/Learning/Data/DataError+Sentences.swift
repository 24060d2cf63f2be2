import Codecs
import Pixels

extension DataError: CustomStringConvertible {
    /// How many names a sentence lists.
    static let mostListed = 10

    public var description: String {
        switch self {
        case .file(let path, let error): error.message(for: path)
        case .pictures(let sentences, let count, let total):
            "\(count) of \(total) pictures cannot be used: " + Self.listed(sentences, of: count, separator: "; ")
        case .unknownLayout(let path):
            "\(path) holds no examples that kern knows: it looks for a folder per class, 'before' and 'after' or "
                + "'images' and 'masks', 'train.csv', IDX files (train-images-idx3-ubyte) or CIFAR's .bin files"
        case .unusedLabel(let label, let place):
            "no picture in \(place) has the label \(label); labels that are numbers count from 0 without gaps: number them "
                + "so, or write names"
        case .emptyClass(let name, let place):
            "class '\(name)' has no pictures in \(place); add some, or remove it"
        case .oneClass(let name, let place):
            "\(place) has only one class, '\(name)'; there is nothing to tell apart: add examples of another"
        case .unknownClass(let name, let known, let place):
            "\(place): class '\(name)' is not among the known ones (\(Self.listed(known, of: known.count))); "
                + "for other classes train the net's program, --from the model"
        case .tooManyClasses(let count, let allowed, let place):
            "\(place) has \(count) classes, and at most \(allowed) are allowed; is the column a number and no class?"
        case .noExamples(let place): "\(place) has no examples"
        case .withoutPartner(let names, let count, let folder, let other):
            "\(count) pictures in \(folder) have no partner in \(other): \(Self.listed(names, of: count)); partners have "
                + "the same name up to the extension"
        case .sameName(let first, let second):
            "\(first) and \(second) have the same name up to the extension, so that their partner is not certain; rename one"
        case .folderAndFile(let folder, let file):
            "'\(folder)' is a folder, '\(file)' is not; give two pictures, or two folders"
        case .channels(let first, let count, let other, let otherCount):
            "\(first) has \(count) channels and \(other) has \(otherCount); learn from pictures of one kind"
        case .piecesTooSmall(let size, let needed, let place):
            "\(place) would be cut into pieces of \(size), as large as the smallest picture, and this net looks at "
                + "\(needed) pixels across; leave the small pictures out, or begin the program with 'input'"
        case .shapes(let first, let shape, let other, let otherShape):
            "\(first) is \(shape) and \(other) is \(otherShape): without a first step 'input' all pictures need one shape; "
                + "begin the program with 'input \(shape)'"
        case .maskShapes(let first, let shape, let other, let otherShape):
            "\(first) is \(shape.size) and \(other) is \(otherShape.size): masks need one size, and cannot be brought to it, since classes "
                + "cannot be mixed; cut pictures and masks alike, as 'kern apply \"crop \(min(shape.width, otherShape.width))x"
                + "\(min(shape.height, otherShape.height))\"' does"
        case .labelOutOfRange(let label, let classes, let place):
            "\(place): label \(label) is out of range; there are \(classes) classes, counted from 0"
        case .sparseClasses(let numbers, let place):
            "\(place): its masks use the numbers \(numbers.map(String.init).joined(separator: ", ")), which would make "
                + "\((numbers.last ?? 0) + 1) classes; number them from 0 on, or name that many in a classes.txt beside them"
        case .memory(let needed, let allowed, let place):
            "\(place) needs " + (needed.map { "\(ByteCount.text($0)) and" } ?? "more than the")
                + " \(ByteCount.text(allowed)) \(needed == nil ? "that " : "")are allowed; make the pictures smaller with 'input', or raise it with \(Limit.memory.flag)"
        case .tooLong(let path, let allowed, let isBoundByMemory):
            "\(path) is longer than \(ByteCount.text(allowed)), "
                + (isBoundByMemory
                    ? "half of what \(Limit.memory.flag) allows; allow more"
                    : "which is the most that a text may be; split it, or leave out what is not needed")
        case .damaged(let path, let what): "\(path) is damaged (\(what)); get an intact copy"
        case .unequalCounts(let pictures, let count, let labels, let labelCount):
            "\(pictures) has \(count) pictures and \(labels) has \(labelCount) labels; they are not of one set"
        case .list(let path, let line, let what): "\(path), line \(line): \(what)"
        case .fitting(let place, let why): "\(place) does not fit the program: \(why)"
        case .tooFewToSplit(let count, let share):
            "\(count) examples are too few to set \(share) of them aside; add some, or ask for another share"
        case .unknownBoxLayout(let path):
            "\(path) holds no pictures with boxes that kern knows: it looks for 'train.csv' or 'boxes.csv', 'images' and "
                + "'labels' (YOLO), 'annotations.json' or 'annotations/instances_train*.json' (COCO), 'Annotations' and "
                + "'JPEGImages' (Pascal VOC), or 'train' with one of them in it"
        case .box(let what, let place): "\(place): \(what)"
        case .noBoxes(let place):
            "\(place) has no box to be found in any picture; add some, or check that they are where kern looks"
        }
    }

    static func listed(_ names: [String], of count: Int, separator: String = ", ") -> String {
        let shown = names.prefix(mostListed)
        let rest = count - shown.count
        return shown.joined(separator: separator) + (rest > 0 ? "\(separator)and \(rest) more" : "")
    }
}
