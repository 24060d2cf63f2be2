import Foundation
import Testing

/// Whatever is wrong: one sentence, the right status, nothing lost and nothing left behind.
@Suite struct WrongInputTests {
    struct Case: CustomTestStringConvertible {
        let id: String
        let content: Data?
        let said: String
        var testDescription: String { id }
    }

    static let files = [
        Case(id: "missing", content: nil, said: "cannot open in.pgm: no such file or directory; check the name"),
        Case(id: "empty", content: Data(), said: "in.pgm is empty; a picture was expected"),
        Case(
            id: "truncated", content: Pictures.ramp.dropLast(3),
            said: "in.pgm is cut short: the PNM ends before its picture does; get a complete copy"),
        Case(
            id: "lying", content: Data("P5\n100000 100000\n255\n".utf8),
            said: "in.pgm needs 10000000000 pixels and the limit is 1000000000; if you trust it, raise it with "
                + "--max-pixels 10000000000"),
        Case(
            id: "no picture", content: Data("hello\n".utf8),
            said:
                "in.pgm is none of PNG, JPEG, PNM, PFM, NPY, CSV (it begins with 68 65 6c 6c 6f 0a); convert it to PNG"),
    ]

    @Test(arguments: files)
    func `a bad file is one sentence, status 1 and no output`(file: Case) throws {
        let kern = try Kern()
        if let content = file.content { try kern.write(content, "in.pgm") }
        let outcome = try kern.run("apply", "sobel", "in.pgm", "-o", "out.png")
        #expect(outcome.status == 1)
        #expect(outcome.said == "kern apply: \(file.said)\n")
        #expect(try kern.files() == (file.content == nil ? [] : ["in.pgm"]))
    }

    @Test func `a picture that turns out damaged leaves the old result as it was`() throws {
        let kern = try Kern()
        try kern.write(Pictures.ramp.dropLast(3), "in.pgm")
        try kern.write(Data("precious".utf8), "out.png")
        #expect(try kern.run("apply", "sobel", "in.pgm", "-o", "out.png", "--force").status == 1)
        #expect(try kern.read("out.png") == Data("precious".utf8))
        #expect(try kern.files() == ["in.pgm", "out.png"])
    }

    @Test func `what exists is kept without force`() throws {
        let kern = try Kern()
        try kern.write(Pictures.ramp, "in.pgm")
        try kern.write(Data("precious".utf8), "out.png")
        let kept = try kern.run("apply", "sobel", "in.pgm", "-o", "out.png")
        #expect(kept.status == 2 && kept.said == "kern apply: 'out.png' exists; --force replaces it\n")
        #expect(try kern.read("out.png") == Data("precious".utf8))
        #expect(try kern.run("apply", "sobel", "in.pgm", "-o", "out.png", "-f").status == 0)
        #expect(try kern.read("out.png").count != 8)
    }

    @Test func `an input is never written over, by whatever name`() throws {
        let kern = try Kern()
        try kern.write(Pictures.ramp, "in.pgm")
        for output in ["in.pgm", "./in.pgm", "link.pgm"] {
            if output == "link.pgm" { _ = try kern.shell("ln -s in.pgm link.pgm") }
            let outcome = try kern.run("apply", "sobel", "in.pgm", "-o", output, "--force")
            #expect(outcome.status == 2 && outcome.said.contains("not written over"), "\(outcome.said)")
        }
        #expect(try kern.read("in.pgm") == Pictures.ramp)
    }

    @Test(arguments: [
        (
            "gausian 2",
            """
            kern apply: program:1:1: unknown step 'gausian'; did you mean 'gaussian'?
                gausian 2
                ^^^^^^^

            """
        ),
        (
            "gaussian 2 | median 3 stirde=2",
            """
            kern apply: program:1:23: median has no parameter 'stirde'; did you mean 'stride'?
                gaussian 2 | median 3 stirde=2
                                      ^^^^^^

            """
        ),
        (
            "maxpool 9 pad=valid",
            """
            kern apply: program:1:1: the window needs 9 pixels of width but there are only 4 \
            (4 + 0 − 1·(9 − 1) − 1 = −5); use pad=same, a smaller kernel or a larger picture
                maxpool 9 pad=valid
                ^^^^^^^^^^^^^^^^^^^

            """
        ),
        (
            "scale 2e30",
            """
            kern apply: program:1:7: scale: 'factor' is a number from -1e+30 to 1e+30, not '2e30'
                scale 2e30
                      ^^^^

            """
        ),
        (
            "conv 4 3x3",
            """
            kern apply: 'conv 4 3x3' has weights that are still to be learned, so there is nothing to apply yet; \
            'kern explain' with a size instead of a picture shows what it would be

            """
        ),
    ])
    func `a program that cannot run says where and why, and makes nothing`(program: String, said: String) throws {
        let kern = try Kern()
        try kern.write(Pictures.ramp, "in.pgm")
        let outcome = try kern.run("apply", program, "in.pgm", "-o", "out/")
        #expect(outcome.status == 2)
        #expect(outcome.said == said)
        #expect(try kern.files() == ["in.pgm"])
    }

    @Test(arguments: [
        (
            "identity", "lantern-alpha.png", "out.jpg",
            "out.jpg: JPEG has no transparency; write a PNG, or drop alpha with --alpha channel and '| channel r,g,b' "
                + "at the end of the program"
        ),
        (
            "concat { sobel-x } { sobel-y }", "still-life-grey.png", "out.png",
            "out.png: the result has 2 channels, which PNG cannot hold; write .npy, or choose some with '| channel 0' "
                + "at the end of the program"
        ),
        (
            "identity", "still-life-grey.png", "out.gif",
            "out.gif: kern writes no '.gif'; end the name in one of .png .jpg .pnm .pfm .npy .csv, or give --format"
        ),
    ])
    func `a format that cannot hold the result names the way out`(
        program: String, sample: String, output: String, said: String
    ) throws {
        let kern = try Kern()
        let outcome = try kern.run("apply", program, "\(Pictures.samples)/\(sample)", "-o", output)
        #expect(outcome.status == 2)
        #expect(outcome.said == "kern apply: \(said)\n")
        #expect(try kern.files() == [])
    }

    @Test func `words in the wrong places and of no effect are told of`() throws {
        let kern = try Kern()
        try kern.write(Pictures.ramp, "in.pgm")
        let swapped = try kern.run("apply", "in.pgm", "sobel", "-o", "out.png")
        #expect(swapped.status == 2 && swapped.said.contains("'in.pgm' is a picture, and the program stands before it"))
        #expect(try kern.run("explain", "in.pgm", "sobel").said.contains("the program stands before it"))
        let dry = try kern.run("apply", "sobel", "in.pgm", "none.png", "-o", "out/", "--dry-run")
        #expect(dry.status == 1 && dry.said.contains("cannot open none.png: no such file"), "\(dry.said)")
        let quality = try kern.run("apply", "sobel", "in.pgm", "-o", "out.png", "--quality", "80")
        #expect(quality.status == 0 && quality.said.contains("out.png is no JPEG, and --quality is for nothing else"))
        let effort = try kern.run("apply", "sobel", "in.pgm", "-o", "effort.jpg", "--effort", "9")
        #expect(effort.status == 0 && effort.said.contains("effort.jpg is no PNG, and --effort is for nothing else"))
        let both = try kern.run("apply", "sobel", "in.pgm", "-o", "o.png", "--explain", "--dry-run")
        #expect(both.status == 2 && both.said.contains("'kern explain PROGRAM PICTURE' tells without making"))
        #expect(try kern.run("apply", "sobel", "in.pgm", "-o", "o.png", "-q", "-v").status == 2)
        #expect(try kern.run("show", "sobel-x", "--size", "99").said.contains("name its file with -o"))
        #expect(try kern.run("apply", "box", "in.pgm", "-o", "out.jpg", "--quality", "80").said == "")
        for (program, says) in [
            ("box 0", "box: 'size' must be above 0, not 0"), ("box 2.5", "not 'size = 2.5'"),
            ("clamp 0.5 0.2", "clamp takes the low end first: 0.5 is above 0.2"),
        ] {
            let refused = try kern.run("apply", program, "in.pgm", "-o", "no.png")
            #expect(refused.status == 2 && refused.said.contains(says), "\(refused.said)")
        }
    }

    @Test func `names that lead nowhere and choices that are not there are told as what they are`() throws {
        let kern = try Kern()
        try kern.write(Pictures.ramp, "in.pgm")
        try kern.write(Pictures.ramp, "plain")
        for (words, says) in [
            ("box nothere/ -o out/", "cannot open nothere/: no such file or directory"),
            ("box - -o out/ --format png < in.pgm", "stdin has no name to take {name} from"),
            ("box in.pgm -o out.png --channels 1", "--channels: there is no channel 1 in a picture of 1"),
        ] {
            let outcome = try kern.shell("kern apply \(words)")
            #expect(outcome.status != 0 && outcome.said.contains(says), "\(words): \(outcome.said)")
        }
        // Nothing is made of the others where one file was to become of several.
        #expect(try kern.shell("kern apply box in.pgm --linear =1 -o out.png").status == 2)
        #expect(try kern.files() == ["in.pgm", "plain"])
        #expect(try kern.run("apply", "box", "plain", "-o", "out/").status == 0)
        #expect(try kern.shell("ls out").printed == "plain.pnm\n")
    }

    @Test func `the way out for alpha works`() throws {
        let kern = try Kern()
        let outcome = try kern.run(
            "apply", "gaussian 1 | channel r,g,b", "\(Pictures.samples)/lantern-alpha.png", "-o", "out.jpg", "--alpha",
            "channel")
        #expect(outcome.status == 0, "\(outcome.said)")
    }

    @Test func `a full device is an error, and the null device is not`() throws {
        let kern = try Kern()
        try kern.write(Pictures.ramp, "in.pgm")
        let full = try kern.run("apply", "sobel", "in.pgm", "-o", "/dev/full")
        #expect(full.status == 1)
        #expect(
            full.said
                == "kern apply: cannot write /dev/full: no space left on device; free some space, or choose another place\n"
        )
        #expect(try kern.run("apply", "sobel", "in.pgm", "-o", "/dev/null").status == 0)
        #expect(try kern.shell("kern apply sobel in.pgm -o - > /dev/full").status == 1)
    }

    @Test func `a reader of pictures that goes away is not an error`() throws {
        let kern = try Kern()
        let outcome = try kern.shell(
            "(kern apply 'gaussian 1' '\(Pictures.samples)/harbour.png' -o - --format npy; echo \"status $?\" >&2) | true"
        )
        #expect(outcome.said == "status 0\n")
    }

    @Test func `a folder that is missing or is a file is said before anything is read`() throws {
        let kern = try Kern()
        try kern.write(Pictures.ramp, "in.pgm")
        let missing = try kern.run("apply", "sobel", "in.pgm", "-o", "no/out.png")
        #expect(missing.status == 2)
        #expect(
            missing.said == "kern apply: there is no folder 'no' to write 'no/out.png' into; make it first\n")
        #expect(try kern.run("apply", "sobel", "in.pgm", "-o", "in.pgm/out.png").status == 2)
    }

    @Test(arguments: [("INT", 130), ("TERM", 143)])
    func `an interrupted run leaves no temporary file`(signal: String, status: Int) throws {
        let kern = try Kern()
        // The pipe stays open, so that the run waits for rows that never come.
        let outcome = try kern.shell(
            """
            mkfifo pipe; set -m
            '\(Kern.binary)' apply sobel pipe -o out.png & run=$!
            { printf 'P5 4 4 255\\n01'; sleep 20; } > pipe & feeder=$!
            for i in $(seq 100); do ls -a | grep -q '^.kern-' && break; sleep 0.05; done
            ls -a | grep -c '^.kern-'
            kill -\(signal) $run; wait $run; echo $?
            kill -KILL -- -$feeder
            """)
        #expect(outcome.printed == "1\n\(status)\n", "\(outcome.said)")
        #expect(try kern.files() == ["pipe"])
    }
}
