import Foundation
import Testing

/// What `kern eval` measures, how it is told, and what it cannot be measured with.
struct EvaluationTests {
    private let shapes = "\(Pictures.samples)/shapes"

    @Test func `what was set aside can be measured again, of the same examples alone`() throws {
        let kern = try Kern.trained(
            "input 32x32x1 | zscore | dense classes", "--seed 5 --val 0.2 --chart c.svg --log l.csv")
        let lines = String(decoding: try kern.read("l.csv"), as: UTF8.self).split(separator: "\n").dropFirst()
        let rates: [Double] = lines.compactMap { Double($0.split(separator: ",")[4]) }
        let best = try #require(rates.max())
        let aside = try kern.shell("kern eval m.safetensors --data \(shapes) --part validation --json")
        #expect(aside.printed.contains("\"part\":\"validation\",\"count\":64,"), "\(aside.printed)\(aside.said)")
        #expect(aside.printed.contains("\"accuracy\":\(best),"), "\(best): \(aside.printed)")
        let other = try kern.shell("kern eval m.safetensors --data \(shapes)/test --part validation")
        #expect(other.status == 1 && other.said.contains("was learned from other examples"), "\(other.said)")
        let whole = try Kern.trained("dense classes", "--val 0")
        let none = try whole.shell("kern eval m.safetensors --data \(shapes) --part validation")
        #expect(none.status == 1 && none.said.contains("nothing was set aside of it"), "\(none.said)")
    }

    @Test func `that training examples are measured is told`() throws {
        let kern = try Kern.trained()
        let own = try kern.shell("kern eval m.safetensors --data \(shapes)/train")
        #expect(own.printed.contains("of 320 pictures right"))
        #expect(
            own.said.hasSuffix(
                "those that were learned from too; --part validation measures the 10 % that were set aside\n"),
            "\(own.said)")
        let other = try kern.shell("kern eval m.safetensors --data \(shapes)/test")
        #expect(
            other.said.contains("has no test part") && other.said.contains("if they are among them"), "\(other.said)")
        #expect(try kern.shell("kern eval m.safetensors --data \(shapes)").said == "")
        // A validation part of its own is better than what was learned from.
        let parts = try kern.shell(
            "mkdir d && ln -s \(shapes)/train d/train && ln -s \(shapes)/test d/val && "
                + "kern eval m.safetensors --data d --json")
        #expect(parts.printed.contains("\"part\":\"validation\",\"count\":80,") && parts.said == "", "\(parts.said)")
    }

    @Test func `pictures of other channels are told what to do with them, and that works`() throws {
        let kern = try Kern.trained("conv 2 3x3 | globalmax | dense classes")
        let made = try kern.shell(
            "for c in circle cross square triangle; do kern apply 'channel 0,0,0' \(shapes)/test/$c/00*.png -o colour/$c/ && "
                + "cp -r \(shapes)/test/$c grey-$c; done; mkdir grey && for c in circle cross square triangle; do mv grey-$c grey/$c; done; "
                + "kern train 'conv 2 3x3 | globalmax | dense classes' --data colour -o c.safetensors --epochs 1 --quiet"
        )
        #expect(made.status == 0, "\(made.said)")
        let cases = [
            ("eval m.safetensors --data colour", "make them grey first: kern apply gray PICTURES -o FOLDER/"),
            ("eval c.safetensors --data grey", "give them three channels first: kern apply 'channel 0,0,0' PICTURES"),
            (
                "predict m.safetensors colour/cross/000.png",
                "make it grey first: kern apply gray colour/cross/000.png -o OTHER.png"
            ),
            (
                "predict c.safetensors grey/cross/000.png",
                "give it three channels first: kern apply 'channel 0,0,0' grey/cross/000.png -o OTHER.png"
            ),
        ]
        for (line, says) in cases {
            let outcome = try kern.shell("kern \(line)")
            #expect(outcome.status > 0 && outcome.said.contains(says), "\(line): \(outcome.said)")
            #expect(!outcome.said.contains("|'"), "\(outcome.said)")
        }
        let works = try kern.shell(
            "kern apply gray colour/cross/000.png -o OTHER.png && kern predict m.safetensors OTHER.png && "
                + "kern apply 'channel 0,0,0' grey/cross/000.png -o OTHER.png -f && kern predict c.safetensors OTHER.png"
        )
        #expect(works.status == 0, "\(works.said)")
    }

    @Test func `names in the table have as much room as there is, and none looks like another`() throws {
        let kern = try Kern.trained()
        let table = try kern.shell("kern eval m.safetensors --data \(shapes) | grep found")
        #expect(table.printed == "wanted \\ found    circle    cross   square triangle\n")
        let long = try kern.shell(
            "for i in 1 2 3 4 5 6; do mkdir -p d/Kaffeemaschine_Nummer_$i && cp \(shapes)/train/circle/00$i.png d/Kaffeemaschine_Nummer_$i/ "
                + "&& cp \(shapes)/train/square/00$i.png d/Kaffeemaschine_Nummer_$i/; done; "
                + "kern train 'dense classes' --data d -o l.safetensors --epochs 1 --quiet >/dev/null && kern eval l.safetensors --data d | tail -7"
        )
        let lines = long.printed.split(separator: "\n")
        #expect(lines.count == 7, "\(long.printed)")
        #expect(lines[0].hasSuffix(" 1 Kaffe 2 Kaffe 3 Kaffe 4 Kaffe 5 Kaffe 6 Kaffe"), "\(long.printed)")
        #expect(
            lines[1].hasPrefix("1 Kaffeemaschine_Nummer_1 ") && lines.allSatisfy { $0.count <= 80 }, "\(long.printed)")
    }

    @Test func `what a model cannot be measured with is named by its kind`() throws {
        let kern = try Kern.trained("input 16x16x1 | zscore | conv 4 3x3 | relu | globalmax | dense classes")
        let made = try kern.shell(
            "mkdir -p p/before p/after s/images s/masks && for i in 1 2; do kern apply \"gray | crop 32x32 at=$((50*i)),9\" "
                + "\(Pictures.samples)/harbour.png -o p/before/$i.png && kern apply sobel p/before/$i.png -o p/after/$i.png && "
                + "cp p/before/$i.png s/images/ && kern apply 'threshold 0.5' p/before/$i.png -o s/masks/$i.png || exit 1; done; "
                + "kern train 'conv 2 3x3 | conv 1 3x3' --data p -o p.safetensors --epochs 1 --quiet && "
                + "kern train 'conv classes 1' --data s -o s.safetensors --epochs 1 --quiet && "
                + "kern train 'zscore | conv 2 3x3 | globalmax | dense classes' --data \(shapes) -o z.safetensors --epochs 1 --quiet"
        )
        #expect(made.status == 0, "\(made.said)")
        let cases = [
            ("eval p.safetensors --data s", "p.safetensors makes pictures, and the examples of s have classes"),
            (
                "eval s.safetensors --data p",
                "s.safetensors tells 2 classes apart, and p has pictures that are to be made"
            ),
            (
                "eval m.safetensors --data p",
                "its result is 1x1x4, and this is wanted of it: 32x32x1; let its last layer"
            ),
            ("eval m.safetensors --data s", "the program makes one answer for the whole picture (1x1x4)"),
            ("predict p/before/1.png m.safetensors", "'p/before/1.png' is a picture, and the model stands before it"),
            (
                "predict z.safetensors \(Pictures.samples)/harbour.png",
                "z.safetensors was learned from grey pictures; make it grey first: kern apply gray"
            ),
            (
                "show z.safetensors --layer dense1",
                "it has weights, but no kernels that could be shown; those that have: conv1"
            ),
            (
                "train 'input 32x32x1 | flatten | dense 1024' --data p -o x.safetensors",
                "its result is 1x1x1024, and this is wanted of it: 32x32x1"
            ),
            (
                "train 'input 28x28x1 | flatten | dense classes' --data s -o x.safetensors",
                "it has a class for each pixel, and the program makes one answer for the whole picture (1x1x2)"
            ),
            (
                "train 'globalavg | dense classes' --data s -o x.safetensors",
                "one answer for the whole picture, and the masks ask for one for each pixel"
            ),
            (
                "train 'maxpool 2 | conv classes 1' --data s -o x.safetensors",
                "the program makes 16x16x2 of 32x32x1, and the masks are 32x32; bring it back to their size with 'upsample 2'"
            ),
            (
                "train 'conv 3 1' --data s -o x.safetensors",
                "the masks have 2 classes; the last step has to have a channel"
            ),
            (
                "train 'input 16x16x1 | conv classes 1' --data s -o x.safetensors",
                "it is 32x32 and its picture is 16x16; masks cannot be brought to another size: write 'input 32x32x1'"
            ),
        ]
        for (line, says) in cases {
            let outcome = try kern.shell("kern \(line)")
            #expect(outcome.status > 0 && outcome.said.contains(says), "\(line): \(outcome.said)")
            #expect(!outcome.said.contains("program:1:1: input") && !outcome.said.contains("--loss"), "\(outcome.said)")
        }
        #expect(try kern.files() == ["m.safetensors", "p", "p.safetensors", "s", "s.safetensors", "z.safetensors"])
    }

    @Test func `a label that is too high names who counted the classes`() throws {
        let kern = try Kern.trained()
        try kern.write(
            Data([0, 0, 8, 3, 0, 0, 0, 6, 0, 0, 0, 2, 0, 0, 0, 2] + [UInt8](repeating: 9, count: 24)),
            "train-images-idx3-ubyte")
        try kern.write(Data([0, 0, 8, 1, 0, 0, 0, 6, 0, 1, 2, 3, 4, 5]), "train-labels-idx1-ubyte")
        let eval = try kern.shell("kern eval m.safetensors --data .")
        #expect(
            eval.said.contains("label 4 is out of range; there are 4 classes, counted from 0, as m.safetensors says"),
            "\(eval.said)")
        try kern.write(Data("a\nb\nc\n".utf8), "classes.txt")
        let train = try kern.shell("kern train 'dense classes' --data . -o n.safetensors")
        #expect(
            train.said.contains("label 3 is out of range; there are 3 classes, counted from 0, as ./classes.txt says"),
            "\(train.said)")
        let head = (["label"] + (0..<784).map { "pixel\($0)" }).joined(separator: ",")
        for text in [
            "\(head)\n1,\(Array(repeating: "0", count: 784).joined(separator: ","))\n",
            "1" + String(repeating: ",7", count: 100),
        ] {
            try kern.write(Data(text.utf8), "k.csv")
            let table = try kern.shell("kern train 'dense classes' --data k.csv -o n.safetensors")
            #expect(table.status == 1 && table.said.contains("k.csv, line 1: its columns are"), "\(table.said)")
        }
    }
}
