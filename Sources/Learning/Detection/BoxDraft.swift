import Pixels

/// Pictures with boxes as the texts of a layout tell them, before anyone looked at the pictures or knew the classes.
struct BoxDraft {
    struct Thing {
        /// In pixels, or in shares of the picture's size.
        var box: Box
        /// An index into `names`.
        var name: Int
        var isUncounted = false
        /// Which line, annotation or object tells of it.
        var number: Int
    }

    struct Picture {
        var path: String
        /// The file that tells of its boxes.
        var source: String
        /// What in it names the picture; nil where the picture was found in a folder.
        var place: String?
        /// What the source says that it measures.
        var stated: Size?
        var things: [Thing] = []
    }

    /// How the classes of a layout are ordered, and called.
    enum Naming: Hashable {
        /// As their names are sorted.
        case sorted
        /// As `names` has them.
        case listed
        /// They are numbers, and what they stand for is not told.
        case numbered
    }

    /// What a message calls all of them together.
    let place: String
    /// What `Thing.number` counts: `line`.
    let unit: String
    let naming: Naming
    var names: [String] = []
    var areShares = false
    var pictures: [Picture] = []
    /// What was odd but did no harm, a sentence each.
    var notes: [String] = []

    init(place: String, unit: String, naming: Naming) {
        self.place = place
        self.unit = unit
        self.naming = naming
    }

    func place(of thing: Thing, in picture: Picture) -> String { "\(picture.source), \(unit) \(thing.number)" }
}

extension StringProtocol {
    /// Without the blanks around it.
    var trimmed: String {
        let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        guard let last = lastIndex(where: { !isBlank($0) }) else { return "" }
        return String(self[...last].drop(while: isBlank))
    }

    /// Fit for a message: between quotes, and short.
    var quoted: String { "'\(prefix(40))\(count > 40 ? "…" : "")'" }
}

extension Double {
    /// A number as lists have it: digits, a point, an exponent. Neither `nan` nor `0x10` is one, and none is infinite.
    init?(plain text: String) {
        let isPlain = text.utf8.allSatisfy { (0x30...0x39).contains($0) || "+-.eE".utf8.contains($0) }
        guard isPlain, let value = Double(text), value.isFinite else { return nil }
        self = value
    }
}
