import Learning
import Pixels
import Programs

/// Boxes with names, drawn over the picture they were found in.
struct FoundThings {
    private let things: [Detection]
    private let classes: [String]

    /// One for each class, again and again: colours that are told apart, by most of those who see few colours too.
    private static let inks = [
        Drawing.Ink(0xd5, 0x5e, 0x00), .init(0x00, 0x72, 0xb2), .init(0x00, 0x9e, 0x73), .init(0xcc, 0x79, 0xa7),
        .init(0x8a, 0x6d, 0x00), .init(0x56, 0x3c, 0x9e), .init(0xb0, 0x1f, 0x2e), .init(0x2b, 0x7a, 0x8c),
    ]
    /// Of the bar that a name stands on.
    private static let barHeight = 11.0

    init(_ things: [Detection], _ classes: [String]) {
        self.things = things
        self.classes = classes
    }

    /// 8-bit RGB, whatever the picture was.
    func drawn(over raster: Raster) throws -> Raster {
        let size = raster.header.size
        let copy = Thumbnail(of: raster.header, most: size)
        try raster.bytes.withUnsafeBytes { try copy.writeRows(size.height, from: $0) }
        var drawing = Drawing(size: size)
        // The surest are drawn last, over the others.
        for thing in things.reversed() { add(thing, to: &drawing) }
        return drawing.raster(over: copy.raster)
    }

    private func add(_ thing: Detection, to drawing: inout Drawing) {
        let ink = Self.inks[thing.label % Self.inks.count]
        let longest = max(drawing.size.width, drawing.size.height)
        let width = max(1.5, Double(longest) / 500)
        let (box, inside) = (thing.box, width / 2)
        let (left, right) = (box.left + inside, max(box.left + inside, box.right - inside))
        let (top, bottom) = (box.top + inside, max(box.top + inside, box.bottom - inside))
        drawing.line(
            [.init(left, top), .init(right, top), .init(right, bottom), .init(left, bottom), .init(left, top)], ink,
            width: width)
        // As large as it can be read where the whole picture is looked at.
        let size = max(1, (longest + 200) / 420)
        let text = name(thing.label) + " \(Int((100 * thing.probability).rounded())) %"
        let bar = Self.barHeight * Double(size)
        let length = Drawing.width(of: text, size: size) + Double(3 * size)
        // Above the box, or inside it where there is no room; never beyond the picture's right side.
        let level = box.top >= bar ? box.top - bar / 2 : box.top + bar / 2
        let start = max(0, min(box.left, Double(drawing.size.width) - length))
        drawing.line([.init(start + bar / 2, level), .init(start + length - bar / 2, level)], ink, width: bar)
        drawing.text(text, at: .init(start + Double(2 * size), level + Double(4 * size)), .white, size: size)
    }

    /// What a class is called in the drawing: its number, counted from 0, where there are no letters for its name.
    private func name(_ label: Int) -> String {
        guard Drawing.hasLetters(for: classes[label]) else { return "class \(label)" }
        let most = 20
        return classes[label].count > most ? classes[label].prefix(most - 2) + ".." : classes[label]
    }
}
