import Foundation
import Testing

/// A detector from file to file: `train`, `eval` and `predict` of a program that ends in `detect`.
struct FinderTests {
    private static let net =
        "regions 60 | input 16x16x3 fit=stretch | zscore | conv 8 3x3 stride=2 | batchnorm | relu | maxpool 2 | dense 24 | "
        + "relu | detect classes"

    /// A detector that has seen thirty of the scenes for a moment, and a list of them.
    private func trained(_ kern: Kern, _ name: String, _ options: String = "") throws -> Kern.Outcome {
        try kern.shell(
            "mkdir -p d && ln -sfn '\(Pictures.samples)/scenes/train' d/train && head -75 '\(Pictures.samples)/scenes/train.csv' "
                + "> d/boxes.csv && kern train '\(Self.net)' --data d -o \(name) --epochs 4 --rate 0.01 --quiet \(options)"
        )
    }

    @Test func `the same seed gives the same detector for any number of threads`() throws {
        let kern = try Kern()
        for (name, options) in [("a", "--threads 1"), ("b", "--threads 3"), ("c", "--threads 2 --seed 2")] {
            let outcome = try trained(kern, "\(name).safetensors", "\(options) --augment 'flip contrast=0.1'")
            #expect(outcome.status == 0, "\(outcome.said)")
        }
        #expect(try kern.read("a.safetensors") == kern.read("b.safetensors"))
        #expect(try kern.read("a.safetensors") != kern.read("c.safetensors"))
    }

    @Test func `what is found can be printed, read again, measured and drawn`() throws {
        let kern = try Kern()
        let training = try trained(kern, "f.safetensors", "--augment flip")
        #expect(training.status == 0, "\(training.said)")
        let scenes = "\(Pictures.samples)/scenes/train"
        let text = try kern.shell("kern predict f.safetensors \(scenes)/000.png \(scenes)/001.png --confidence 0")
        #expect(text.status == 0, "\(text.said)")
        let lines = text.printed.split(separator: "\n")
        #expect(lines.count == 2 && lines[0].hasPrefix("\(scenes)/000.png: "))
        #expect(lines[0].contains(/(circle|cross|square|triangle) \d+\.\d\d % \d+x\d+\+\d+\+\d+/), "\(lines[0])")
        let none = try kern.shell("kern predict f.safetensors \(scenes)/000.png --confidence 1")
        #expect(none.printed == "\(scenes)/000.png: nothing found\n")

        // What it says of pictures is, by its own measure, all right.
        let again = try kern.shell(
            "kern predict f.safetensors d/train/00* --csv --confidence 0.3 > told.csv && kern eval f.safetensors --data told.csv --json"
        )
        #expect(
            again.status == 0 && again.said.contains("told.csv has no test part, and all of its examples"),
            "\(again.said)")
        let found = try JSONSerialization.jsonObject(with: again.output) as? [String: Any]
        #expect(found?["pictures"] as? Int == 10)
        // Of boxes that are less sure than 0.3 there are none to be found, but some to be told.
        #expect((found?["map50"] as? Double ?? 0) > 0.95, "\(again.printed)")

        let eval = try kern.run("eval", "f.safetensors", "--data", "d")
        #expect(
            eval.printed.hasPrefix("mean AP50 ") && eval.printed.contains("the search met with"),
            "\(eval.printed)\(eval.said)")
        #expect(eval.printed.contains("precision     recall") && eval.printed.split(separator: "\n").count == 7)

        let json = try kern.shell("kern predict f.safetensors d/train/000.png --json --confidence 0.01 --overlap 0.9")
        let things = try #require(
            (JSONSerialization.jsonObject(with: json.output) as? [String: Any])?["things"] as? [[String: Any]])
        #expect(!things.isEmpty)
        for thing in things {
            let numbers = ["probability", "x", "y", "width", "height"].compactMap { thing[$0] as? Double }
            #expect(
                numbers.count == 5 && numbers[1] >= 0 && numbers[1] + numbers[3] <= 128 && numbers[2] + numbers[4] <= 96
            )
        }

        // With nothing to draw it is the picture itself, and else it is not.
        for (confidence, status) in [("1", 0), ("0.02", 1)] as [(String, Int32)] {
            let drawn = try kern.shell(
                "kern predict f.safetensors d/train/000.png -o drawn.png --force --confidence \(confidence) >/dev/null && "
                    + "kern compare drawn.png d/train/000.png --max-error 0")
            #expect(drawn.status == status, "\(drawn.said)\(drawn.printed)")
        }
        let many = try kern.shell("kern predict f.safetensors d/train/00[0-4].png -o out/ && ls out")
        #expect(many.printed.hasSuffix("000.png\n001.png\n002.png\n003.png\n004.png\n"), "\(many.said)")
    }

    @Test func `a picture is not lost, and what does not fit together is said`() throws {
        let kern = try Kern()
        #expect(try trained(kern, "f.safetensors").status == 0)
        #expect(
            try kern.shell("cp d/train/000.png a.png && cp a.png b.png && printf broken > c.png && mkfifo pipe.png")
                .status == 0)
        for (line, status, says) in [
            ("predict f.safetensors a.png -o b.png", 2, "'b.png' exists; --force replaces it"),
            ("predict f.safetensors a.png -o a.png --force", 2, "'a.png' is an input and is not written over"),
            ("predict f.safetensors a.png b.png -o o.png", 2, "cannot all become 'o.png'"),
            ("predict f.safetensors a.png -o -", 2, "what is found is told on stdout"),
            ("predict f.safetensors a.png -o pipe.png --force", 2, "pipe.png is no file; name one"),
            ("predict f.safetensors a.png -o o.txt", 2, "kern writes no '.txt'"),
            ("predict f.safetensors a.png --top 3", 2, "--top is for classes"),
            ("eval f.safetensors --data d --top 1", 2, "--top is for classes"),
            ("eval f.safetensors --data d --loss mse", 2, "--loss is for classes"),
            (
                "train 'regions 9 | input 8x8x3 | detect 3' --data d -o o.safetensors", 2,
                "the program finds things of 3 classes, and"
            ),
            (
                "train 'regions 60 | input 48x48x3 | detect classes' --data d -o o.safetensors --max-memory 3500K", 1,
                "needs more than the 3.4 MiB that are allowed"
            ),
            (
                "predict f.safetensors a.png --max-memory 300K", 1,
                "a.png: to look for things in a picture of 128x96 takes"
            ),
            ("predict f.safetensors c.png a.png", 1, "c.png"),
            ("apply f.safetensors a.png -o o.png", 2, "'kern predict MODEL PICTURE'"),
            ("apply 'regions 9' a.png -o o.png", 2, "finds things and makes no picture"),
            ("train '\(Self.net)' --before a.png --after b.png -o o.safetensors", 2, "give --data PLACE"),
            (
                "train '\(Self.net)' --data d -o o.safetensors --augment rotate=9", 2,
                "regions of pictures cannot be moved"
            ),
            (
                "train 'input 8x8x3 | detect classes' --data d -o o.safetensors", 2,
                "a detector begins with 'regions 200"
            ),
            ("train 'input 8x8x3 | dense classes' --data d/boxes.csv -o o.safetensors", 1, "its columns tell of boxes"),
            (
                "train '\(Self.net)' --data \(Pictures.samples)/shapes -o o.safetensors", 1,
                "holds no pictures with boxes"
            ),
            ("train '\(Self.net)' --data d -o o.safetensors --loss mse", 2, "a detector learns by crossentropy"),
        ] as [(String, Int32, String)] {
            let outcome = try kern.shell("kern \(line)")
            #expect(
                outcome.status == status && outcome.said.contains(says), "\(line): \(outcome.status) \(outcome.said)")
            #expect(try kern.shell("ls o.* 2>/dev/null").printed.isEmpty)
        }
        #expect(try kern.read("a.png") == kern.read("b.png"))
    }

    @Test func `grey, transparent and deep pictures are searched as well`() throws {
        let kern = try Kern()
        #expect(try trained(kern, "f.safetensors").status == 0)
        for name in ["still-life-grey.png", "lantern-alpha.png", "dawn-16bit.png", "harbour.jpg"] {
            let outcome = try kern.shell(
                "kern predict f.safetensors '\(Pictures.samples)/\(name)' --confidence 0 -o '\(name).png'")
            #expect(outcome.status == 0 && outcome.printed.contains("%"), "\(name): \(outcome.said)")
        }
        let pixel = try kern.shell("kern apply 'crop 1x1' d/train/000.png -o 1.png && kern predict f.safetensors 1.png")
        #expect(pixel.printed == "1.png: nothing found\n", "\(pixel.said)")
    }

    @Test func `what was set aside of pictures with boxes can be measured again`() throws {
        let kern = try Kern()
        let training = try trained(kern, "f.safetensors", "--seed 3 --val 0.2")
        #expect(training.status == 0, "\(training.said)")
        let eval = try kern.shell("kern eval f.safetensors --data d --part validation --json")
        // A fifth of thirty-one pictures, whichever they are.
        let found = try #require(JSONSerialization.jsonObject(with: eval.output) as? [String: Any], "\(eval.said)")
        let all = try kern.shell("kern eval f.safetensors --data d --part training --json")
        let whole = try #require(JSONSerialization.jsonObject(with: all.output) as? [String: Any])
        let (aside, pictures) = (found["pictures"] as? Int ?? 0, whole["pictures"] as? Int ?? 0)
        #expect(aside == Int((Double(pictures) * 0.2).rounded()) && aside > 1, "\(aside) of \(pictures)")
        let other = try kern.shell(
            "kern eval f.safetensors --data \(Pictures.samples)/scenes/test.csv --part validation")
        #expect(other.status == 1 && other.said.contains("was learned from other examples"), "\(other.said)")
        let none = try trained(kern, "g.safetensors", "--val 0")
        #expect(none.status == 0)
        let nothing = try kern.shell("kern eval g.safetensors --data d --part validation")
        #expect(nothing.status == 1 && nothing.said.contains("nothing was set aside of it"), "\(nothing.said)")
    }

    @Test func `of masks what was set aside can be measured again`() throws {
        let kern = try Kern()
        let training = try kern.shell(
            "mkdir -p s/images s/masks; for i in 1 2 3 4 5 6 7 8 9 10; do "
                + "kern apply \"gray | crop 16x16 at=$((50*i)),9\" \(Pictures.samples)/harbour.png -o s/images/$i.png && "
                + "kern apply 'threshold 0.5' s/images/$i.png -o s/masks/$i.png; done; "
                + "kern train 'conv classes 1' --data s -o s.safetensors --epochs 1 --val 0.2 --quiet && "
                + "kern eval s.safetensors --data s --part validation --json")
        #expect(
            training.printed.contains("\"part\":\"validation\",\"count\":512,"), "\(training.printed)\(training.said)")
    }
}
