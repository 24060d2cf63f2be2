extension Metadata {
    /// For what a program made of a picture, of this size: the EXIF block tells it where it told one, and the small picture
    /// that cameras put there is gone, because it shows what the picture was before.
    public func describing(_ size: Size) -> Metadata {
        var own = self
        if let exif { own.exif = Metadata.describing(size, Metadata.withoutThumbnail(exif)) }
        return own
    }

    /// Width and height stand in the directory of the photograph, and in some files in the first one as well.
    private static func describing(_ size: Size, _ exif: [UInt8]) -> [UInt8] {
        guard let first = ExifDirectory.first(of: exif) else { return exif }
        var exif = exif
        for (directory, width, height) in [(first, 0x100, 0x101), (first.photograph, 0xA002, 0xA003)] {
            directory?.set(width, to: size.width, in: &exif)
            directory?.set(height, to: size.height, in: &exif)
        }
        return exif
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
