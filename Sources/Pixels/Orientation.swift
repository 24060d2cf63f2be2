/// How a stored picture lies: EXIF's eight orientations, as what has to be done to see it upright.
public enum Orientation: UInt8, Hashable, Sendable, CaseIterable {
    case upright = 1
    case mirrored, halfTurned, upsideDown, transposed, turnedLeft, transversed, turnedRight

    /// Whether rows are columns when it is seen upright.
    public var swapsAxes: Bool { rawValue >= 5 }
    /// Whether the upright picture begins at the right end of the stored rows, and at the last of them.
    package var beginsRight: Bool { [.mirrored, .halfTurned, .transversed, .turnedRight].contains(self) }
    package var beginsBelow: Bool { [.halfTurned, .upsideDown, .turnedLeft, .transversed].contains(self) }
}

extension Metadata {
    /// The orientation that the EXIF block tells; `upright` where it tells none.
    public var orientation: Orientation {
        guard let exif, let place = Metadata.orientationPlace(exif) else { return .upright }
        return Orientation(rawValue: exif[place]) ?? .upright
    }

    /// For a picture that has been turned upright: the tag says so, and columns are rows.
    public var turnedUpright: Metadata {
        var turned = self
        if let exif, let place = Metadata.orientationPlace(exif) { turned.exif?[place] = Orientation.upright.rawValue }
        if orientation.swapsAxes, let density {
            turned.density = Density(x: density.y, y: density.x, unit: density.unit)
        }
        return turned
    }

    /// What a picture is wrong without: profile, colours, density, and how it lies. EXIF, with it the place where it was
    /// taken, and texts are gone.
    public var stripped: Metadata {
        var stripped = self
        stripped.texts = []
        stripped.exif = orientation == .upright ? nil : Metadata.exif(orientation)
        return stripped
    }

    /// An EXIF block that tells the orientation and nothing else.
    package static func exif(_ orientation: Orientation) -> [UInt8] {
        let header: [UInt8] = [0x4D, 0x4D, 0, 42, 0, 0, 0, 8]
        let tag: [UInt8] = [0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation.rawValue, 0, 0]
        return header + [0, 1] + tag + [0, 0, 0, 0]
    }

    /// Where the lower byte of the orientation stands: a short number with the tag 0x112 in the first directory.
    private static func orientationPlace(_ exif: [UInt8]) -> Int? {
        guard let directory = ExifDirectory.first(of: exif), let place = directory.place(of: 0x112),
            directory.number(at: place + 2, bytes: 2) == 3, directory.number(at: place + 4, bytes: 4) == 1,
            directory.number(at: place + 8, bytes: 2) != nil
        else { return nil }
        return place + (directory.isLittle ? 8 : 9)
    }
}
