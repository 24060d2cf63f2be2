import Convolution
import Learning
import Pixels
import Programs

/// What `train` says about a kernel it found.
struct LearnedKernelText {
    let kernel: LearnedKernel
    let recognition: Recognition?
    let secondLook: SecondLook?
    let hasJPEG: Bool
    let pairCount: Int
    /// Channels of the picture after, alpha included.
    let channels: Int
    /// The words that say how the window lies, as they are written behind its size.
    let geometryWords: String
    let width: Int

    private var diagnosis: Diagnosis { Diagnosis(kernel, recognition: recognition) }
    private var levelText: String { kernel.levels.map { "levels of \($0)" } ?? "levels of 255" }

    // MARK: For people

    var lines: [String] {
        var lines = ["learned     \(kernel.size) from \(counted(pairCount, "pair")), \(pixelText)", ""]
        for (o, output) in kernel.outputs.enumerated() {
            for input in 0..<kernel.inputs {
                if kernel.outputs.count * kernel.inputs > 1 { lines.append("from channel \(input) to channel \(o)") }
                if let weights = try? kernel.kernel(output: o, input: input) {
                    lines += KernelText(kernel: weights, width: width, hasColor: false).matrix
                }
            }
            if abs(output.bias) >= 1e-7 { lines.append("  plus \(NumberText.short(output.bias))") }
        }
        lines.append("")
        if kernel.model.colour == .shared {
            lines.append("recognised  \(recognitionText ?? "nothing in the catalogue")")
        }
        lines.append("sum         \(kernel.outputs.map { NumberText.short(sum($0)) }.joined(separator: ", "))")
        lines.append("residual    \(residualText)")
        lines.append("trust       \(trustText)")
        return lines
    }

    private func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

    private func sum(_ output: LearnedKernel.Output) -> Double { output.weights.joined().reduce(0, +) }

    private var pixelText: String {
        var text = counted(kernel.pixels, "sample")
        if kernel.clipped > 0 { text += "; \(kernel.clipped) at the ends of the range left out" }
        if kernel.transparent > 0 { text += "; \(kernel.transparent) not opaque left out" }
        return text
    }

    var recognitionText: String? {
        guard let recognition else { return nil }
        var text = recognition.program
        if abs(recognition.factor - 1) > 5e-4 { text += " × \(NumberText.short(recognition.factor))" }
        if recognition.turn != .none { text += ", \(recognition.turn.rawValue)" }
        if recognition.offset != PerAxis(0) {
            let shift = movement(recognition)
            text += ", shifted by (\(shift.x),\(shift.y))"
        }
        if recognition.isCut { text += ", cut off at the window" }
        return recognition.isExact ? text : "close to \(text): off by \(percent(recognition.mismatch))"
    }

    /// How far the picture has moved, in pixels: the other way than the weight.
    private func movement(_ recognition: Recognition) -> PerAxis<Int> {
        let step = kernel.model.window.dilation
        return PerAxis(x: -recognition.offset.x * step.x, y: -recognition.offset.y * step.y)
    }

    private func percent(_ share: Double) -> String { NumberText.short(share * 100) + " %" }

    private var residualText: String {
        let residual = kernel.residual < 5e-6 ? "0" : NumberText.short(kernel.residual)
        let text = "\(residual) \(levelText)"
        guard kernel.levels != nil else { return text }
        let rounding = NumberText.short(kernel.roundingResidual)
        guard kernel.isExplained else { return "\(text), where rounding alone would leave \(rounding)" }
        if kernel.excess <= 1 { return "\(text): no more than rounding leaves (\(rounding))" }
        return "\(text): \(kernel.excess < 1.05 ? "about what" : "little more than") rounding leaves (\(rounding))"
    }

    private var largestError: Double { kernel.outputs.flatMap { $0.errors.joined() }.max() ?? 0 }

    private var largestWeight: Double { kernel.outputs.flatMap { $0.weights.joined() }.map(abs).max() ?? 0 }

    private var blindCount: Int { kernel.outputs.map(\.blindCount).max() ?? 0 }

    /// Weights whose error is a twentieth of the largest weight or more.
    private var vagueCount: Int {
        kernel.outputs.reduce(0) { $0 + $1.errors.joined().count { $0 > largestWeight / 20 } }
    }

    private var weightCount: Int { kernel.outputs.reduce(0) { $0 + $1.weights.joined().count } }

    private var trustText: String {
        if blindCount > 0 {
            // An unknown number that is added is one of what is combined.
            let added = kernel.model.hasBias ? " and what is added" : ""
            return
                "\(counted(blindCount, "combination")) of weights\(added) cannot be told: the pictures are too flat or too small; "
                + "what they leave open was set to nearly 0"
        }
        if vagueCount > 0 {
            return "\(vagueCount) of \(weightCount) weights are vague (standard error up to "
                + "±\(NumberText.short(largestError))): the pictures are too smooth or too few"
        }
        return "every weight is known to ±\(NumberText.short(largestError)) or better (standard error)"
    }

    // MARK: What looks odd

    var notes: [String] {
        var notes: [String] = []
        let diagnosis = diagnosis
        if hasJPEG {
            notes.append(
                "JPEG changes every pixel a little, which is part of what is left over and blurs the weights; "
                    + "learn from PNG or float pictures if there are any")
        }
        if diagnosis.isRoundedDown {
            notes.append("the picture after was rounded down, as casts to integers do; that was allowed for")
        }
        if let offset = brightness {
            notes.append(
                "the picture after is \(NumberText.short(abs(offset))) levels \(offset > 0 ? "brighter" : "darker") than "
                    + "the kernel makes it; that is in no kernel, and --bias learns it")
        }
        if let note = shiftNote(kernel, diagnosis), !isExplainedWider { notes.append(note) }
        // Where a number that is added explains all, that was said.
        let isSaid = brightness != nil && secondLook?.biased?.isExplained ?? false
        if !kernel.isExplained, !isSaid { notes.append(unexplained) }
        return notes
    }

    /// How many levels are added to every pixel, where that is more than rounding does and nothing else explains it.
    private var brightness: Double? {
        guard let levels = kernel.levels else { return nil }
        // What rounding adds is held near 0, so that a small picture's kernel gives way; a number that is learned is not.
        var source = kernel
        var offsets = kernel.outputs.map(\.roundingOffset)
        if let biased = secondLook?.biased, explains(biased) {
            source = biased
            offsets = biased.outputs.map { $0.bias * Double(levels) }
        }
        // Rounding takes half a level at most.
        guard let offset = offsets.max(by: { abs($0) < abs($1) }), abs(offset) > 0.75,
            source.outputs.allSatisfy({ $0.blindCount == 0 })
        else { return nil }
        let isClear = kernel.isExplained || explains(secondLook?.biased)
        // What is left over besides is much less than what is added: that is no accident of a bad fit.
        return isClear || !isExplainedOtherwise && abs(offset) > 20 * kernel.residual ? offset : nil
    }

    private var isExplainedOtherwise: Bool {
        explains(secondLook?.free) || isExplainedWider || explains(secondLook?.mixed)
            || secondLook?.linear.map(explains(linear:)) ?? false
    }

    private func shiftNote(_ kernel: LearnedKernel, _ diagnosis: Diagnosis) -> String? {
        // Where the anchor was named, that is where the weight was expected.
        guard let shift = diagnosis.shift, blindCount == 0, vagueCount == 0, kernel.model.window.anchor == nil else {
            return nil
        }
        let way =
            diagnosis.anchor.map { "; 'conv \(kernel.size) anchor=\($0.x),\($0.y)' would have it in the middle" }
            ?? "; 'conv \(diagnosis.roomySize)' would hold all of it"
        return "the picture after seems shifted by (\(shift.x),\(shift.y)): that is where the weight lies" + way
    }

    /// Whether a larger window explains what this one does not, and a number that is added does not.
    private var isExplainedWider: Bool {
        guard let wide = secondLook?.wide else { return false }
        if let biased = secondLook?.biased, explains(biased), biased.residual <= wide.residual { return false }
        // Many weights explain a little more of anything, without one of them standing out.
        return wide.residual < 0.5 * kernel.residual || wide.isExplained && reachesOut(wide)
    }

    /// Whether looking again in this way leaves next to nothing of what was left over.
    private func explains(_ other: LearnedKernel?) -> Bool {
        other.map { $0.isExplained || $0.residual < 0.35 * kernel.residual } ?? false
    }

    /// Levels are others in linear light: only how many times what rounding leaves they are can be compared.
    private func explains(linear: LearnedKernel) -> Bool {
        linear.excess < (linear.isExplained ? 0.7 : 0.35) * kernel.excess
    }

    /// What was found when looking again explains more than the kernel that was asked for.
    private var unexplained: String {
        if let free = secondLook?.free, free.isExplained || free.residual < 0.5 * kernel.residual {
            return
                "what was said of the kernel (\(kernel.model.demands.joined(separator: ", "))) does not hold: without it "
                + "the residual is \(NumberText.short(free.residual))"
        }
        if isExplainedWider, let wide = secondLook?.wide {
            let found = Diagnosis(wide)
            let support = support(of: wide)
            let isLarger = support.width > kernel.size.width || support.height > kernel.size.height
            var text = isLarger || !reachesOut(wide) ? "the kernel is larger than" : "the kernel lies partly outside of"
            text += " \(kernel.size): a window of \(wide.size) leaves a residual of \(NumberText.short(wide.residual))"
            if reachesOut(wide) { text += ", and its weights are found within 'conv \(support)'" }
            if let shift = found.shift { text += "; the picture after seems shifted by (\(shift.x),\(shift.y))" }
            return text
        }
        if let mixed = secondLook?.mixed, mixed.inputs > 1, explains(mixed), !explains(secondLook?.biased) {
            return
                "with sums over all channels the residual is only \(NumberText.short(mixed.residual)): try --colour mix"
        }
        if let linear = secondLook?.linear, explains(linear: linear) {
            return "in linear light the residual is only \(NumberText.short(linear.residual)): try --linear"
        }
        var left = kernel
        if let biased = secondLook?.biased, brightness != nil, explains(biased) { left = biased }
        // Halves that are rounded to even numbers leave half a level, up as often as down.
        let areHalves = kernel.levels != nil && left.excess < 0.505 * 12.0.squareRoot()
        let cause =
            (hasJPEG ? "JPEG, or " : "") + (areHalves ? "halves that were rounded to even numbers, or " : "")
            + "something else than one kernel"
        return
            "\(NumberText.short(left.residual)) \(levelText) are left over, which is \(cause): a median, contrast or "
            + "gamma, a sign that was dropped (--range offset keeps it), noise, or pictures that do not belong together; "
            + "'\(net)' is a program that can learn such things"
    }

    /// A net that makes pictures like the one after, alpha included, which is a channel like others in a training.
    private var net: String {
        "conv 8 \(kernel.size)\(geometryWords) | relu | conv \(channels) \(kernel.size)"
    }

    /// The smallest square around the anchor that holds all weights above the noise.
    private func support(of wide: LearnedKernel) -> Size {
        let taps = heavyTaps(of: wide)
        let across = taps.map { abs($0.x) }.max() ?? 0
        let down = taps.map { abs($0.y) }.max() ?? 0
        return Size(2 * max(across, down, (kernel.size.width - 1) / 2, (kernel.size.height - 1) / 2) + 1)
    }

    /// Whether weights above the noise lie outside of the window that was asked for.
    private func reachesOut(_ wide: LearnedKernel) -> Bool {
        let anchor = kernel.model.window.resolvedAnchor(of: nil)
        return heavyTaps(of: wide).contains { tap in
            !(0..<kernel.size.width).contains(tap.x + anchor.x) || !(0..<kernel.size.height).contains(tap.y + anchor.y)
        }
    }

    /// Where weights above the noise lie, from the anchor.
    private func heavyTaps(of wide: LearnedKernel) -> [PerAxis<Int>] {
        let anchor = wide.model.window.resolvedAnchor(of: nil)
        return wide.outputs.flatMap { zip($0.weights, $0.errors) }.flatMap { weights, errors in
            let least = 0.005 * (weights.lazy.map(abs).max() ?? 0)
            return weights.indices.filter { abs(weights[$0]) > max(least, 5 * errors[$0]) }.map { tap in
                PerAxis(x: tap % wide.size.width - anchor.x, y: tap / wide.size.width - anchor.y)
            }
        }
    }

    // MARK: For files and programs

    /// The comment that a kernel file begins with.
    func help(named path: String, from pairs: [PicturePairs.Pair]) -> [String] {
        let file = path.split(separator: "/").last.map(String.init) ?? path
        let what = recognitionText.map { ": \($0)" } ?? ""
        var lines = ["\(file.dropLast(5)) — learned by kern train\(what)"]
        let others = pairs.count > 1 ? " and \(counted(pairs.count - 1, "more pair"))" : ""
        lines.append(
            "From \(LearnedKernelText.clean(pairs[0].before)) and \(LearnedKernelText.clean(pairs[0].after))\(others).")
        lines.append("Residual \(NumberText.short(kernel.residual)) \(levelText).")
        if kernel.model.isLinear { lines.append("In linear light: use it with --linear.") }
        return lines
    }

    /// A comment is one line.
    private static func clean(_ path: String) -> String {
        String(path.unicodeScalars.map { $0.value < 32 || $0.value == 127 ? "?" : Character($0) })
    }

    func json(output: String?, program: Program) -> JSON {
        let outputs = kernel.outputs.map { output -> JSON in
            func rows(_ values: [Double]) -> JSON {
                .array(
                    stride(from: 0, to: values.count, by: kernel.size.width).map { start in
                        .array((start..<start + kernel.size.width).map { .number(values[$0]) })
                    })
            }
            return [
                "weights": .array(output.weights.map(rows)), "errors": .array(output.errors.map(rows)),
                "bias": .number(output.bias), "sum": .number(sum(output)), "residual": .number(output.residual),
                "undetermined": .integer(output.blindCount),
            ]
        }
        let known: JSON =
            recognition.map {
                [
                    "program": .string($0.program), "factor": .number($0.factor), "turn": .string($0.turn.rawValue),
                    "shift": .array([.integer(movement($0).x), .integer(movement($0).y)]),
                    "cut": .bool($0.isCut), "mismatch": .number($0.mismatch), "exact": .bool($0.isExact),
                ]
            } ?? .null
        let shift: JSON = diagnosis.shift.map { .array([.integer($0.x), .integer($0.y)]) } ?? .null
        return [
            "width": .integer(kernel.size.width), "height": .integer(kernel.size.height),
            "pairs": .integer(pairCount), "samples": .integer(kernel.pixels), "clipped": .integer(kernel.clipped),
            "transparent": .integer(kernel.transparent), "levels": kernel.levels.map(JSON.integer) ?? .null,
            "residual": .number(kernel.residual), "explained": .bool(kernel.isExplained), "outputs": .array(outputs),
            "recognised": known, "shift": shift, "program": .string(program.description),
            "output": output.map(JSON.string) ?? .null, "notes": .array(notes.map(JSON.string)),
        ]
    }
}

extension KernelModel {
    /// What is said of the kernel beforehand, by the options that say it.
    var demands: [String] {
        var demands: [String] = []
        if ridge > 0 { demands.append(Train.ridge.flag) }
        if symmetry != nil { demands.append(Train.symmetric.flag) }
        if sum != nil { demands.append(Train.sum.flag) }
        if isSeparable { demands.append(Train.separable.flag) }
        return demands
    }
}
