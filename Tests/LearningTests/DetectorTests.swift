import Codecs
import Convolution
import Foundation
import Learning
import Pixels
import Programs
import Steps
import Testing

/// Regions as examples, what they cost, and what a detector makes of what a net says of them.
struct DetectorTests {
    private func network(_ program: String, classes: Int = 2, shape: Shape) throws -> Network {
        let graph = try Catalogue().graph(for: SourceText(text: program), numbers: ["classes": Double(classes)])
        return try Network(graph, input: shape, seed: 4)
    }

    // MARK: Examples

    /// Pictures of 40x30 with a light square each, and a list of them.
    private func folder(_ count: Int) throws -> ExampleFolder {
        let folder = ExampleFolder()
        var list = "path,class,x,y,width,height\n"
        for index in 0..<count {
            let (left, top, side) = (3 + index * 5 % 20, 2 + index * 3 % 12, 8 + index % 5)
            var samples = [UInt8](repeating: 60, count: 40 * 30)
            for y in top..<top + side {
                for x in left..<left + side { samples[y * 40 + x] = 200 }
            }
            try folder.picture("p\(index).png", samples, size: Size(width: 40, height: 30))
            list += "p\(index).png,\(index % 3 == 0 ? "b" : "a"),\(left),\(top),\(side),\(side)\n"
        }
        try folder.write("boxes.csv", text: list)
        return folder
    }

    private func examples(_ folder: ExampleFolder, threads: Int = 1, seed: UInt64 = 1) throws -> DataSets {
        let graph = try Catalogue().graph(
            for: SourceText(text: "regions 30 | input 8x8x1 fit=stretch | detect classes"), numbers: ["classes": 2])
        var options = DataOptions(machine: Machine(threads: threads))
        options.detector = try DetectorProgram(graph)
        options.seed = seed
        return try DataSets(path: folder.path, options: options)
    }

    @Test func `regions that show a thing know how far its box is, and those that do not show nothing`() throws {
        let set = try examples(folder(6)).training
        guard case .regions(let targets) = set.targets, case .bytes(let samples) = set.samples else {
            Issue.record("no regions of 8 bits")
            return
        }
        #expect(set.classes == ["a", "b"] && targets.count == set.count && samples.count == set.count * 64)
        #expect(targets.allSatisfy { ($0.choice == 2) == ($0.offsets == nil) })
        #expect(
            targets.contains { $0.choice == 0 } && targets.contains { $0.choice == 1 }
                && targets.contains { $0.choice == 2 })
        // Each picture's first region is its thing's own box; with a fifth more on each side the square fills 5/7.
        for index in Set(set.names).compactMap({ set.names.firstIndex(of: $0) }) {
            #expect(targets[index].offsets == BoxOffsets(x: 0, y: 0, width: 0, height: 0))
            #expect(samples[index * 64 + 3 * 8 + 3] == 200)
        }
    }

    @Test func `regions are kept as deep as the deepest picture is`() throws {
        let folder = try folder(1)
        let deep = (0..<40 * 30).flatMap { [UInt8](arrayLiteral: 0x39, UInt8($0 % 200)) }
        try folder.picture("q.png", deep, size: Size(width: 40, height: 30), depth: .uint16)
        try folder.write("boxes.csv", text: "q.png,a,4,4,20,20\np0.png,a,3,2,8,8\n")
        guard case .words(let samples) = try examples(folder).training.samples else {
            Issue.record("not 16 bits deep")
            return
        }
        #expect(samples.contains { $0 % 257 != 0 })
    }

    @Test func `what lies in a crowd is not learned to be nothing`() throws {
        let folder = try folder(1)
        func coco(_ crowd: Int) -> String {
            """
            {"images": [{"id": 1, "file_name": "p0.png"}], "categories": [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}],
             "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [30, 0, 9, 9]},
                             {"id": 2, "image_id": 1, "category_id": 2, "bbox": [0, 0, 26, 30], "iscrowd": \(crowd)}]}
            """
        }
        var empty: [Int] = []
        for crowd in [0, 1] {
            try folder.write("annotations.json", text: coco(crowd))
            try? FileManager.default.removeItem(atPath: folder.path("boxes.csv"))
            guard case .regions(let targets) = try examples(folder).training.targets else {
                Issue.record("no regions")
                return
            }
            empty.append(targets.count { $0.choice == 2 })
        }
        #expect(empty[1] < empty[0])
    }

    @Test func `the same seed makes the same regions with any threads, another seed others`() throws {
        let folder = try folder(5)
        func bytes(_ sets: DataSets) -> [UInt8] { if case .bytes(let own) = sets.training.samples { own } else { [] } }
        let one = try bytes(examples(folder))
        #expect(try bytes(examples(folder, threads: 3)) == one)
        #expect(try bytes(examples(folder, seed: 2)) != one)
    }

    @Test func `what is set aside are whole pictures`() throws {
        let set = try examples(folder(10)).training
        let (own, aside) = try set.split(validation: 0.3, seed: 3)
        let (ownNames, asideNames) = (Set(own.map { set.names[$0] }), Set(aside.map { set.names[$0] }))
        #expect(ownNames.count == 7 && asideNames.count == 3 && ownNames.isDisjoint(with: asideNames))
        #expect(own.count + aside.count == set.count)
        #expect(set.memberCount == 10)
        let one = try examples(folder(1)).training
        #expect(one.memberCount == 1 && one.count > 5)
        #expect(throws: DataError.tooFewToSplit(count: 1, share: 0.3)) { try one.split(validation: 0.3, seed: 3) }
    }

    @Test func `a mirrored region's offset is mirrored, and regions are not moved`() throws {
        let offsets = BoxOffsets(x: 3, y: -2, width: 1, height: 4)
        let set = ExampleSet(
            shape: Shape(count: 1, channels: 1, height: 1, width: 2), samples: .bytes([0, 255]),
            targets: .regions([ExampleSet.RegionTarget(choice: 0, offsets: offsets)]), classes: ["a"], names: ["p"])
        let batches = try ExampleBatches(set, augmentation: Augmentation("flip flip-vertical"), seed: 9)
        var seen: Set<[Float]> = []
        for pass in 0..<40 {
            var planes = Planes(shape: set.shape)
            guard case .regions(let choices, let targets) = batches.load([0], pass: pass, into: &planes) else {
                Issue.record("no regions")
                return
            }
            let numbers = (0..<4).map { targets[n: 0, c: $0, y: 0, x: 0] }
            #expect(choices == [0] && Array(numbers[2...]) == [1, 4] && abs(numbers[1]) == 2)
            #expect(numbers[0] == (planes[c: 0, y: 0, x: 0] == 0 ? 3 : -3))
            seen.insert(numbers)
        }
        #expect(seen.count == 4)
        #expect(throws: AugmentationError.regions) { try ExampleBatches(set, augmentation: Augmentation("shift=1")) }
    }

    // MARK: The loss

    /// Four regions of two pixels, of three classes and of nothing.
    private struct Regions: BatchSource {
        let count = 4
        let shape = Shape(channels: 1, height: 1, width: 2)

        func load(_ pictures: ArraySlice<Int>, pass: Int?, into planes: inout Planes) -> Wanted {
            var offsets = Planes(shape: Shape(count: pictures.count, channels: 4, height: 1, width: 1))
            for (n, picture) in pictures.enumerated() {
                for x in 0..<2 { planes[n: n, c: 0, y: 0, x: x] = Float(picture + 2 * x) / 4 - 0.4 }
                for c in 0..<4 { offsets[n: n, c: c, y: 0, x: 0] = Float((picture * 5 + c * 3) % 7) / 2 - 1 }
            }
            return .regions(pictures.map { Int32($0 == 3 ? 3 : $0) }, offsets)
        }
    }

    @Test(arguments: [0, 0.2]) func `the gradient of classes and boxes is the slope of their loss`(smoothing: Double)
        throws
    {
        let loss = Loss.crossEntropy(smoothing: smoothing)
        var network = try network("regions 3 | input 2x1x1 | detect 3", shape: Regions().shape)
        #expect(network.output.channels == 16 && network.choices == 4)
        let learner = try Learner(
            network, optimiser: Optimiser(.sgd(momentum: 0, isNesterov: false), weightDecay: 0), loss: loss,
            machine: Machine(threads: 1))
        let sum = try learner.step(Regions(), [0, 1, 2, 3], pass: 0, rate: 1, seed: 1)
        #expect(sum.weight == 4 && sum.count == 4)
        func mean(_ network: Network) throws -> Double {
            try Evaluator(network, loss: loss, machine: Machine(threads: 1)).evaluate(network, on: Regions()).sum.mean
        }
        #expect(try abs(mean(network) - sum.mean) < 1e-6)
        for weight in network.weights {
            let (before, after) = (network.value(of: weight), learner.network.value(of: weight))
            for index in 0..<(weight.parameter.shape.sampleCount ?? 0) {
                let (o, x) = weight.parameter.shape.count > 1 ? (index / 2, index % 2) : (0, 0)
                let c = weight.parameter.shape.count > 1 ? 0 : index
                let slope = before[n: o, c: c, y: 0, x: x] - after[n: o, c: c, y: 0, x: x]
                let width: Float = 1e-2
                var losses: [Double] = []
                for side in [Float(1), -1] {
                    var moved = before
                    moved[n: o, c: c, y: 0, x: x] += side * width
                    network.set(weight, to: moved)
                    losses.append(try mean(network))
                }
                network.set(weight, to: before)
                let measured = Float((losses[0] - losses[1]) / (2 * Double(width)))
                // The kinks of huber lie here and there within the step.
                #expect(abs(measured - slope) < 4e-3, "\(weight.name) \(index): \(slope), measured \(measured)")
            }
        }
    }

    // MARK: Finding

    /// Finds what is light: the class says how light the region is in the middle, and offsets are as told.
    private func lightFinder(offset: Float = 0, maxMemory: Int = 1 << 30) throws -> Detector {
        var network = try network(
            "regions 60 context=0 | input 3x3x1 fit=stretch | detect 1", shape: Shape(channels: 1, height: 3, width: 3))
        for weight in network.weights {
            var values = Planes(shape: weight.parameter.shape)
            if weight.name == "detect1.weight" {
                // Light all over, and the more sure the lighter.
                for y in 0..<3 { for x in 0..<3 { values[n: 0, c: 0, y: y, x: x] = 20 } }
            } else {
                values[c: 0, y: 0, x: 0] = -20 * 9 * 0.75
                values[c: 2, y: 0, x: 0] = offset
            }
            network.set(weight, to: values)
        }
        return try #require(try Detector(network, maxMemory: maxMemory, threads: 2))
    }

    private func scene(_ boxes: [Box], channels: Channels = .gray) -> Raster {
        let size = Size(width: 60, height: 50)
        var bytes = [UInt8](repeating: 40, count: size.width * size.height * channels.count)
        for box in boxes {
            for y in Int(box.top)..<Int(box.bottom) {
                for x in Int(box.left)..<Int(box.right) {
                    for c in 0..<channels.count { bytes[(y * size.width + x) * channels.count + c] = 230 }
                }
            }
        }
        return Raster(header: PictureHeader(size: size, channels: channels, depth: .uint8), bytes: bytes)
    }

    @Test(arguments: [Channels.gray, .rgb, .rgba, .grayAlpha])
    func `each light rectangle is found once, at its place`(channels: Channels) throws {
        let boxes = [
            Box(left: 5, top: 6, width: 14, height: 12), Box(left: 30, top: 20, width: 20, height: 24),
            Box(left: 40, top: 2, width: 9, height: 9),
        ]
        let found = try lightFinder().find(in: scene(boxes, channels: channels))
        #expect(found.things.count == 3 && found.regions.count <= 60)
        for box in boxes {
            #expect(found.things.contains { $0.box.overlap(with: box) > 0.75 && $0.label == 0 && $0.probability > 0.9 })
        }
        #expect(try lightFinder().find(in: scene([])).things.isEmpty)
    }

    @Test func `what nothing shows is not found`() throws {
        let boxes = [
            Box(left: 5, top: 6, width: 14, height: 12), Box(left: 30, top: 20, width: 20, height: 24),
        ]
        var picture = scene(boxes, channels: .rgba)
        for pixel in 0..<60 * 50 { picture.bytes[4 * pixel + 3] = pixel % 60 < 25 ? 255 : 0 }
        let found = try lightFinder().find(in: picture)
        #expect(found.things.count == 1 && found.things[0].box.overlap(with: boxes[0]) > 0.75)
    }

    @Test func `with little memory fewer regions are asked about together, which changes nothing`() throws {
        let picture = scene([
            Box(left: 5, top: 6, width: 14, height: 12), Box(left: 30, top: 20, width: 20, height: 24),
        ])
        let things = try lightFinder().find(in: picture).things
        // A region takes 9 samples twice and 6 more.
        for most in [1, 200, 400, 900] { #expect(try lightFinder(maxMemory: most).find(in: picture).things == things) }
    }

    @Test func `boxes follow their offsets and end with the picture`() throws {
        let box = Box(left: 20, top: 20, width: 10, height: 10)
        let plain = try #require(lightFinder().find(in: scene([box])).things.first?.box)
        let moved = try #require(lightFinder(offset: 5).find(in: scene([box])).things.first?.box)
        #expect(abs(moved.left - plain.left - plain.width / 2) < 1e-4 && moved.top == plain.top)
        let outside = try lightFinder(offset: 1000).find(in: scene([box])).things
        #expect(outside.isEmpty)
    }

    @Test func `a program that is half a detector is told what it lacks`() throws {
        for (program, part) in [
            ("input 3x3x1 | detect 2", "begins with 'regions 200 | input 32x32x3"),
            ("regions 5 | conv 2 3x3 | detect 2", "begins with"),
            ("regions 5 | input 3x3x1 | dense 2", "ends in 'detect classes'"),
            ("gaussian 1 | regions 5 | input 3x3x1 | detect 2", "begins with"),
            ("regions 5 | input 3x3x1 | detect 2 | softmax", "ends in 'detect classes'"),
        ] {
            let graph = try Catalogue().graph(for: SourceText(text: program))
            let error = #expect(throws: ProgramError.self) { try DetectorProgram(graph) }
            #expect(error?.description.contains(part) ?? false, "\(program): \(error?.description ?? "")")
        }
        let other = try Catalogue().graph(for: SourceText(text: "conv 2 3x3 | dense 4"))
        #expect(try DetectorProgram(other) == nil)
    }
}
