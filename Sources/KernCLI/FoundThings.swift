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
        let (start, above) = Self.corner(
            ofBar: length, bar, for: box, among: things.map(\.box), in: drawing.size)
        let level = above + bar / 2
        drawing.line([.init(start + bar / 2, level), .init(start + length - bar / 2, level)], ink, width: bar)
        drawing.text(text, at: .init(start + Double(2 * size), level + Double(4 * size)), .white, size: size)
    }

    /// Where the left top corner of a bar lies that names `box`: above it, at its top, below, on its right or on its left; the
    /// first of these that lies in the picture and hides no box, or, if there is none, that hides the least.
    package static func corner(
        ofBar length: Double, _ height: Double, for box: Box, among boxes: [Box], in picture: Size
    ) -> (left: Double, top: Double) {
        let whole = Box(picture)
        let left = max(0, min(box.left, whole.width - length))
        let top = max(0, min(box.top, whole.height - height))
        let bars = [
            (left, box.top - height), (left, top), (left, box.bottom), (box.right, top), (box.left - length, top),
        ].map { Box(left: $0, top: $1, width: length, height: height) }
        func hidden(by bar: Box) -> Double {
            boxes.reduce(0) {
                let share = $1.share(inside: bar)
                return $0 + (share > mostHidden ? share : 0)
            }
        }
        let inside = bars.filter { $0.share(inside: whole) > 1 - 1e-9 }
        let bar = inside.min { hidden(by: $0) < hidden(by: $1) } ?? bars[1]
        return (bar.left, bar.top)
    }

    /// What a class is called in the drawing: its number, counted from 0, where there are no letters for its name.
    private func name(_ label: Int) -> String {
        guard Drawing.hasLetters(for: classes[label]) else { return "class \(label)" }
        let most = 20
        return classes[label].count > most ? classes[label].prefix(most - 2) + ".." : classes[label]
    }
}
