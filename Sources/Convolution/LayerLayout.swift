import CLanes
import Pixels

/// How `rows` rows of outputs see one channel of a picture, laid out flat: its border applied, its rows and columns
/// dealt to phases, all rows at one pitch.
struct LayerLayout: Sendable {
    let geometry: Geometry
    let border: Border
    let across: LayerAxis
    let down: LayerAxis
    let rows: Int
    let pitch: Int
    /// From one phase to the next, and from one channel to the next.
    let phaseStep: Int
    let channelStep: Int
    /// Samples behind the last row of a phase that are looked at though no output needs them.
    private let overhang: Int
    /// For each phase across the picture's column behind each place of a row, −1 where no pixel stands for it; empty
    /// where everything outside has one value.
    private let columns: [[Int]]

    init(_ geometry: Geometry, border: Border, across: LayerAxis, pitch: Int, rows: Int) {
        self.geometry = geometry
        self.border = border
        self.across = across
        self.pitch = pitch
        self.rows = rows
        down = LayerAxis(geometry.y, outputs: rows)
        overhang = max(0, (across.phases.map(\.length).max() ?? 0) - pitch) + V
        phaseStep = (rows + down.reach) * pitch + overhang
        channelStep = LayerConvolution.step(phaseStep * across.phases.count * down.phases.count)
        columns =
            border.isUniform
            ? []
            : across.phases.map { phase in
                (0..<phase.length).map {
                    border.source(
                        of: phase.first + $0 * geometry.x.stride - geometry.x.before, count: geometry.x.input) ?? -1
                }
            }
    }

    /// Columns in one run of outputs, rounded up to whole vectors.
    func run(ofRows rows: Int) -> Int { ((rows - 1) * pitch + geometry.x.output + V - 1) / V * V }

    /// Whether rows of `width` are better computed one by one, in registers that end with them, than in one run that goes on
    /// through what lies between them and has to be taken apart again; `price` says how many more registers that may take.
    func takesRows(_ rows: Int, ofWidth width: Int, price: Double = 1.2) -> Bool {
        let single = rows * ((width + V - 1) / V * V)
        return Double(single) <= price * Double((rows - 1) * pitch + width)
    }

    /// Where the samples under tap (x, y) begin.
    func offset(x: Int, y: Int) -> Int {
        let (across, down) = (across.taps[x], down.taps[y])
        return (down.phase * self.across.phases.count + across.phase) * phaseStep + down.offset * pitch + across.offset
    }

    /// The offsets of all taps of `channels` channels, in the order of the weights.
    func fillOffsets(_ offsets: UnsafeMutablePointer<Int>, channels: Int) {
        var next = offsets
        for c in 0..<channels {
            for y in 0..<geometry.y.kernel {
                for x in 0..<geometry.x.kernel {
                    next.pointee = c * channelStep + offset(x: x, y: y)
                    next += 1
                }
            }
        }
    }

    /// What the rows under some outputs are made of: the same for every channel of every picture.
    struct LaidRows: Sendable {
        fileprivate var runs: [kern_row_run] = []
        /// Where margins are not of one value: a row's place, its pixels, and its phase across.
        fileprivate var margins: [(place: Int, pixels: Int, phase: Int)] = []

        /// The same for a place where what lies around the picture stands already.
        var insides: LaidRows {
            var rows = self
            rows.runs = runs.filter { $0.inside > 0 }.map { run in
                var inner = run
                inner.out += run.lead
                (inner.lead, inner.width) = (0, run.inside)
                return inner
            }
            return rows
        }
    }

    /// How the rows under the `count` outputs from row `first` on come of a picture whose rows lie as those of `source`.
    func rows(from first: Int, count: Int, of source: ReadableRows) -> LaidRows {
        let (x, y) = (geometry.x, geometry.y)
        var laid = LaidRows()
        for (index, phase) in down.phases.enumerated() {
            let length = count + phase.length - rows
            // Row i is the picture's row start + i·stride.
            let start = phase.first + first * y.stride - y.before
            let low = min(length, max(0, -start + y.stride - 1) / y.stride)
            let high = min(length, max(low, max(0, y.input - start + y.stride - 1) / y.stride))
            for (column, part) in across.phases.enumerated() {
                let base = (index * across.phases.count + column) * phaseStep
                func add(_ rows: Range<Int>, from row: Int?) {
                    guard !rows.isEmpty else { return }
                    let (lead, inside) = row == nil ? (pitch, 0) : (part.inside.lowerBound, part.inside.count)
                    let left = row == nil || inside == 0 ? 0 : part.first + lead * x.stride - x.before
                    let pixels = row.map { ($0 - source.rows.lowerBound) * source.rowStride } ?? 0
                    laid.runs.append(
                        kern_row_run(
                            out: base + rows.lowerBound * pitch, in: pixels + left,
                            in_pitch: y.stride * source.rowStride, rows: rows.count, pitch: pitch, lead: lead,
                            inside: inside, width: pitch))
                    guard row != nil, !columns.isEmpty else { return }
                    for i in rows {
                        laid.margins.append(
                            (base + i * pitch, pixels + (i - rows.lowerBound) * y.stride * source.rowStride, column))
                    }
                }
                for i in 0..<low { add(i..<i + 1, from: border.source(of: start + i * y.stride, count: y.input)) }
                add(low..<high, from: start + low * y.stride)
                for i in high..<length { add(i..<i + 1, from: border.source(of: start + i * y.stride, count: y.input)) }
                laid.runs.append(
                    kern_row_run(
                        out: base + length * pitch, in: 0, in_pitch: 0, rows: 1, pitch: overhang, lead: overhang,
                        inside: 0, width: overhang))
            }
        }
        return laid
    }

    /// Lays out one channel.
    func lay(
        _ source: ReadableRows, plane: Int, _ rows: LaidRows, into channel: UnsafeMutablePointer<Float>, _ lanes: Lanes
    ) {
        let pixels = source.row(source.rows.lowerBound, plane: plane)
        lanes.loops.pointee.lay_plane(channel, pixels, rows.runs, rows.runs.count, geometry.x.stride, border.outside)
        for margin in rows.margins {
            fillMargins(
                channel + margin.place, columns[margin.phase], across.phases[margin.phase].inside,
                from: pixels + margin.pixels)
        }
    }

    private func fillMargins(
        _ row: UnsafeMutablePointer<Float>, _ columns: [Int], _ inside: Range<Int>, from pixels: UnsafePointer<Float>
    ) {
        for i in 0..<inside.lowerBound { row[i] = columns[i] < 0 ? border.outside : pixels[columns[i]] }
        for i in inside.upperBound..<columns.count {
            row[i] = columns[i] < 0 ? border.outside : pixels[columns[i]]
        }
    }
}

/// Samples in a vector of the row loops.
let V = 16
