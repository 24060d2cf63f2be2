import Foundation
import Testing

/// What `kern train` may be told of a training, and what it refuses to be told.
struct TrainingChoiceTests {
    private let net = "input 8x8x1 | dense classes"

    private func trained(_ kern: Kern, _ name: String, _ options: String) throws -> Kern.Outcome {
        try kern.shell(
            "kern train '\(net)' --data \(Pictures.samples)/shapes -o \(name) --epochs 2 --quiet \(options)")
    }

    /// What is left of a training of so many epochs that was killed.
    private func checkpoint(_ kern: Kern, _ name: String, _ options: String) throws {
        let killed = try kern.shell(
            "'\(Kern.binary)' train '\(net)' --data \(Pictures.samples)/shapes -o \(name) --quiet --epochs 90000 \(options) & "
                + "while [ ! -e \(name).checkpoint ]; do sleep 0.01; done; kill -9 $!; wait $! 2>/dev/null; true")
        #expect(killed.status == 0)
    }

    @Test func `classes weigh what they are said to weigh`() throws {
        let kern = try Kern()
        for (name, options) in [
            ("plain", ""), ("ones", "--class-weights circle=1,cross=1"), ("one", "--class-weights 'cross = 3'"),
            ("more", "--class-weights cross=3,circle=1 --threads 3"), ("half", "--class-weights cross=3,circle=0.5"),
        ] {
            let outcome = try trained(kern, "\(name).safetensors", options)
            #expect(outcome.status == 0, "\(options): \(outcome.said)")
        }
        func model(_ name: String) throws -> Data { try kern.read("\(name).safetensors") }
        #expect(try model("plain") == model("ones"))
        #expect(try model("one") == model("more"))
        #expect(try model("plain") != model("one"))
        #expect(try model("half") != model("one"))
        // Who learns from squares alone calls everything a square.
        let only = try trained(
            kern, "only.safetensors", "--class-weights circle=0,cross=0,triangle=0 --rate 0.05 --val 0")
        #expect(only.status == 0, "\(only.said)")
        let told = try kern.shell(
            "kern predict only.safetensors \(Pictures.samples)/shapes/test --recursive --csv --top 1 | cut -d, -f2 | sort | uniq -c"
        )
        #expect(told.printed.split(separator: "\n").count == 2 && told.printed.contains("80 square"), "\(told.printed)")
    }

    @Test func `masks and detectors have classes that weigh, pictures have none`() throws {
        let kern = try Kern()
        let made = try kern.shell(
            "mkdir -p d/images d/masks && kern apply 'gray | resize 40x30' \(Pictures.samples)/harbour.png -o d/images/a.png && "
                + "kern apply 'threshold 0.5' d/images/a.png -o d/masks/a.png && for w in 1 0; do "
                + "kern train 'conv classes 1' --data d -o s.safetensors --val 0 --epochs 200 --rate 0.1 --quiet --force "
                + "--class-weights 0=$w && kern apply 's.safetensors | argmax' d/images/a.png -o m$w.png || exit 1; done"
        )
        #expect(made.status == 0, "\(made.said)")
        #expect(
            try kern.shell("kern apply 'scale 255' m0.png -o w.pgm && tail -c 1200 w.pgm | tr -d '\\377' | wc -c")
                .printed == "0\n")
        #expect(
            try kern.shell("kern apply 'scale 255' m1.png -o w.pgm && tail -c 1200 w.pgm | tr -d '\\377' | wc -c")
                .printed != "0\n")
        let pairs = try kern.shell(
            "kern train 'conv 1 3x3' --before d/images --after d/images -o p.safetensors --class-weights 0=2")
        #expect(pairs.status == 2 && pairs.said.contains("--class-weights says what classes count"), "\(pairs.said)")
        let finder = try kern.shell(
            "mkdir b && ln -s '\(Pictures.samples)/scenes/train' b/train && head -20 '\(Pictures.samples)/scenes/train.csv' > b/boxes.csv && "
                + "kern train 'regions 20 | input 8x8x3 fit=stretch | detect classes' --data b -o f.safetensors --epochs 1 --quiet "
                + "--class-weights circle=2")
        #expect(finder.status == 0, "\(finder.said)")
    }

    @Test(arguments: [
        ("cat=2", "there is no class 'cat'; the classes are circle, cross, square, triangle"),
        ("circle=1,circle=2", "the class 'circle' is weighed twice"), ("circle=-1", "'circle' is to weigh '-1'"),
        ("circle=nan", "'circle' is to weigh 'nan'"), ("circle=inf", "'circle' is to weigh 'inf'"),
        ("circle=", "'circle' is to weigh ''"), ("circle", "'circle' has no weight"), ("=2", "'=2' names no class"),
        (",", "',' has no weight"), ("circle=0,cross=0,square=0,triangle=0", "all classes that have examples weigh 0"),
        ("circle=2 --balance", "two ways to weigh classes"),
        ("circle=2 --class-weights cross=2", "'--class-weights' is given twice"),
    ])
    func `weights that cannot be meant are refused`(weights: String, says: String) throws {
        let kern = try Kern()
        let outcome = try trained(kern, "m.safetensors", "--class-weights \(weights)")
        #expect(outcome.status == 2 && outcome.said.contains(says), "\(outcome.said)")
        #expect(outcome.said.split(separator: "\n").count == 1)
        #expect(try kern.files() == [])
    }

    @Test func `a training goes on only as it was asked for`() throws {
        let kern = try Kern()
        try checkpoint(kern, "k.safetensors", "--patience 80000 --class-weights circle=2")
        #expect(try trained(kern, "from.safetensors", "").status == 0)
        func resumed(_ options: String) throws -> String {
            try kern.shell(
                "kern train '\(net)' --data \(Pictures.samples)/shapes -o k.safetensors --epochs 90000 --resume --quiet \(options)"
            ).said
        }
        for (options, says) in [
            ("--patience 3 --class-weights circle=2", "(its --patience is 80000, here it is 3)"),
            ("--class-weights circle=2", "(its --patience is 80000, here it is not given)"),
            (
                "--patience 80000 --class-weights circle=3",
                "(its --class-weights is circle=2, here it is circle=3)"
            ),
            (
                "--patience 80000 --class-weights circle=2 --from from.safetensors",
                "(its --from is not given, here it is from.safetensors)"
            ),
        ] {
            #expect(try resumed(options).contains(says), "\(options)")
        }
    }

    @Test func `where no file can be made is told before anything is learned`() throws {
        let kern = try Kern()
        // Nobody, not even root, makes files there.
        guard FileManager.default.fileExists(atPath: "/proc/self") else { return }
        for options in [
            "-o /proc/m.safetensors", "-o m.safetensors --log /proc/l.csv", "-o m.safetensors --chart /proc/c.svg",
        ] {
            let outcome = try kern.shell("kern train '\(net)' --data \(Pictures.samples)/shapes --epochs 1 \(options)")
            #expect(
                outcome.status == 1 && outcome.said.hasPrefix("kern train: cannot create /proc/"), "\(outcome.said)")
            #expect(outcome.said.split(separator: "\n").count == 1, "\(outcome.said)")
        }
        #expect(try kern.files() == [])
    }

    @Test func `without a checkpoint none is written, and another's is left alone`() throws {
        let kern = try Kern()
        try kern.write(Data("another's".utf8), "m.safetensors.checkpoint")
        let plain = try trained(kern, "k.safetensors", "")
        let ran = try trained(kern, "m.safetensors", "--no-checkpoint")
        #expect(plain.status == 0 && ran.status == 0 && !ran.said.contains("checkpoint"), "\(ran.said)")
        #expect(try kern.read("m.safetensors") == kern.read("k.safetensors"))
        #expect(try kern.read("m.safetensors.checkpoint") == Data("another's".utf8))
        let both = try trained(kern, "m.safetensors", "--no-checkpoint --resume")
        #expect(both.status == 2 && both.said.contains("--no-checkpoint keeps none"), "\(both.said)")
        // What was interrupted leaves nothing, and promises nothing.
        let killed = try kern.shell(
            "'\(Kern.binary)' train '\(net)' --data \(Pictures.samples)/shapes -o i.safetensors --epochs 90000 --no-checkpoint "
                + "--log i.csv >/dev/null 2>said & while [ $(cat i.csv 2>/dev/null | wc -l) -lt 4 ]; do sleep 0.01; done; "
                + "kill -TERM $!; wait $!; echo $?; grep -c resume said; ls i.*")
        #expect(killed.printed == "143\n0\ni.csv\n", "\(killed.printed)")
    }

    @Test func `pairs that are JPEGs or lie apart are told of, others are not`() throws {
        let kern = try Kern()
        let made = try kern.shell(
            "kern apply 'gray | resize 200x150' \(Pictures.samples)/harbour.png -o a.png && kern apply 'sharpen 0.5' a.png -o b.png && "
                + "kern apply identity a.png -o a.jpg && kern apply 'gaussian 1 | [1 . . . .; . . . . .; . . 0 . .; . . . . .; . . . . .]' a.png "
                + "-o moved.png && kern apply 'median 5' a.png -o median.png")
        #expect(made.status == 0, "\(made.said)")
        for (before, after, says) in [
            ("a.jpg", "b.png", "kern train: a.jpg is a JPEG, which changes every pixel a little"),
            ("a.png", "moved.png", "kern train: moved.png seems shifted by (2,2) against a.png"),
            ("a.png", "b.png", nil), ("a.png", "median.png", nil), ("a.jpg", "a.jpg", nil),
        ] as [(String, String, String?)] {
            let ran = try kern.shell(
                "kern train 'conv 2 5x5 | relu | conv 1 5x5' --before \(before) --after \(after) -o m.safetensors --epochs 1 --force"
            )
            #expect(ran.status == 0, "\(ran.said)")
            if let says {
                #expect(ran.said.contains(says), "\(after): \(ran.said)")
            } else {
                #expect(!ran.said.contains("JPEG") && !ran.said.contains("shifted"), "\(after): \(ran.said)")
            }
        }
    }
}
