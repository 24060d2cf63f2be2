import Codecs
import Foundation
import Pixels
import Testing

/// `kern train --data`, `eval` and `predict`, from file to file.
struct NetTests {
    private let net = "input 16x16x1 | zscore | conv 4 5x5 stride=2 | batchnorm | relu | dropout 0.1 | dense classes"

    private func trained(
        _ kern: Kern, _ name: String, _ options: String, seed: Int = 3
    ) throws -> Kern.Outcome {
        try kern.shell(
            "kern train '\(net)' --data \(Pictures.samples)/shapes -o \(name) --batch 32 --seed \(seed) --quiet \(options)"
        )
    }

    @Test func `the same seed gives the same model for any number of threads, and another seed another`() throws {
        let kern = try Kern()
        for (name, threads, seed) in [("a", 1, 3), ("b", 3, 3), ("c", 1, 4)] {
            let outcome = try trained(
                kern, "\(name).safetensors", "--epochs 2 --augment flip --threads \(threads)", seed: seed)
            #expect(outcome.status == 0, "\(outcome.said)")
        }
        let (a, b, c) = (
            try kern.read("a.safetensors"), try kern.read("b.safetensors"), try kern.read("c.safetensors")
        )
        #expect(a == b)
        #expect(a != c)
    }

    @Test func `a training that was killed goes on as if it had not been`() throws {
        let kern = try Kern()
        #expect(try trained(kern, "whole.safetensors", "--epochs 12").status == 0)
        let killed = try kern.shell(
            "'\(Kern.binary)' train '\(net)' --data \(Pictures.samples)/shapes -o cut.safetensors --batch 32 --seed 3 --quiet --epochs 12 & "
                + "while [ ! -e cut.safetensors.checkpoint ]; do sleep 0.01; done; kill -9 $!; wait $! 2>/dev/null; true"
        )
        #expect(killed.status == 0)
        // On a fast machine it may have been done before it was killed.
        if try kern.shell("test -e cut.safetensors").status != 0 {
            #expect(try trained(kern, "cut.safetensors", "--epochs 12 --resume").status == 0)
        }
        #expect(try kern.read("cut.safetensors") == kern.read("whole.safetensors"))
        #expect(try kern.shell("test -e cut.safetensors.checkpoint").status == 1)
    }

    @Test func `a training that is interrupted says how it goes on`() throws {
        let kern = try Kern()
        for (quiet, says) in [
            ("", "kern train: stopped; the same command with --resume goes on from i.safetensors.checkpoint\n"),
            ("--quiet", ""),
        ] {
            let outcome = try kern.shell(
                "rm -f i.* first; '\(Kern.binary)' train '\(net)' --data \(Pictures.samples)/shapes -o i.safetensors --epochs 9000 \(quiet) "
                    + ">/dev/null 2>said & while [ ! -e i.safetensors.checkpoint ]; do sleep 0.01; done; cp -p i.safetensors.checkpoint first; "
                    // Once the second is there, all is done that belongs to the first.
                    + "while [ ! i.safetensors.checkpoint -nt first ]; do sleep 0.01; done; kill -TERM $!; wait $!; "
                    + "echo $?; tail -1 said")
            #expect(outcome.printed == "143\n\(says)", "\(outcome.said)")
        }
    }

    @Test func `a checkpoint of another training is refused by name`() throws {
        let kern = try Kern()
        #expect(try trained(kern, "m.safetensors", "--epochs 1").status == 0)
        try kern.write(kern.read("m.safetensors"), "n.safetensors.checkpoint")
        let model = try trained(kern, "n.safetensors", "--epochs 1 --resume")
        #expect(model.status == 1)
        #expect(model.said.contains("n.safetensors.checkpoint: holds no training to go on with"))
        try kern.write(kern.read("m.safetensors").dropLast(5), "n.safetensors.checkpoint")
        #expect(try trained(kern, "n.safetensors", "--epochs 1 --resume").status == 1)
        let killed = try kern.shell(
            "'\(Kern.binary)' train '\(net)' --data \(Pictures.samples)/shapes -o k.safetensors --batch 32 --seed 3 --quiet --epochs 900 & "
                + "while [ ! -e k.safetensors.checkpoint ]; do sleep 0.01; done; kill -9 $!; wait $! 2>/dev/null; true"
        )
        #expect(killed.status == 0)
        let other = try trained(kern, "k.safetensors", "--epochs 901 --balance --resume")
        #expect(
            other.said.contains(
                "(its --epochs is 900, here it is 901; its --balance is not given, here it is on); give the same options"
            ),
            "\(other.said)")
    }

    @Test func `masks of two numbers far apart are no two hundred classes`() throws {
        let kern = try Kern()
        let made = try kern.shell(
            "mkdir -p d/images d/masks && cd d && kern apply 'gray | resize 40x30' \(Pictures.samples)/harbour.png "
                + "-o images/a.png && kern apply 'threshold 0.5 | scale 0.7843' images/a.png -o masks/a.png")
        #expect(made.status == 0, "\(made.said)")
        let ran = try kern.run("train", "conv classes 3x3", "--data", "d", "-o", "m.safetensors")
        #expect(
            ran.status == 1 && ran.said.contains("its masks use the numbers 0, 200, which would make 201 classes"),
            "\(ran.said)")
    }

    @Test func `masks of several sizes are told what can be done`() throws {
        let kern = try Kern()
        let made = try kern.shell(
            "mkdir -p d/images d/masks && for s in 40x30 31x50; do kern apply \"gray | resize $s\" \(Pictures.samples)/harbour.png -o d/images/$s.png && "
                + "kern apply 'threshold 0.5' d/images/$s.png -o d/masks/$s.png || exit 1; done")
        #expect(made.status == 0, "\(made.said)")
        let trained = try kern.shell("kern train 'input 30x30x1 | conv classes 1' --data d -o s.safetensors")
        #expect(trained.status == 1 && trained.said.contains("'kern apply \"crop 31x30\"' does"), "\(trained.said)")
    }

    @Test func `all of the data is all of it, and a net of windows is measured on pictures of any size`() throws {
        let kern = try Kern()
        #expect(try trained(kern, "m.safetensors", "--epochs 1").status == 0)
        for (part, count) in [("all", 400), ("training", 320), ("test", 80)] {
            let eval = try kern.run("eval", "m.safetensors", "--data", "\(Pictures.samples)/shapes", "--part", part)
            #expect(eval.printed.contains("of \(count) pictures right"), "\(part): \(eval.printed)\(eval.said)")
        }
        let made = try kern.shell(
            "for d in a b; do mkdir -p $d/before $d/after; done && kern apply 'gray | resize 60x50' \(Pictures.samples)/harbour.png -o a/before/p.png && "
                + "kern apply 'gray | resize 31x77' \(Pictures.samples)/harbour.png -o b/before/p.png && "
                + "for d in a b; do kern apply box $d/before/p.png -o $d/after/p.png; done && "
                + "kern train 'conv 1 3x3' --data a --val 0 -o k.safetensors --epochs 2 --quiet && kern eval k.safetensors --data b"
        )
        #expect(made.status == 0, "\(made.said)")
        let classes = try kern.shell("kern eval m.safetensors --data b")
        #expect(classes.status != 0 && !classes.said.isEmpty)
    }

    @Test func `weights that are no numbers are refused, and a program is no model`() throws {
        let kern = try Kern()
        #expect(try trained(kern, "m.safetensors", "--epochs 1").status == 0)
        var bytes = try kern.read("m.safetensors")
        bytes.replaceSubrange(bytes.count - 4..<bytes.count, with: [0, 0, 0xC0, 0x7F])
        try kern.write(bytes, "n.safetensors")
        for command in ["predict n.safetensors", "apply n.safetensors -o x.npy", "explain n.safetensors"] {
            let words = command.split(separator: " ", maxSplits: 2).map(String.init)
            let rest = words.count > 2 ? words[2] : ""
            let outcome = try kern.shell("kern \(words[0]) \(words[1]) \(Pictures.samples)/harbour.png \(rest)")
            #expect(outcome.status == 2 || outcome.status == 1)
            #expect(outcome.said.contains("no finite numbers; learn it anew"), "\(command): \(outcome.said)")
        }
        let program = try kern.run("predict", "\(Pictures.samples)/nets/lenet.kern", "\(Pictures.samples)/harbour.png")
        #expect(program.said.contains("is a program, not a model"), "\(program.said)")
        for (options, says) in [
            ("--momentum 0.5", "--momentum is for sgd"), ("--log l.csv --chart l.csv", "files of their own"),
            ("--log o.safetensors", "files of their own"),
            (
                "--epochs 0 --from a.safetensors --log l.csv",
                "--log tells of epochs, and --epochs 0 has none; leave it out"
            ),
            ("--epochs 0 --from a.safetensors --chart c.svg", "--chart tells of epochs, and --epochs 0 has none"),
        ] {
            let refused = try trained(kern, "o.safetensors", options)
            #expect(refused.status == 2 && refused.said.contains(says), "\(options): \(refused.said)")
        }
    }

    @Test func `a segmenter's channels become a mask`() throws {
        let kern = try Kern()
        let made = try kern.shell(
            "mkdir -p d/images d/masks && kern apply gray \(Pictures.samples)/harbour.png -o d/images/a.png && "
                + "kern apply 'threshold 0.5' d/images/a.png -o d/masks/a.png && "
                + "kern train 'conv classes 1' --data d -o s.safetensors --val 0 --epochs 300 --rate 0.1 --quiet")
        #expect(made.status == 0, "\(made.said)")
        let refused = try kern.run("predict", "s.safetensors", "d/images/a.png")
        #expect(refused.status == 2 && refused.said.contains("kern apply 's.safetensors | argmax' PICTURE"))
        let found = try kern.shell(
            "kern apply 's.safetensors | argmax | rescale' d/images/a.png -o m.png && kern compare m.png d/masks/a.png --max-error 1 --mean-error 0.02"
        )
        #expect(found.status == 0, "\(found.said)\(found.printed)")
        #expect(try kern.run("eval", "s.safetensors", "--data", "d", "--loss", "mse").status == 2)
    }

    @Test func `a known kernel that is larger than the window lends its middle`() throws {
        let kern = try Kern()
        let made = try kern.shell(
            "kern train 'input 16x16x1 | conv 2 3x3 freeze init=\"gaussian 2,sobel-x\" | relu | flatten | dense classes' "
                + "--data \(Pictures.samples)/shapes -o m.safetensors --epochs 1 --quiet && kern show m.safetensors --layer 1 --json"
        )
        #expect(made.status == 0, "\(made.said)")
        // The middle of gaussian 2 is 1/(2 pi 4) of its sum, as wide as it is high.
        #expect(made.printed.contains("0.0397") || made.printed.contains("0.0398"), "\(made.printed)")
    }

    @Test func `a layer is drawn with a row for each output and a column for each input, all apart`() throws {
        let kern = try Kern()
        let made = try kern.shell(
            "kern train 'input 16x16x1 | conv 3 3x3 | relu | conv 2 3x3 | flatten | dense classes' "
                + "--data \(Pictures.samples)/shapes -o m.safetensors --epochs 1 --quiet "
                + "&& kern show m.safetensors --layer 2 -o sheet.png --size 96x64")
        #expect(made.status == 0, "\(made.said)")
        // What is shown is the program that the file holds.
        #expect(made.printed.contains("  conv 3 3x3\n  relu\n  conv 2 3x3\n"), "\(made.printed)")
        let sheet = try Raster.decode([UInt8](Data(contentsOf: kern.folder.appendingPathComponent("sheet.png"))))
        func isPaper(_ x: Int, _ y: Int) -> Bool {
            let start = (y * 96 + x) * 3
            return sheet.bytes[start..<start + 3].allSatisfy { $0 == 255 }
        }
        for gutter in [0, 1, 31, 32, 63, 64, 94, 95] {
            #expect((0..<64).allSatisfy { isPaper(gutter, $0) }, "column \(gutter)")
        }
        for gutter in [0, 1, 31, 32, 62, 63] { #expect((0..<96).allSatisfy { isPaper($0, gutter) }, "row \(gutter)") }
        // A cell within each of the six is not.
        for (x, y) in [(16, 17), (48, 17), (80, 17), (16, 49), (48, 49), (80, 49)] {
            #expect(!isPaper(x, y), "\(x),\(y)")
        }
    }

    @Test func `kernels that have no room in a row are drawn in a square, and those that have none at all are refused`()
        throws
    {
        let kern = try Kern()
        let made = try kern.shell(
            "kern train 'input 16x16x1 | conv 8 3x3 stride=2 | conv 60 3x3 stride=2 | flatten | dense classes' "
                + "--data \(Pictures.samples)/shapes -o m.safetensors --epochs 1 --quiet "
                + "&& kern show m.safetensors --layer 2 -o sheet.png --size 50x50")
        #expect(made.status == 0, "\(made.said)")
        let refused = try kern.run("show", "m.safetensors", "--layer", "2", "-o", "small.png", "--size", "10x10")
        #expect(refused.status == 2)
        #expect(refused.said.contains("a picture of 10x10 has no room for 480 kernels; make it larger with --size"))
    }

    @Test func `a model says what pictures show and how well it does`() throws {
        let kern = try Kern()
        #expect(try trained(kern, "m.safetensors", "--epochs 20 --rate 0.01").status == 0)
        let eval = try kern.shell("kern eval m.safetensors --data \(Pictures.samples)/shapes")
        #expect(eval.printed.contains("of 80 pictures right") && eval.printed.contains("precision"))
        let pair = try kern.shell("kern eval m.safetensors --data \(Pictures.samples)/shapes --top 2 --json")
        #expect(pair.printed.contains("\"top2\":") && !pair.printed.contains("top5"))
        let predict = try kern.shell(
            "kern predict m.safetensors \(Pictures.samples)/shapes/test --recursive --csv --top 1")
        #expect(predict.printed.split(separator: "\n").count == 81)
        #expect(predict.printed.hasPrefix("path,class1,probability1\n"))
        let json = try kern.shell("kern predict m.safetensors \(Pictures.samples)/harbour.png none.png --json")
        #expect(json.status == 1)
        #expect(json.printed.contains(#""classes":[{"class":""#) && json.said.contains("none.png"))
        let apply = try kern.shell("kern apply m.safetensors \(Pictures.samples)/harbour.png -o x.png")
        #expect(apply.status == 2 && apply.said.contains("kern predict MODEL PICTURE"))
    }

    @Test func `folding batchnorm into the layer before it changes no more than rounding`() throws {
        let kern = try Kern()
        #expect(try trained(kern, "m.safetensors", "--epochs 3").status == 0)
        // Behind a step of its own the batchnorm cannot be folded.
        let twin =
            "input 16x16x1 | zscore | conv 4 5x5 stride=2 | scale 1 | batchnorm | relu | dropout 0.1 | dense classes"
        let other = try kern.shell(
            "kern train '\(twin)' --data \(Pictures.samples)/shapes -o t.safetensors --from m.safetensors --rate 0 "
                + "--epochs 1 --val 0 --batch 4096 --quiet")
        #expect(other.status == 0, "\(other.said)")
        for name in ["m", "t"] {
            #expect(
                try kern.shell("kern apply \(name).safetensors \(Pictures.samples)/harbour.png -o \(name).npy").status
                    == 0)
        }
        let told = try kern.shell("kern explain m.safetensors 16x16x1").printed
        #expect(told.contains("batchnorm folded in") && told.contains("and the bias holds the rest;"), "\(told)")
        // As many as 'train' tells of, which knows of no folding.
        let learned = try kern.shell("kern explain '\(net)' 16x16x1 --classes 4").printed
        let count = try #require(learned.firstMatch(of: /([0-9]+) weights to be learned/)?.1)
        #expect(told.contains(" (\(count) in the model, before batchnorm was folded in)"), "\(told)")
        #expect(try !kern.shell("kern explain t.safetensors 16x16x1").printed.contains("folded"))
        let json = try kern.shell("kern explain m.safetensors 16x16x1 --json").printed
        // 4 kernels of 5×5, a bias, and what batchnorm scales and shifts by.
        #expect(json.contains("\"parametersBeforeFolding\":112"), "\(json)")
    }

    @Test func `a picture that is learned from a picture is applied like any kernel`() throws {
        let kern = try Kern()
        let made = try kern.shell(
            "kern apply invert \(Pictures.samples)/still-life-grey.png -o after.png && kern train 'conv 1 1' "
                + "--before \(Pictures.samples)/still-life-grey.png --after after.png -o n.safetensors --epochs 300 --rate 0.05 --quiet"
        )
        #expect(made.status == 0, "\(made.said)")
        #expect(
            try kern.shell("kern apply n.safetensors \(Pictures.samples)/still-life-grey.png -o own.png").status == 0)
        let compared = try kern.shell("kern compare own.png after.png --max-error 4/255")
        #expect(compared.status == 0, "\(compared.printed)")
    }

    @Test func `pairs of any size are brought to what the net takes and makes`() throws {
        let kern = try Kern()
        let made = try kern.shell(
            "mkdir before after && cp \(Pictures.samples)/still-life-grey.png before/a.png && "
                + "kern apply gray \(Pictures.samples)/harbour.png -o before/b.png && "
                + "for p in a b; do kern apply invert before/$p.png -o after/$p.png || exit 1; done")
        #expect(made.status == 0, "\(made.said)")
        let trained = try kern.shell(
            "kern train 'input 32x24x1 | conv 1 1 | upsample 2' --before before --after after -o n.safetensors --epochs 3 --quiet"
        )
        #expect(trained.status == 0, "\(trained.said)")
        let applied = try kern.shell(
            "kern apply n.safetensors before/a.png -o small.png && kern explain n.safetensors 100x50")
        #expect(applied.status == 0 && applied.printed.contains("64x48"), "\(applied.said)\(applied.printed)")
    }

    @Test func `a denoiser learns from pictures of several sizes and is measured on noise`() throws {
        let kern = try Kern()
        let made = try kern.shell("mkdir clean && kern apply gray \(Pictures.samples)/harbour.png -o clean/a.png")
        #expect(made.status == 0, "\(made.said)")
        let grey = "\(Pictures.samples)/still-life-grey.png"
        let trained = try kern.shell(
            "kern train \(Pictures.samples)/nets/denoiser.kern --before clean --after clean --before \(grey) --after \(grey) "
                + "--augment noise=0.1 --epochs 12 --rate 0.004 -o n.safetensors --json")
        #expect(trained.status == 0, "\(trained.said)")
        // Noise of 0.1 that is left alone is a loss of 0.0088 once it is clipped.
        let losses = trained.printed.split(separator: "\"validation_loss\":").dropFirst().compactMap { part in
            Double(part.prefix { $0.isNumber || ".e-".contains($0) })
        }
        #expect(losses.count == 12 && losses[0] > 0.001 && (losses.min() ?? 1) < 0.005, "\(losses)")
    }

    @Test func `edges are learned as shares`() throws {
        let kern = try Kern()
        let grey = "\(Pictures.samples)/still-life-grey.png"
        #expect(try kern.shell("kern apply canny \(grey) -o edges.png").status == 0)
        let net = "conv 4 5x5 | relu | conv 1 3x3"
        let plain = try kern.shell("kern train '\(net)' --before \(grey) --after edges.png --loss bce -o n.safetensors")
        #expect(plain.status == 2 && plain.said.contains("end the program in 'sigmoid'"))
        let trained = try kern.shell(
            "kern train '\(net) | sigmoid' --before \(grey) --after edges.png --loss bce --epochs 8 --rate 0.01 --val 0 "
                + "-o n.safetensors --json")
        #expect(trained.status == 0, "\(trained.said)")
        // Nothing known costs ln 2. Were sigmoid taken twice, no share could come below a half, nor the loss below that.
        let losses = trained.printed.split(separator: "\"loss\":").dropFirst().compactMap { part in
            Double(part.prefix { $0.isNumber || ".e-".contains($0) })
        }
        #expect(losses.count == 8 && (losses.last ?? 1) < 0.5, "\(losses)")
    }

    @Test func `the curves are drawn as SVG and as PNG, and another file is refused before anything is learned`() throws
    {
        let kern = try Kern()
        for name in ["c.svg", "c.png"] {
            let outcome = try trained(kern, "m.safetensors", "--epochs 3 --force --chart \(name)")
            #expect(outcome.status == 0, "\(outcome.said)")
        }
        #expect(String(decoding: try kern.read("c.svg"), as: UTF8.self).hasPrefix("<svg "))
        let drawn = try kern.shell(
            "kern compare c.png c.png --json && kern apply identity c.png -o c.ppm && head -c 15 c.ppm")
        #expect(drawn.printed.contains("720 360"), "\(drawn.printed)")
        #expect(try trained(kern, "n.safetensors", "--epochs 3 --chart c.png").said.contains("c.png"))
        #expect(try trained(kern, "n.safetensors", "--epochs 3 --chart c.txt").status == 2)
        #expect(try kern.shell("test -e n.safetensors").status == 1)
    }

    @Test func `each mistake has its sentence and its status`() throws {
        let kern = try Kern()
        let cases: [(words: String, status: Int32, says: String)] = [
            ("'dense classes' --data nowhere -o m.safetensors", 1, "nowhere"),
            ("'dense 7' --data \(Pictures.samples)/shapes -o m.safetensors", 2, "4 classes; write 'dense classes'"),
            ("'conv 3 3x3' --data \(Pictures.samples)/shapes -o m.safetensors", 2, "a class for each picture is 1x1"),
            ("'sobel' --data \(Pictures.samples)/shapes -o m.safetensors", 2, "nothing to learn"),
            ("'dense classes' --data \(Pictures.samples)/shapes -o m.kern", 2, "ends in .safetensors"),
            (
                "'dense classes' --data \(Pictures.samples)/shapes -o m.safetensors --schedule up", 2,
                "--schedule is constant"
            ),
            ("'dense classes' --data \(Pictures.samples)/shapes -o m.safetensors --augment bend", 2, "--augment"),
            (
                "'dense classes' --data \(Pictures.samples)/shapes -o m.safetensors --loss mse", 2,
                "end the program in 'softmax'"
            ),
            (
                "'dense classes' --data \(Pictures.samples)/shapes -o m.safetensors --loss bce", 2,
                "end the program in 'sigmoid'"
            ),
            (
                "'conv 64 3x3 | batchnorm | dense classes' --data \(Pictures.samples)/shapes -o m.safetensors "
                    + "--batch 288 --max-memory 100M", 1, "a smaller --batch takes less: 72 fits"
            ),
            (
                "'dense 4000 | dense classes' --data \(Pictures.samples)/shapes -o m.safetensors --max-memory 50M", 1,
                "with one picture in a batch it is still"
            ),
            (
                "'conv 2 3x3 | hysteresis 0.1 0.2 | dense classes' --data \(Pictures.samples)/shapes -o m.safetensors",
                2, "no slope"
            ),
            (
                "'square | square | square | dense 99 | square | square | square | dense classes' --data \(Pictures.samples)/shapes "
                    + "-o d.safetensors --optimiser sgd --rate 1000 --quiet", 1, "diverged at step"
            ),
        ]
        for (words, status, says) in cases {
            let outcome = try kern.shell("kern train \(words)")
            #expect(outcome.status == status, "\(words): \(outcome.said)")
            #expect(outcome.said.contains(says), "\(words): \(outcome.said)")
        }
        #expect(try kern.shell("test -e m.safetensors").status == 1)
        // What diverged leaves its last good weights.
        #expect(try kern.shell("kern explain d.safetensors 32x32x1").status == 0)
    }
}
