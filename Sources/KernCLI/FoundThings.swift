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
        for (thing, name) in zip(things, names).reversed() { write(name, ink(of: thing), in: &drawing) }
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

    /// One for each thing; the surest choose their places first.
    private func names(in picture: Size) -> [Name] {
        // As large as it can be read where the whole picture is looked at.
        let size = max(1, (max(picture.width, picture.height) + 200) / 420)
        var names: [Name] = []
        for thing in things {
            let text = name(thing.label) + " \(Int((100 * thing.probability).rounded())) %"
            let length = Drawing.width(of: text, size: size) + Double(3 * size)
            let bar = Self.bar(
                length, Self.barHeight * Double(size), naming: thing.box, among: things.map(\.box),
                and: names.map(\.bar), in: picture)
            names.append(Name(text: text, bar: bar, size: size))
        }
        return names
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
            // Of a name a part is soon too much to read the rest.
            return shares.reduce(0, +) + Double(names.count { $0.share(inside: bar) > 0.1 })
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
