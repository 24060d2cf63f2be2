/// A directory of an EXIF block, which is laid out as a TIFF: entries of twelve bytes, and where the next directory stands.
struct ExifDirectory {
    private let bytes: [UInt8]
    let isLittle: Bool
    /// Where it begins, at the number of its entries.
    private let start: Int
    private let entries: Int

    /// nil where the block is none, or is cut off.
    static func first(of exif: [UInt8]) -> ExifDirectory? {
        guard exif.count >= 8, exif[0] == exif[1], exif[0] == 0x49 || exif[0] == 0x4D else { return nil }
        let reader = ExifDirectory(bytes: exif, isLittle: exif[0] == 0x49, start: 0, entries: 0)
        guard reader.number(at: 2, bytes: 2) == 42, let start = reader.number(at: 4, bytes: 4) else { return nil }
        return reader.directory(at: start)
    }

    var placeOfNext: Int { start + 2 + 12 * entries }

    /// The directory behind this one: that of the small picture.
    var next: ExifDirectory? {
        number(at: placeOfNext, bytes: 4).flatMap { $0 > 0 ? directory(at: $0) : nil }
    }

    /// What the camera tells of the photograph.
    var photograph: ExifDirectory? { number(0x8769).flatMap(directory) }

    private func directory(at start: Int) -> ExifDirectory? {
        number(at: start, bytes: 2).map { ExifDirectory(bytes: bytes, isLittle: isLittle, start: start, entries: $0) }
    }

    /// Where the entry with this tag stands.
    func place(of tag: Int) -> Int? {
        for entry in 0..<entries {
            let place = start + 2 + 12 * entry
            guard let found = number(at: place, bytes: 2) else { return nil }
            if found == tag { return place }
        }
        return nil
    }

    /// Writes over the one number of the entry with this tag, if there is one that has room for `value`.
    func set(_ tag: Int, to value: Int, in exif: inout [UInt8]) {
        guard number(tag) != nil, let place = place(of: tag) else { return }
        let count = number(at: place + 2, bytes: 2) == 3 ? 2 : 4
        guard value < 1 << (8 * count) else { return }
        for byte in 0..<count {
            exif[place + 8 + byte] = UInt8(truncatingIfNeeded: value >> (8 * (isLittle ? byte : count - 1 - byte)))
        }
    }

    /// The one number of the entry with this tag, if it is a short or a long one.
    func number(_ tag: Int) -> Int? {
        guard let place = place(of: tag), number(at: place + 4, bytes: 4) == 1 else { return nil }
        switch number(at: place + 2, bytes: 2) {
        case 3: return number(at: place + 8, bytes: 2)
        case 4: return number(at: place + 8, bytes: 4)
        default: return nil
        }
    }

    func number(at place: Int, bytes count: Int) -> Int? {
        guard place >= 0, place <= bytes.count - count else { return nil }
        let digits = bytes[place..<place + count]
        return (isLittle ? Array(digits.reversed()) : Array(digits)).reduce(0) { $0 << 8 | Int($1) }
    }
}
