import Foundation
import Testing

/// `kern eval --mistakes`: which pictures a model gets wrong.
struct MistakeTests {
    private let shapes = "\(Pictures.samples)/shapes"

    /// The table without its head, which is checked.
    private func rows(_ kern: Kern, _ file: String = "w.csv") throws -> [[String]] {
        let lines = String(decoding: try kern.read(file), as: UTF8.self).split(separator: "\n")
        #expect(lines.first == "path,part,index,wanted,found,probability,wanted_probability")
        return lines.dropFirst().map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
    }

    @Test(arguments: [("", ""), (" | softmax", ""), (" | softmax", "--loss mse"), (" | sigmoid", "--loss bce")])
    func `each wrong picture has a line, the surest first, and predict says the same of it`(
        ending: String, options: String
    ) throws {
        let kern = try Kern.trained("input 32x32x1 | zscore | dense classes" + ending, options)
        let eval = try kern.shell("kern eval m.safetensors --data \(shapes) --mistakes w.csv --json")
        #expect(eval.status == 0, "\(eval.said)")
        let rows = try rows(kern)
        #expect(
            eval.printed.contains("\"accuracy\":\(Double(80 - rows.count) / 80),"), "\(rows.count): \(eval.printed)")
        #expect(eval.said.hasSuffix("w.csv: \(rows.count) of 80 pictures were got wrong, the surest first\n"))
        let shares = rows.compactMap { Double($0[5]) }
        #expect(shares.count == rows.count && shares == shares.sorted(by: >) && rows.count > 5)
        for row in rows {
            #expect(row[0].hasPrefix("\(shapes)/test/\(row[3])/") && row[1] == "test" && row[3] != row[4], "\(row)")
        }
        let first = try #require(rows.first)
        let predict = try kern.shell("kern predict m.safetensors \(first[0]) --csv --top 4 | tail -1").printed
        let told = predict.split(separator: ",")
        #expect(told[1] == first[4], "\(predict)")
        #expect(abs((Double(String(told[2])) ?? -1) - shares[0]) < 1e-4, "\(predict)")
        let index = try #require(told.firstIndex { $0 == first[3] })
        let wanted = Double(String(told[index + 1].filter { !$0.isNewline })) ?? -2
        #expect(abs(wanted - (Double(first[6]) ?? -1)) < 1e-4, "\(predict)")
    }

    @Test func `pictures of one file are told by their number, those of a list by their path`() throws {
        let kern = try Kern.trained()
        let made = try kern.shell(
            """
            i=0; for c in circle cross square triangle; do for n in 000 001 002 003; do \
            echo "\(shapes)/test/$c/$n.png,$c"; done; done > l.csv
            kern eval m.safetensors --data l.csv --mistakes w.csv --quiet
            (printf '\\0\\0\\10\\3\\0\\0\\0\\20\\0\\0\\0\\40\\0\\0\\0\\40'; for c in circle cross square triangle; do for n in 000 001 002 003; do \
            kern apply identity \(shapes)/test/$c/$n.png --format pnm -o - | tail -c 1024; done; done) > train-images-idx3-ubyte
            (printf '\\0\\0\\10\\1\\0\\0\\0\\20\\0\\0\\0\\0\\1\\1\\1\\1\\2\\2\\2\\2\\3\\3\\3\\3') > train-labels-idx1-ubyte
            kern eval m.safetensors --data train-images-idx3-ubyte --mistakes i.csv --quiet
            """)
        #expect(made.status == 0, "\(made.said)")
        let (listed, numbered) = (try rows(kern), try rows(kern, "i.csv"))
        #expect(!listed.isEmpty && listed.map { Array($0.dropFirst()) } == numbered.map { Array($0.dropFirst()) })
        #expect(numbered.allSatisfy { $0[0].isEmpty && $0[1] == "training" })
        let names = ["circle", "cross", "square", "triangle"]
        for row in listed {
            let index = try #require(Int(row[2]))
            #expect(row[0] == "\(shapes)/test/\(names[index / 4])/00\(index % 4).png" && row[3] == names[index / 4])
        }
    }

    @Test func `what was set aside is told by its place among what was learned from`() throws {
        let kern = try Kern.trained("input 32x32x1 | zscore | dense classes", "--val 0.2")
        let eval = try kern.shell("kern eval m.safetensors --data \(shapes) --part validation --mistakes w.csv")
        #expect(eval.said.contains("of 64 pictures were got wrong"), "\(eval.said)")
        let kinds = ["circle", "cross", "square", "triangle"]
        for row in try rows(kern) {
            let index = try #require(Int(row[2]))
            let file = String("00\(index % 80)".suffix(3))
            #expect(row[0] == "\(shapes)/train/\(kinds[index / 80])/\(file).png" && row[1] == "training", "\(row)")
        }
    }

    @Test func `the table replaces nothing unasked, and is for classes of pictures`() throws {
        let kern = try Kern.trained()
        let made = try kern.shell(
            "mkdir -p s/images s/masks p/before p/after; for i in 1 2; do "
                + "kern apply \"gray | crop 16x16 at=$((50*i)),9\" \(Pictures.samples)/harbour.png -o s/images/$i.png && "
                + "kern apply 'threshold 0.5' s/images/$i.png -o s/masks/$i.png && cp s/images/$i.png p/before && cp s/images/$i.png p/after; done; "
                + "kern train 'conv classes 1' --data s -o s.safetensors --epochs 1 --quiet && "
                + "kern train 'conv 2 3x3 | conv 1 3x3' --data p -o p.safetensors --epochs 1 --quiet && "
                + "echo \(shapes)/test/cross/000.png,cross > train.csv && echo old > w.csv")
        #expect(made.status == 0, "\(made.said)")
        let cases = [
            ("m.safetensors --data \(shapes) --mistakes w.csv", "'w.csv' exists; --force replaces it"),
            (
                "m.safetensors --data train.csv --mistakes train.csv --force",
                "'train.csv' is an input and is not written over"
            ),
            (
                "m.safetensors --data . --mistakes train.csv --force",
                "'train.csv' is the same file as the input './train.csv'"
            ),
            ("m.safetensors --data \(shapes) --mistakes -", "--mistakes writes a table to FILE.csv, not to '-'"),
            ("m.safetensors --data \(shapes) --mistakes no/w.csv", "there is no folder 'no'"),
            ("m.safetensors --data \(shapes) --force", "--force is for the file of --mistakes"),
            ("s.safetensors --data s --mistakes n.csv", "s.safetensors tells a class for each pixel; leave it out"),
            ("p.safetensors --data p --mistakes n.csv", "p.safetensors makes pictures; leave it out"),
        ]
        for (line, says) in cases {
            let outcome = try kern.shell("kern eval \(line)")
            #expect(outcome.status == 2 && outcome.said.contains(says), "\(line): \(outcome.said)")
        }
        #expect(String(decoding: try kern.read("w.csv"), as: UTF8.self) == "old\n")
        #expect(try kern.shell("kern eval m.safetensors --data \(shapes) --mistakes w.csv --force").status == 0)
        #expect(try !rows(kern).isEmpty)
        #expect(try !kern.files().contains("n.csv"))
    }
}
