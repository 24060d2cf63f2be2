import Pixels
import Steps

/// What a result costs that is not what was wanted, averaged over all that count.
public indirect enum Loss: Hashable, Sendable {
    /// For classes: −log of the probability that softmax gives the right one. `smoothing` of the certainty is spread
    /// over all classes.
    case crossEntropy(smoothing: Double)
    /// For pictures: squares, magnitudes, squares near 0 and magnitudes beyond `delta`.
    case meanSquare
    case meanMagnitude
    case huber(delta: Double)
    /// For pictures of shares, 0…1: cross-entropy of each sample's sigmoid, with which the program ends.
    case binaryCrossEntropy
    /// For classes, one of those for pictures: 1 is wanted of the right class and 0 of the others.
    case ofClasses(Loss)

    /// Whether it has the slope of softmax, or of sigmoid, and itself together.
    var hasSoftmax: Bool { if case .crossEntropy = self { true } else { false } }
    var hasSigmoid: Bool { self == .binaryCrossEntropy || self == .ofClasses(.binaryCrossEntropy) }

    public var isForClasses: Bool {
        switch self {
        case .crossEntropy, .ofClasses: true
        case .meanSquare, .meanMagnitude, .huber, .binaryCrossEntropy: false
        }
    }
}

/// What is wanted of the pictures of a batch.
public enum Wanted: Sendable {
    /// A class for each picture, or for each pixel of each, row by row; `none` does not count.
    case classes([Int32])
    case pictures(Planes)
    /// Of each region what it shows, and, n·4·1·1, what leads from it to the box of what it shows.
    case regions([Int32], Planes)

    /// The class of what does not count.
    public static let none: Int32 = -1
}

/// The sum of a loss over some pictures.
public struct LossSum: Hashable, Sendable {
    public var loss = 0.0
    /// What the loss is to be divided by.
    public var weight = 0.0
    /// How many counted, and how many of these were classified right.
    public var count = 0
    public var correct = 0
    /// What the loss would be if 0 were all that came out.
    public var idle = 0.0

    public init() {}

    static func += (sum: inout LossSum, other: LossSum) {
        sum.loss += other.loss
        sum.weight += other.weight
        sum.count += other.count
        sum.correct += other.correct
        sum.idle += other.idle
    }

    public var mean: Double { weight > 0 ? loss / weight : 0 }
    public var meanIdle: Double { weight > 0 ? idle / weight : 0 }
    public var accuracy: Double { count > 0 ? Double(correct) / Double(count) : 0 }
}

extension Loss {
    /// Adds up the loss of `output`, and puts the gradient of the sum into `gradient`. What both are to be divided by is
    /// the sum's `weight`.
    ///
    /// - Parameter classWeights: what an example of each class counts; empty where all count the same.
    func sum(
        _ output: Planes, _ wanted: Wanted, classWeights: [Double], gradient: inout Planes
    ) -> LossSum {
        switch (self, wanted) {
        case (.crossEntropy(let smoothing), .classes(let classes)):
            classSum(
                output, classes, classWeights, smoothing: smoothing, among: output.shape.channels, into: &gradient)
        case (.ofClasses(let cost), .classes(let classes)):
            shareSum(output, classes, classWeights, cost, into: &gradient)
        case (.crossEntropy(let smoothing), .regions(let choices, let offsets)):
            regionSum(output, choices, offsets, classWeights, smoothing: smoothing, into: &gradient)
        case (_, .pictures(let pictures)):
            pictureSum(output, pictures, into: &gradient)
        case (_, .classes), (_, .regions):
            preconditionFailure("\(self) is not for classes")
        }
    }

    /// What a region shows among all choices, and for those that show something how far the offsets of their class are off:
    /// squares near 0, magnitudes beyond 1 (Fast R-CNN's sum of both).
    private func regionSum(
        _ output: Planes, _ choices: [Int32], _ offsets: Planes, _ classWeights: [Double], smoothing: Double,
        into gradient: inout Planes
    ) -> LossSum {
        let channels = output.shape.channels
        let classes = DetectStep.classes(ofChannels: channels)
        for index in gradient.samples.indices { gradient.samples[index] = 0 }
        var sum = classSum(
            output, choices, classWeights, smoothing: smoothing, among: classes + 1, into: &gradient)
        for (n, choice) in choices.enumerated() where choice >= 0 && choice < classes {
            let own = classWeights.isEmpty ? 1 : classWeights[Int(choice)]
            for place in 0..<BoxOffsets.count {
                let channel = n * channels + DetectStep.channel(ofOffset: place, of: Int(choice), among: classes)
                let (loss, slope) = Loss.huber(delta: 1).cost(
                    Double(output.samples[channel]), Double(offsets.samples[n * BoxOffsets.count + place]))
                sum.loss += own * loss
                gradient.samples[channel] = Float(own * slope)
            }
        }
        return sum
    }

    // d/dz of −Σ t·log softmax(z) = softmax(z) − t, with t = (1 − s)·[right] + s/C
    // The first `count` channels are the classes.
    private func classSum(
        _ output: Planes, _ classes: [Int32], _ classWeights: [Double], smoothing: Double, among count: Int,
        into gradient: inout Planes
    ) -> LossSum {
        let shape = output.shape
        let pixels = shape.height * shape.width
        let spread = smoothing / Double(count)
        var sum = LossSum()
        gradient.samples.withUnsafeMutableBufferPointer { slopes in
            output.samples.withUnsafeBufferPointer { values in
                for n in 0..<shape.count {
                    for pixel in 0..<pixels {
                        let first = n * shape.channels * pixels + pixel
                        let right = classes[n * pixels + pixel]
                        guard right != Wanted.none else {
                            for c in 0..<count { slopes[first + c * pixels] = 0 }
                            continue
                        }
                        var (largest, best) = (-Float.infinity, 0)
                        for c in 0..<count where values[first + c * pixels] > largest {
                            (largest, best) = (values[first + c * pixels], c)
                        }
                        var total: Float = 0
                        var logits = 0.0
                        for c in 0..<count {
                            let z = values[first + c * pixels] - largest
                            let power = exponential(z)
                            slopes[first + c * pixels] = power
                            total += power
                            logits += Double(z)
                        }
                        let own = classWeights.isEmpty ? 1 : classWeights[Int(right)]
                        let logTotal = logarithm(Double(total))
                        let z = Double(values[first + Int(right) * pixels] - largest)
                        sum.loss +=
                            own * ((1 - smoothing) * (logTotal - z) + spread * (Double(count) * logTotal - logits))
                        sum.weight += own
                        sum.count += 1
                        sum.correct += best == Int(right) ? 1 : 0
                        let factor = Float(own)
                        for c in 0..<count {
                            let target = Float(spread) + (c == Int(right) ? Float(1 - smoothing) : 0)
                            slopes[first + c * pixels] = factor * (slopes[first + c * pixels] / total - target)
                        }
                    }
                }
            }
        }
        return sum
    }

    private func shareSum(
        _ output: Planes, _ classes: [Int32], _ classWeights: [Double], _ cost: Loss, into gradient: inout Planes
    ) -> LossSum {
        let (channels, pixels) = (output.shape.channels, output.shape.height * output.shape.width)
        var sum = LossSum()
        for (place, right) in classes.enumerated() {
            let first = place / pixels * channels * pixels + place % pixels
            let counts = right != Wanted.none
            let own = counts && !classWeights.isEmpty ? classWeights[Int(right)] : 1
            var best = 0
            for c in 0..<channels {
                let index = first + c * pixels
                let value = output.samples[index]
                if value > output.samples[first + best * pixels] { best = c }
                let (loss, slope) = cost.cost(Double(value), c == Int(right) ? 1 : 0)
                sum.loss += counts ? own * loss / Double(channels) : 0
                gradient.samples[index] = counts ? Float(own * slope / Double(channels)) : 0
            }
            guard counts else { continue }
            sum.weight += own
            sum.count += 1
            sum.correct += best == Int(right) ? 1 : 0
        }
        return sum
    }

    private func pictureSum(
        _ output: Planes, _ wanted: Planes, into gradient: inout Planes
    ) -> LossSum {
        var sum = LossSum()
        gradient.samples.withUnsafeMutableBufferPointer { slopes in
            output.samples.withUnsafeBufferPointer { values in
                wanted.samples.withUnsafeBufferPointer { targets in
                    for index in values.indices {
                        // What is no number was not wanted.
                        if targets[index].isNaN {
                            slopes[index] = 0
                            continue
                        }
                        sum.count += 1
                        let (loss, slope) = cost(Double(values[index]), Double(targets[index]))
                        sum.loss += loss
                        sum.idle += cost(0, Double(targets[index])).0
                        slopes[index] = Float(slope)
                    }
                }
            }
        }
        sum.weight = Double(sum.count)
        return sum
    }

    /// Of one sample: the loss and its slope.
    private func cost(_ value: Double, _ wanted: Double) -> (Double, Double) {
        let difference = value - wanted
        switch self {
        case .meanSquare, .crossEntropy, .ofClasses:
            return (difference * difference, 2 * difference)
        case .meanMagnitude:
            return (abs(difference), difference > 0 ? 1 : difference < 0 ? -1 : 0)
        case .huber(let delta):
            if abs(difference) <= delta { return (difference * difference / 2, difference) }
            return (delta * (abs(difference) - delta / 2), difference > 0 ? delta : -delta)
        case .binaryCrossEntropy:
            // log(1 + e^−|v|) does not overflow.
            let tail = logarithm(1 + exponential(-abs(value)))
            let probability = value >= 0 ? 1 / (1 + exponential(-value)) : 1 - 1 / (1 + exponential(value))
            return (max(value, 0) - value * wanted + tail, probability - wanted)
        }
    }
}
