import Learning
import Pixels
import Programs

/// Boxes with names, drawn over the picture they were found in.
package struct FoundThings {
    private let things: [Detection]
    private let classes: [String]

    /// One for each class, again and again: colours that are told apart, by most of those who see few colours too.
    private static let inks = [
        Drawing.Ink(0xd5, 0x5e, 0x00), .init(0x00, 0x72, 0xb2), .init(0x00, 0x9e, 0x73), .init(0xcc, 0x79, 0xa7),
        .init(0x8a, 0x6d, 0x00), .init(0x56, 0x3c, 0x9e), .init(0xb0, 0x1f, 0x2e), .init(0x2b, 0x7a, 0x8c),
    ]
    /// Of the bar that a name stands on.
    private static let barHeight = 11.0
    /// The share of a box that a name may stand on without hiding it.
    private static let mostHidden = 0.2

    init(_ things: [Detection], _ classes: [String]) {
        self.things = things
        self.classes = classes
    }

    /// 8-bit RGB, whatever the picture was.
    func drawn(over raster: Raster) throws -> Raster {
        let size = raster.header.size
        let copy = Thumbnail(of: raster.header, most: size)
        try raster.bytes.withUnsafeBytes { try copy.writeRows(size.height, from: $0) }
        let names = names(in: size)
        var drawing = Drawing(size: size)
        // The surest are drawn last, over the others.
        for thing in things.reversed() { frame(thing, in: &drawing) }
        for (thing, name) in zip(things, names).reversed() {
            if let name { write(name, ink(of: thing), in: &drawing) }
        }
        return drawing.raster(over: copy.raster)
    }

    private func ink(of thing: Detection) -> Drawing.Ink { Self.inks[thing.label % Self.inks.count] }

    private func frame(_ thing: Detection, in drawing: inout Drawing) {
        let width = max(1.5, Double(max(drawing.size.width, drawing.size.height)) / 500)
        let (box, inside) = (thing.box, width / 2)
        let (left, right) = (box.left + inside, max(box.left + inside, box.right - inside))
        let (top, bottom) = (box.top + inside, max(box.top + inside, box.bottom - inside))
        drawing.line(
            [.init(left, top), .init(right, top), .init(right, bottom), .init(left, bottom), .init(left, top)],
            ink(of: thing), width: width)
    }

    // MARK: Names

    /// What stands at a box, and on which bar.
    private struct Name {
        var text: String
        var bar: Box
        /// Of its letters.
        var size: Int
    }

    /// One for each thing, nil where there is no room for it; the surest choose their places first.
    private func names(in picture: Size) -> [Name?] {
        // As large as it can be read where the whole picture is looked at.
        let size = max(1, (max(picture.width, picture.height) + 200) / 420)
        var names: [Name?] = []
        for thing in things {
            let name = name(thing.label)
            let texts = [name + " \(Int((100 * thing.probability).rounded())) %", name]
            let lengths = texts.map { Drawing.width(of: $0, size: size) + Double(3 * size) }
            let place = Self.place(
                lengths, Self.barHeight * Double(size), naming: thing.box, among: things.map(\.box),
                and: names.compactMap { $0?.bar }, in: picture)
            names.append(place.map { Name(text: texts[$0.choice], bar: $0.bar, size: size) })
        }
        return names
    }

    /// Which of several texts for a box stands where: the first that hides no other name; nil where each would, and the colour of the
    /// box says enough.
    package static func place(
        _ lengths: [Double], _ height: Double, naming box: Box, among boxes: [Box], and names: [Box], in picture: Size
    ) -> (choice: Int, bar: Box)? {
        for (choice, length) in lengths.enumerated() {
            let bar = bar(length, height, naming: box, among: boxes, and: names, in: picture)
            if !names.contains(where: { hides(bar, $0) }) { return (choice, bar) }
        }
        return nil
    }

    /// Whether a bar covers so much of another that the rest cannot be read.
    private static func hides(_ bar: Box, _ name: Box) -> Bool {
        name.share(inside: bar) > 0.1 || bar.share(inside: name) > 0.1
    }

    private func write(_ name: Name, _ ink: Drawing.Ink, in drawing: inout Drawing) {
        let (bar, size) = (name.bar, name.size)
        let (level, end) = (bar.top + bar.height / 2, bar.height / 2)
        drawing.line([.init(bar.left + end, level), .init(bar.right - end, level)], ink, width: bar.height)
        drawing.text(
            name.text, at: .init(bar.left + Double(2 * size), level + Double(4 * size)), .white, size: size)
    }

    /// Where the bar of a name lies: above its box, at its top, below, the same two up to its right side, on its right or on its
    /// left; the first of these that lies in the picture and hides no box and no other name, or, if there is none, that hides
    /// the least.
    package static func bar(
        _ length: Double, _ height: Double, naming box: Box, among boxes: [Box], and names: [Box], in picture: Size
    ) -> Box {
        let whole = Box(picture)
        let left = max(0, min(box.left, whole.width - length))
        let back = max(0, box.right - length)
        let top = max(0, min(box.top, whole.height - height))
        let bars = [
            (left, box.top - height), (left, top), (left, box.bottom), (back, box.top - height), (back, box.bottom),
            (box.right, top), (box.left - length, top),
        ].map { Box(left: $0, top: $1, width: length, height: height) }
        func hidden(by bar: Box) -> Double {
            let shares = boxes.map { $0.share(inside: bar) }.filter { $0 > mostHidden }
            return shares.reduce(0, +) + Double(names.count { hides(bar, $0) })
        }
        let inside = bars.filter { $0.share(inside: whole) > 1 - 1e-9 }
        return inside.min { hidden(by: $0) < hidden(by: $1) } ?? bars[1]
    }

    /// What a class is called in the drawing: its number, counted from 0, where there are no letters for its name.
    private func name(_ label: Int) -> String {
        guard Drawing.hasLetters(for: classes[label]) else { return "class \(label)" }
        let most = 20
        return classes[label].count > most ? classes[label].prefix(most - 2) + ".." : classes[label]
    }
}
