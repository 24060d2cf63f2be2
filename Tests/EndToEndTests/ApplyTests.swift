import Foundation
import Testing

@Suite struct ApplyTests {
    @Test(arguments: ["harbour.png", "harbour.jpg", "still-life-grey.png", "dawn-16bit.png"])
    func `every format reads what every other wrote`(sample: String) throws {
        let kern = try Kern()
        for first in ["png", "jpg", "ppm", "pfm", "npy"] {
            let made = try kern.run("apply", "gaussian 1", "\(Pictures.samples)/\(sample)", "-o", "a.\(first)")
            #expect(made.status == 0, "\(first): \(made.said)")
            for second in ["png", "jpg", "ppm", "pfm", "npy"] {
                let copied = try kern.run("apply", "identity", "a.\(first)", "-o", "b.\(second)", "-f", "-q")
                #expect(copied.status == 0 && copied.said == "", "\(first) to \(second): \(copied.said)")
                let lossy = second == "jpg"
                let compared = try kern.run(
                    "compare", "a.\(first)", "b.\(second)", "--max-error", lossy ? "0.25" : "1/510")
                #expect(compared.status == 0, "\(first) to \(second): \(compared.said)")
            }
        }
    }

    @Test func `a folder of kernels that is too full to be searched to its end is told of`() throws {
        let kern = try Kern()
        let made = try kern.shell("mkdir few many && echo box > few/mine.kern && cd many && seq 10050 | xargs touch")
        #expect(made.status == 0)
        let full = try kern.shell("KERN_PATH=many kern list kernels")
        #expect(full.status == 0 && full.said.contains("many has more than 10000 entries"), "\(full.said)")
        #expect(try kern.shell("KERN_PATH=few kern list kernels").said == "")
    }

    @Test func `an output in a format that this build lacks is named, and how to get it`() throws {
        let kern = try Kern()
        try kern.write(Pictures.ramp, "a.pgm")
        let ran = try kern.run("apply", "box", "a.pgm", "-o", "b.webp")
        guard ran.status != 0 else { return }
        #expect(ran.said.contains("b.webp is a WebP") && ran.said.contains("--traits WebP"), "\(ran.said)")
    }

    @Test func `the plan is told before the picture is made`() throws {
        let kern = try Kern()
        let ran = try kern.shell("kern apply --explain box '\(Pictures.samples)/harbour.png' -o - 2>&1")
        #expect(ran.status == 0)
        #expect(ran.output.first != 0x89 && ran.output.range(of: Data([0x89, 0x50, 0x4E, 0x47])) != nil)
    }

    @Test func `sixteen bits stay sixteen and eight stay eight`() throws {
        let kern = try Kern()
        _ = try kern.run("apply", "identity", "\(Pictures.samples)/dawn-16bit.png", "-o", "a.png")
        #expect(try kern.read("a.png")[24] == 16)
        _ = try kern.run("apply", "identity", "\(Pictures.samples)/harbour.png", "-o", "b.png")
        #expect(try kern.read("b.png")[24] == 8)
        _ = try kern.run("apply", "identity", "\(Pictures.samples)/dawn-16bit.png", "-o", "c.png", "--depth", "8")
        #expect(try kern.read("c.png")[24] == 8)
    }

    @Test func `floats become sixteen bits where a format has none`() throws {
        let kern = try Kern()
        try kern.write(Pictures.ramp, "a.pgm")
        #expect(try kern.run("apply", "identity", "a.pgm", "-o", "a.npy").status == 0)
        #expect(try kern.run("apply", "identity", "a.npy", "-o", "b.png").status == 0)
        #expect(try kern.read("b.png")[24] == 16)
    }

    @Test func `a pipe takes the format of its input`() throws {
        let kern = try Kern()
        try kern.write(Pictures.ramp, "a.pgm")
        let outcome = try kern.shell("kern apply invert - -o - < a.pgm | kern apply invert - -o -")
        #expect(outcome.status == 0 && outcome.said == "")
        #expect(outcome.output == Pictures.ramp)
    }

    @Test func `one bad picture does not stop a batch`() throws {
        let kern = try Kern()
        try kern.write(Pictures.ramp, "a.pgm")
        try kern.write(Data(), "b.pgm")
        try kern.write(Pictures.ramp, "c.pgm")
        let outcome = try kern.run("apply", "invert", "a.pgm", "b.pgm", "c.pgm", "-o", "out/")
        #expect(outcome.status == 1)
        #expect(
            outcome.said == """
                kern apply: b.pgm is empty; a picture was expected
                kern apply: 1 of 3 pictures failed

                """)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: kern.folder.path + "/out").sorted() == [
                "a.pgm", "c.pgm",
            ])
    }

    @Test func `templates name each result after its input`() throws {
        let kern = try Kern()
        try kern.write(Pictures.ramp, "a.pgm")
        try kern.write(Pictures.ramp, "b.pgm")
        #expect(try kern.run("apply", "sobel", "a.pgm", "b.pgm", "-o", "{index}-{name}-edges.png").status == 0)
        #expect(try kern.files() == ["1-a-edges.png", "2-b-edges.png", "a.pgm", "b.pgm"])
    }

    @Test func `what is cut off is said, with the remedy`() throws {
        let kern = try Kern()
        try kern.write(Pictures.ramp, "a.pgm")
        let outcome = try kern.run("apply", "scale 3", "a.pgm", "-o", "b.pgm")
        #expect(outcome.status == 0)
        #expect(
            outcome.said == """
                kern apply: b.pgm: 62.5 % of the samples were clipped to 0...1; keep them with --range rescale or \
                offset, or with 'scale' at the end of the program

                """)
        #expect(try kern.run("apply", "scale 3", "a.pgm", "-o", "b.pgm", "-fq").said == "")
        #expect(try kern.run("apply", "scale 3", "a.pgm", "-o", "c.pgm", "--range", "rescale").said == "")
    }

    @Test(arguments: ["reference", "direct", "separable", "transform", "sums"])
    func `every engine gives the same picture`(engine: String) throws {
        let kern = try Kern()
        let sample = "\(Pictures.samples)/still-life-grey.png"
        _ = try kern.run("apply", "gaussian 2 | sobel", sample, "-o", "a.png")
        #expect(try kern.run("apply", "gaussian 2 | sobel", sample, "-o", "b.png", "--engine", engine).status == 0)
        #expect(try kern.run("compare", "a.png", "b.png", "--max-error", "1/255").status == 0)
    }

    @Test func `threads and the instruction level do not change a byte`() throws {
        let kern = try Kern()
        let outcome = try kern.shell(
            """
            kern apply 'gaussian 3 | unsharp' '\(Pictures.samples)/harbour.png' -o a.png --threads 1
            kern apply 'gaussian 3 | unsharp' '\(Pictures.samples)/harbour.png' -o b.png --threads 5
            cmp a.png b.png && KERN_LANES=baseline kern apply sobel a.png -o c.png
            """)
        #expect(outcome.status == 0, "\(outcome.said)")
    }

    @Test func `a folder of the user's comes before the kernels in the binary`() throws {
        let kern = try Kern()
        try FileManager.default.createDirectory(
            atPath: kern.folder.path + "/mine", withIntermediateDirectories: true)
        try kern.write(Data("# sobel — black\nscale 0\n".utf8), "mine/sobel.kern")
        try kern.write(Pictures.ramp, "a.pgm")
        let outcome = try kern.shell(
            "KERN_PATH=nowhere:mine kern apply sobel a.pgm -o - | tail -c 16 | tr -d '\\0' | wc -c")
        #expect(outcome.printed.split(separator: "\n").last == "0", "\(outcome.said)")
        #expect(
            try kern.shell("KERN_PATH=mine kern list kernels").printed.contains(
                "black (yours, instead of the built-in one)"))
    }

    @Test func `JSON tells each picture on a line`() throws {
        let kern = try Kern()
        try kern.write(Pictures.ramp, "a.pgm")
        let outcome = try kern.run("apply", "sobel", "a.pgm", "-o", "b.png", "--json")
        #expect(
            outcome.printed.hasPrefix(
                #"{"input":"a.pgm","output":"b.png","format":"png","width":4,"height":4,"channels":1,"depth":"8","range":"abs""#
            ))
    }
}
