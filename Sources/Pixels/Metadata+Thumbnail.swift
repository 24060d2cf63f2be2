extension Metadata {
    /// Without the small picture that cameras put into the EXIF block: it shows what the picture was before.
    public var withoutThumbnail: Metadata {
        var bare = self
        if let exif { bare.exif = Metadata.withoutThumbnail(exif) }
        return bare
    }

    private static func withoutThumbnail(_ exif: [UInt8]) -> [UInt8] {
        guard let first = ExifDirectory.first(of: exif), let second = first.next else { return exif }
        var bare = exif
        // A JPEG, or strips of samples.
        for (place, length) in [(0x201, 0x202), (0x111, 0x117)] {
            guard let start = second.number(place), let count = second.number(length), count > 0, start >= 8,
                start <= bare.count - count
            else { continue }
            if start + count == bare.count {
                bare.removeLast(count)
            } else {
                bare.replaceSubrange(start..<start + count, with: repeatElement(0, count: count))
            }
        }
        if first.placeOfNext + 4 <= bare.count {
            bare.replaceSubrange(first.placeOfNext..<first.placeOfNext + 4, with: [0, 0, 0, 0])
        }
        return bare
    }
}
