/// How one axis of a padded picture is laid out so that every tap is an offset: positions are dealt to phases by the
/// stride, and taps so far apart that they share nothing get phases of their own, with nothing between them.
struct LayerAxis: Sendable {
    struct Phase: Sendable {
        /// The padded position of its first sample; the others follow at the stride.
        var first: Int
        var length: Int
        /// Which of its samples are pixels of the picture.
        var inside: Range<Int>
    }

    struct Tap: Sendable {
        var phase: Int
        var offset: Int
    }

    let axis: Axis
    private(set) var phases: [Phase] = []
    private(set) var taps: [Tap] = []
    /// The furthest tap of any phase.
    let reach: Int

    /// - Parameter outputs: how many neighbours are computed from what is laid out at one time.
    init(_ axis: Axis, outputs: Int) {
        self.axis = axis
        var current: [Int: (phase: Int, start: Int, last: Int)] = [:]
        var firsts: [Int] = []
        var reaches: [Int] = []
        for tap in 0..<axis.kernel {
            let (offset, residue) = (tap * axis.dilation).quotientAndRemainder(dividingBy: axis.stride)
            if let group = current[residue], offset - group.last < outputs {
                taps.append(Tap(phase: group.phase, offset: offset - group.start))
                reaches[group.phase] = offset - group.start
                current[residue] = (group.phase, group.start, offset)
            } else {
                taps.append(Tap(phase: firsts.count, offset: 0))
                current[residue] = (firsts.count, offset, offset)
                firsts.append(tap * axis.dilation)
                reaches.append(0)
            }
        }
        reach = reaches.max() ?? 0
        for (first, reach) in zip(firsts, reaches) {
            let length = outputs + reach
            let start = max(0, axis.before - first + axis.stride - 1) / axis.stride
            let end = max(0, axis.before + axis.input - first + axis.stride - 1) / axis.stride
            phases.append(
                Phase(
                    first: first, length: length, inside: min(start, length)..<max(min(start, length), min(end, length))
                ))
        }
    }

    /// How far one row lies behind the one before it: as long as the longest phase, or, where everything outside looks
    /// the same, so much shorter that what lies behind one row is what lies before the next.
    func pitch(sharesOutside: Bool) -> Int {
        let longest = phases.map(\.length).max() ?? axis.output
        guard sharesOutside else { return longest }
        return phases.reduce(axis.output) { pitch, phase in
            max(pitch, phase.inside.isEmpty ? 0 : max(phase.inside.upperBound, phase.length - phase.inside.lowerBound))
        }
    }
}

extension Border {
    /// Whether all that lies outside has one value.
    var isUniform: Bool {
        switch self {
        case .zero, .constant: true
        default: false
        }
    }
}
