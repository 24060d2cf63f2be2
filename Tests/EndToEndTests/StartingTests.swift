import Foundation
import Testing

/// Where the weights of a training come from, and what a finished one is good for.
struct StartingTests {
    private let net = "input 32x32x1 | conv 4 5x5 stride=4 | relu | flatten | dense classes"

    private func train(_ kern: Kern, _ program: String, _ name: String, _ options: String) throws -> Kern.Outcome {
        try kern.shell("kern train '\(program)' --data \(Pictures.samples)/shapes -o \(name).safetensors \(options)")
    }

    /// The floats of a tensor, and its dimensions.
    private func tensor(_ name: String, in file: Data) throws -> [Float] {
        let count = Int(file.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
        let header = try JSONSerialization.jsonObject(with: file.dropFirst(8).prefix(count)) as? [String: Any]
        let entry = try #require(header?[name] as? [String: Any])
        let offsets = try #require(entry["data_offsets"] as? [Int])
        let bytes = Data(file.dropFirst(8 + count + offsets[0]).prefix(offsets[1] - offsets[0]))
        return stride(from: 0, to: bytes.count, by: 4).map { place in
            Float(bitPattern: bytes[place..<place + 4].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) })
        }
    }

    /// A safetensors file as another program writes it.
    private func file(_ tensors: [(name: String, shape: [Int], values: [Float])]) throws -> Data {
        var (header, values) = ([String: Any](), Data())
        for tensor in tensors {
            let start = values.count
            for value in tensor.values { withUnsafeBytes(of: value.bitPattern.littleEndian) { values += Data($0) } }
            header[tensor.name] = ["dtype": "F32", "shape": tensor.shape, "data_offsets": [start, values.count]]
        }
        let text = try JSONSerialization.data(withJSONObject: header)
        return withUnsafeBytes(of: UInt64(text.count).littleEndian) { Data($0) } + text + values
    }

    @Test func `what zscore needs is measured where the start does not have it, and taken where it does`() throws {
        let kern = try Kern()
        let scaled = net.replacingOccurrences(of: "x1 |", with: "x1 | zscore |")
        #expect(try train(kern, net, "a", "--epochs 1 --quiet").status == 0)
        #expect(try train(kern, scaled, "whole", "--epochs 1 --quiet").status == 0)
        let begun = try train(kern, scaled, "b", "--epochs 1 --from a.safetensors")
        #expect(
            begun.said.contains(
                "4 of 6 weights come from a.safetensors; these are measured: zscore1.mean, zscore1.dev"),
            "\(begun.said)")
        for name in ["zscore1.mean", "zscore1.deviation"] {
            let measured = try tensor(name, in: kern.read("whole.safetensors"))
            #expect(try tensor(name, in: kern.read("b.safetensors")) == measured && measured != [0] && measured != [1])
        }
        // Half of the pictures have another mean; what was taken stays.
        try kern.write(file([("zscore1.mean", [1], [0.25]), ("zscore1.deviation", [1], [2])]), "z.safetensors")
        #expect(try train(kern, scaled, "c", "--epochs 1 --from z.safetensors --quiet").status == 0)
        #expect(try tensor("zscore1.mean", in: kern.read("c.safetensors")) == [0.25])
        #expect(try tensor("zscore1.deviation", in: kern.read("c.safetensors")) == [2])
    }

    @Test func `zscore behind a step that changes the pictures is refused, not left out`() throws {
        let kern = try Kern()
        for program in [
            "input 32x32x3 | gray | zscore | globalavg | dense classes",
            "input 32x32x1 | zscore | sobel | zscore | globalavg | dense classes",
        ] {
            let outcome = try train(kern, program, "z", "--epochs 1")
            #expect(outcome.status == 2, "\(outcome.said)")
            #expect(outcome.said.contains("a step before it makes other numbers"), "\(outcome.said)")
        }
        let cropped = "input 32x32x1 | crop 28x28 | zscore | globalavg | dense classes"
        #expect(try train(kern, cropped, "c", "--epochs 1 --quiet").status == 0)
        #expect(try tensor("zscore1.deviation", in: kern.read("c.safetensors")) != [1])
    }

    @Test func `another program's weights become a model without a step`() throws {
        let kern = try Kern()
        func ramp(_ count: Int) -> [Float] { (0..<count).map { Float($0 % 17) / 17 - 0.5 } }
        // As PyTorch has a convolution and a Linear behind Flatten, and what its batches counted.
        try kern.write(
            file([
                ("conv1.weight", [4, 1, 5, 5], ramp(100)), ("conv1.bias", [4], ramp(4)),
                ("dense1.weight", [4, 256], ramp(1024)), ("dense1.bias", [4], ramp(4)), ("other", [], [3]),
            ]), "t.safetensors")
        let made = try train(kern, net, "m", "--epochs 0 --from t.safetensors")
        #expect(made.status == 0 && made.printed.contains("of 80 test examples right"), "\(made.said)")
        let model = try kern.read("m.safetensors")
        #expect(try tensor("conv1.weight", in: model) == ramp(100) && tensor("dense1.weight", in: model) == ramp(1024))
        #expect(try kern.shell("kern eval m.safetensors --data \(Pictures.samples)/shapes").status == 0)
        // The same again from the model, and nothing from nothing.
        #expect(try train(kern, "m.safetensors", "n", "--epochs 0 --from t.safetensors").status == 0)
        #expect(try tensor("conv1.weight", in: kern.read("n.safetensors")) == ramp(100))
        let nothing = try train(kern, net, "o", "--epochs 0")
        #expect(nothing.status == 2 && nothing.said.contains("--epochs 0 learns nothing"), "\(nothing.said)")
    }

    @Test func `weights that cannot be a start are refused by what they are called`() throws {
        let kern = try Kern()
        try kern.write(file([("features.0.weight", [4, 1, 5, 5], [Float](repeating: 0, count: 100))]), "t.safetensors")
        let other = try train(kern, net, "m", "--from t.safetensors")
        #expect(
            other.status == 1
                && other.said.contains("it holds features.0.weight, and the program asks for conv1.weight, conv1.bias"),
            "\(other.said)")
        let alone = try kern.run("predict", "t.safetensors", "\(Pictures.samples)/harbour.png")
        #expect(
            alone.said.contains("'kern train PROGRAM --data DIR --from t.safetensors' starts from"), "\(alone.said)")
        // As many numbers in another arrangement are other weights.
        try kern.write(file([("conv1.weight", [4, 25], [Float](repeating: 0, count: 100))]), "t.safetensors")
        #expect(
            try train(kern, net, "m", "--from t.safetensors").said.contains("none of its weights has a name and size"))
        try kern.write(file([("conv1.bias", [4], [0, .nan, 0, 0])]), "t.safetensors")
        #expect(
            try train(kern, net, "m", "--from t.safetensors").said.contains("'conv1.bias' are some that are no finite"))
    }

    @Test func `a model without its input says that it is missing`() throws {
        let kern = try Kern()
        #expect(try train(kern, net, "m", "--epochs 1 --quiet").status == 0)
        var bytes = try kern.read("m.safetensors")
        let place = try #require(bytes.range(of: Data("kern.input".utf8)))
        bytes.replaceSubrange(place, with: Data("kern.inpux".utf8))
        try kern.write(bytes, "x.safetensors")
        let outcome = try kern.run("predict", "x.safetensors", "\(Pictures.samples)/harbour.png")
        #expect(outcome.said.contains("damaged: its note 'kern.input' is missing"), "\(outcome.said)")
    }

    @Test func `what is stopped in its first epoch says so and leaves nothing`() throws {
        let kern = try Kern()
        for (options, says) in [
            ("", "kern train: stopped; nothing is kept, as there was no checkpoint yet"),
            ("--no-checkpoint", "kern train: stopped; nothing is kept, as --no-checkpoint asks for none"),
            ("--quiet", ""),
        ] {
            let wait =
                options == "--quiet" ? "sleep 1" : "while ! grep -q weights said; do sleep 0.01; done; sleep 0.3"
            let stopped = try kern.shell(
                "'\(Kern.binary)' train 'conv 128 7x7 | relu | conv 128 7x7 | relu | globalmax | dense classes' "
                    + "--data \(Pictures.samples)/shapes -o i.safetensors --log i.csv \(options) >/dev/null 2>said & \(wait); "
                    + "kill -TERM $!; wait $!; echo $?; grep stopped said; ls i.* 2>/dev/null; true")
            #expect(stopped.printed == "143\n\(says)\(says.isEmpty ? "" : "\n")", "\(options)")
        }
        // What is there is told before anything is read.
        try kern.write(Data(), "l.csv")
        let log = try kern.shell("kern train '\(net)' --data nowhere -o i.safetensors --log l.csv")
        #expect(log.status == 2 && log.said == "kern train: 'l.csv' exists; --force replaces it\n", "\(log.said)")
    }

    @Test func `a training that is finished tells how it goes on`() throws {
        let kern = try Kern()
        #expect(try train(kern, net, "m", "--epochs 1 --quiet").status == 0)
        let finished = try train(kern, net, "m", "--epochs 8 --resume")
        #expect(
            finished.status == 1
                && finished.said.contains(
                    "that of m.safetensors is finished; 'kern train m.safetensors …' with another -o"),
            "\(finished.said)")
        #expect(try train(kern, net, "n", "--resume").said.contains("n.safetensors.checkpoint cannot be read"))
        let killed = try kern.shell(
            "'\(Kern.binary)' train '\(net)' --data \(Pictures.samples)/shapes -o k.safetensors --quiet --epochs 90000 & "
                + "while [ ! -e k.safetensors.checkpoint ]; do sleep 0.01; done; kill -9 $!; wait $! 2>/dev/null; true")
        #expect(killed.status == 0)
        let more = try train(kern, net, "k", "--epochs 12 --resume")
        #expect(
            more.said.contains("here it is 12)") && more.said.contains("'kern train k.safetensors …'"), "\(more.said)")
    }

    @Test func `a share next to an end is one`() throws {
        let kern = try Kern()
        for share in ["0.99999999999", "1e-300"] {
            #expect(try train(kern, net, "m", "--epochs 1 --quiet --force --val \(share)").status == 0, "\(share)")
        }
    }

    @Test func `masks are learned in small steps, and a softmax before the last is told of`() throws {
        let kern = try Kern()
        let made = try kern.shell(
            "mkdir -p d/images d/masks && for i in 1 2 3 4 5 6 7 8 9; do kern apply \"gray | crop 16x16 at=$((20*i)),$((9*i))\" "
                + "\(Pictures.samples)/harbour.png -o d/images/$i.png && kern apply 'threshold 0.5' d/images/$i.png -o d/masks/$i.png "
                + "|| exit 1; done; kern train 'conv classes 1' --data d -o a.safetensors --quiet --epochs 2 && "
                + "kern train 'conv classes 1' --data d -o b.safetensors --quiet --epochs 2 --batch 8 && "
                + "cmp a.safetensors b.safetensors && kern train 'conv classes 1' --data d -o c.safetensors --json | grep -o '\"epoch\":' | wc -l"
        )
        #expect(made.status == 0 && made.printed.hasSuffix("500\n"), "\(made.printed)\(made.said)")
        for (end, says) in [("softmax | relu", "'softmax' in front of 'relu'"), ("softmax", nil), ("relu", nil)] {
            let ran = try train(kern, "\(net) | \(end)", "s", "--epochs 1 --force")
            #expect(ran.status == 0 && ran.said.contains("these are shares already") == (says != nil), "\(ran.said)")
            #expect(says.map { ran.said.contains($0) } ?? true, "\(ran.said)")
        }
    }
}
