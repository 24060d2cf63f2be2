import Convolution
import Pixels

/// Prepares one example after the other; its scratch is used again.
struct ExampleWorker {
    private let loader: BatchLoader
    private var scratch: [Float] = []
    private var maskScratch: [Int32] = []

    init(_ loader: BatchLoader) { self.loader = loader }

    // out (c,h,w) · labels (1) or (h,w) · target (c',h',w') or (offsets)
    mutating func load(
        _ index: Int, epoch: Int?, into out: UnsafeMutableBufferPointer<Float>,
        labels: UnsafeMutableBufferPointer<Int32>, target: UnsafeMutableBufferPointer<Float>
    ) {
        let set = loader.set
        let area = set.shape.height * set.shape.width
        guard let epoch else {
            for c in 0..<set.shape.channels {
                let factor = 1 / loader.scaling.deviations[c]
                set.samples.read(
                    index * out.count + c * area,
                    into: UnsafeMutableBufferPointer(rebasing: out[c * area..<(c + 1) * area]),
                    factor: factor, offset: -loader.scaling.means[c] * factor)
            }
            readTarget(index, labels: labels, target: target)
            return
        }
        var chance = Chance(seed: loader.seed, for: .change, place: epoch, index)
        let movement = Movement(loader.augmentation, size: set.shape.size, &chance)
        scratch.grow(to: max(out.count, target.count))
        scratch.withUnsafeMutableBufferPointer { scratch in
            let plain = UnsafeMutableBufferPointer(rebasing: scratch[..<out.count])
            set.samples.read(index * out.count, into: plain, factor: 1, offset: 0)
            movement.move(plain, into: out, planes: set.shape.channels)
        }
        changeLight(out, &chance)
        for program in loader.programs where chance.happens(program.probability) { program.apply(to: out) }
        for c in 0..<set.shape.channels {
            let factor = 1 / loader.scaling.deviations[c]
            let offset = -loader.scaling.means[c] * factor
            for i in c * area..<(c + 1) * area { out[i] = out[i] * factor + offset }
        }
        readTarget(index, labels: labels, target: target)
        moveTarget(movement, labels: labels, target: target)
    }

    private func readTarget(
        _ index: Int, labels: UnsafeMutableBufferPointer<Int32>, target: UnsafeMutableBufferPointer<Float>
    ) {
        switch loader.set.targets {
        case .labels(let all): labels[0] = all[index]
        case .regions(let all):
            labels[0] = all[index].choice
            let offsets = all[index].offsets?.values ?? [Float](repeating: 0, count: target.count)
            for place in target.indices { target[place] = offsets[place] }
        case .pictures(_, let samples): samples.read(index * target.count, into: target, factor: 1, offset: 0)
        case .masks(_, let masks):
            masks.withUnsafeBufferPointer { masks in
                let own = UnsafeBufferPointer(rebasing: masks[index * labels.count..<(index + 1) * labels.count])
                for i in 0..<labels.count { labels[i] = own[i] == ExampleSet.uncounted ? -1 : Int32(own[i]) }
            }
        }
    }

    private mutating func moveTarget(
        _ movement: Movement, labels: UnsafeMutableBufferPointer<Int32>, target: UnsafeMutableBufferPointer<Float>
    ) {
        switch loader.set.targets {
        case .labels: break
        case .regions:
            if movement.isFlipped { target[0].negate() }
            if movement.isFlippedVertically { target[1].negate() }
        case .pictures(let shape, _):
            var movement = movement
            // Only flips come here where the sizes differ.
            movement.size = shape.size
            scratch.withUnsafeMutableBufferPointer { scratch in
                let plain = UnsafeMutableBufferPointer(rebasing: scratch[..<target.count])
                _ = plain.update(from: target)
                movement.move(plain, into: target, planes: shape.channels)
            }
        case .masks:
            maskScratch = Array(labels)
            maskScratch.withUnsafeBufferPointer { plain in
                guard let from = plain.baseAddress, let to = labels.baseAddress else { return }
                movement.move(from, into: to, black: -1)
            }
        }
    }

    /// Contrast, brightness, noise and a square cut out, in this order.
    private func changeLight(_ samples: UnsafeMutableBufferPointer<Float>, _ chance: inout Chance) {
        let asked = loader.augmentation
        guard asked.contrast != 0 || asked.brightness != 0 || asked.noise != 0 || asked.cutout != 0 else { return }
        let factor = 1 + (asked.contrast == 0 ? 0 : chance.uniform(in: -asked.contrast...asked.contrast))
        let added = asked.brightness == 0 ? 0 : chance.uniform(in: -asked.brightness...asked.brightness)
        let mean = Float(samples.reduce(0.0) { $0 + Double($1) } / Double(max(samples.count, 1)))
        if factor != 1 || added != 0 {
            for i in samples.indices { samples[i] = (samples[i] - mean) * factor + mean + added }
        }
        if asked.noise != 0 {
            for i in samples.indices { samples[i] += asked.noise * chance.normal() }
        }
        // Levels end at black and at white; what floats mean, no one knows.
        if case .floats = loader.set.samples {
        } else {
            for i in samples.indices { samples[i] = min(max(samples[i], 0), 1) }
        }
        if asked.cutout > 0 { cutOut(asked.cutout, of: samples, value: mean + added, &chance) }
    }

    private func cutOut(
        _ side: Int, of samples: UnsafeMutableBufferPointer<Float>, value: Float, _ chance: inout Chance
    ) {
        let shape = loader.set.shape
        let (left, top) = (chance.below(shape.width) - side / 2, chance.below(shape.height) - side / 2)
        let columns = max(left, 0)..<min(max(left, 0) + side + min(left, 0), shape.width)
        let rows = max(top, 0)..<min(max(top, 0) + side + min(top, 0), shape.height)
        for c in 0..<shape.channels {
            for y in rows {
                for x in columns { samples[(c * shape.height + y) * shape.width + x] = value }
            }
        }
    }
}

extension Movement {
    /// All planes of a picture.
    fileprivate func move(
        _ picture: UnsafeMutableBufferPointer<Float>, into out: UnsafeMutableBufferPointer<Float>, planes: Int
    ) {
        guard let from = picture.baseAddress, let to = out.baseAddress else { return }
        let area = size.height * size.width
        for plane in 0..<planes { move(from + plane * area, into: to + plane * area) }
    }
}

extension Array where Element == Float {
    fileprivate mutating func grow(to count: Int) {
        if self.count < count { self = [Float](repeating: 0, count: count) }
    }
}

extension ExampleSet.Samples {
    /// Samples from `start` on, from 0 to 1, times `factor` and plus `offset`.
    func read(_ start: Int, into out: UnsafeMutableBufferPointer<Float>, factor: Float, offset: Float) {
        switch self {
        case .bytes(let samples): Self.convert(samples, start, out, factor / 255, offset)
        case .words(let samples): Self.convert(samples, start, out, factor / 65535, offset)
        case .floats(let samples):
            samples.withUnsafeBufferPointer { samples in
                for i in 0..<out.count { out[i] = samples[start + i] * factor + offset }
            }
        }
    }

    private static func convert<Level: FixedWidthInteger>(
        _ samples: [Level], _ start: Int, _ out: UnsafeMutableBufferPointer<Float>, _ factor: Float, _ offset: Float
    ) {
        samples.withUnsafeBufferPointer { samples in
            let own = UnsafeBufferPointer(rebasing: samples[start..<start + out.count])
            for i in 0..<out.count { out[i] = Float(UInt32(truncatingIfNeeded: own[i])) * factor + offset }
        }
    }
}
