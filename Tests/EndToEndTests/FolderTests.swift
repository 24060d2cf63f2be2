import Foundation
import Testing

/// Folders, patterns, and the work of many pictures shared, interrupted and taken up again.
struct FolderTests {
    /// `in` with pictures two folders deep, a text, an empty picture if asked for, and a link back up.
    private func album(withDamage: Bool = false) throws -> Kern {
        let kern = try Kern()
        for folder in ["in/sub/deep", "in/x.png"] {
            try FileManager.default.createDirectory(
                atPath: kern.folder.path + "/" + folder, withIntermediateDirectories: true)
        }
        for name in ["in/a.pgm", "in/sub/b.pgm", "in/sub/deep/noext"] { try kern.write(Pictures.ramp, name) }
        try kern.write(Data("not a picture".utf8), "in/notes.txt")
        if withDamage { try kern.write(Data(), "in/empty.png") }
        try FileManager.default.createSymbolicLink(
            atPath: kern.folder.path + "/in/sub/loop", withDestinationPath: "..")
        return kern
    }

    private func files(_ kern: Kern, below folder: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: kern.folder.path + "/" + folder).sorted()
    }

    @Test func `a folder means the pictures in it, and the summary counts what was passed over`() throws {
        let kern = try album()
        let outcome = try kern.run("apply", "invert", "in/", "-o", "out/")
        #expect(outcome.status == 0)
        #expect(
            outcome.said
                == "kern apply: 1 picture made, 1 file that is no picture passed over, 2 folders not searched (--recursive)\n"
        )
        #expect(try files(kern, below: "out") == ["a.pgm"])
    }

    @Test func `a table among pictures is none of them, and by its name it is one`() throws {
        let kern = try album()
        try kern.write(Data("1,2\n3,4\n".utf8), "in/labels.csv")
        try kern.write(Data("0 1\n".utf8), "in/list")
        let outcome = try kern.run("apply", "invert", "in/", "-o", "out/")
        #expect(outcome.said.contains("1 picture made, 3 files that are no pictures passed over"), "\(outcome.said)")
        let table = try kern.run("apply", "[1 0 -1] border=zero", "in/labels.csv", "-o", "-")
        #expect(table.status == 0 && table.printed == "-2,1\n-4,3\n", "\(table.said)")
        let numbers = try kern.run("apply", "[2]", "in/labels.csv", "-o", "twice.csv")
        #expect(numbers.status == 0)
        let written = try Data(contentsOf: kern.folder.appendingPathComponent("twice.csv"))
        #expect(String(decoding: written, as: UTF8.self) == "2,4\n6,8\n")
    }

    @Test func `recursion keeps the folders, goes round no circle and does not search its own results`() throws {
        let kern = try album()
        for _ in 0..<2 {
            let outcome = try kern.run("apply", "invert", "in", "-rf", "-o", "in/out/")
            #expect(outcome.status == 0, "\(outcome.said)")
            #expect(
                try files(kern, below: "in/out") == ["a.pgm", "sub", "sub/b.pgm", "sub/deep", "sub/deep/noext.pnm"])
        }
    }

    @Test func `patterns in quotes are kern's to match`() throws {
        let kern = try album()
        let outcome = try kern.run("apply", "invert", "in/**/*.pgm", "-o", "out/{name}-x.{ext}")
        #expect(outcome.status == 0, "\(outcome.said)")
        #expect(try files(kern, below: "out") == ["a-x.pgm", "sub", "sub/b-x.pgm"])
        let none = try kern.run("apply", "invert", "in/*.gif", "-o", "out2/")
        #expect(none.status == 1 && none.said.hasPrefix("kern apply: nothing matches 'in/*.gif'\n"))
        #expect(!FileManager.default.fileExists(atPath: kern.folder.path + "/out2"))
        try kern.write(Pictures.ramp, "a[1].pgm")
        #expect(try kern.run("apply", "invert", "a[1].pgm", "-o", "one.pgm").status == 0)
    }

    @Test func `what fails is named, the rest is made and the status is 1`() throws {
        let kern = try album(withDamage: true)
        let outcome = try kern.run("apply", "invert", "in", "-r", "-o", "out/", "--verbose")
        #expect(outcome.status == 1)
        #expect(outcome.said.contains("kern apply: in/empty.png is empty; a picture was expected\n"))
        #expect(outcome.said.contains("kern apply: in/sub/b.pgm → out/sub/b.pgm\n"))
        #expect(
            outcome.said.hasSuffix(
                """
                kern apply: these pictures failed:
                  in/empty.png
                kern apply: 3 pictures made, 1 file that is no picture passed over; 1 of 4 pictures failed

                """))
    }

    @Test func `a second call makes what is missing and touches nothing else`() throws {
        let kern = try album()
        #expect(try kern.run("apply", "invert", "in", "-r", "-o", "out/").status == 0)
        let first = try kern.read("out/a.pgm")
        try kern.write(Data("mine".utf8), "out/sub/b.pgm")
        try FileManager.default.removeItem(atPath: kern.folder.path + "/out/a.pgm")
        let outcome = try kern.run("apply", "invert", "in", "-r", "-o", "out/", "--skip-existing")
        #expect(outcome.status == 0)
        #expect(outcome.said.hasPrefix("kern apply: 1 picture made, 2 skipped because the result exists"))
        #expect(try kern.read("out/a.pgm") == first)
        #expect(try kern.read("out/sub/b.pgm") == Data("mine".utf8))
    }

    @Test func `results beside their inputs are not taken for inputs by a second call`() throws {
        let kern = try Kern()
        try kern.write(Pictures.ramp, "a.pgm")
        for _ in 0..<2 {
            #expect(
                try kern.run("apply", "invert", "*.pgm", "-o", "{dir}/{name}-x.{ext}", "--skip-existing").status == 0)
            #expect(try kern.files() == ["a-x.pgm", "a.pgm"])
        }
    }

    @Test func `shards are disjoint and together the whole`() throws {
        let kern = try Kern()
        try FileManager.default.createDirectory(
            atPath: kern.folder.path + "/in", withIntermediateDirectories: true)
        for index in 0..<11 { try kern.write(Pictures.ramp, "in/\(index).pgm") }
        var all: [String] = []
        for part in 1...4 {
            #expect(try kern.run("apply", "invert", "in", "-o", "out\(part)/", "--shard", "\(part)/4").status == 0)
            all += try files(kern, below: "out\(part)")
        }
        #expect(all.sorted() == (0..<11).map { "\($0).pgm" }.sorted())
        let wrong = try kern.run("apply", "invert", "in", "-o", "out/", "--shard", "5/4")
        #expect(wrong.status == 2 && wrong.said.contains("the I-th of N parts"))
    }

    @Test func `two pictures that would become one file are found before any work`() throws {
        let kern = try album()
        try kern.write(Pictures.ramp, "in/a.ppm")
        let outcome = try kern.run("apply", "invert", "in", "-o", "out/{name}.png")
        #expect(outcome.status == 2)
        #expect(outcome.said.contains("'in/a.pgm' and 'in/a.ppm' would both become 'out/a.png'"))
        #expect(!FileManager.default.fileExists(atPath: kern.folder.path + "/out"))
    }

    @Test func `a dry run tells what would happen and does nothing`() throws {
        let kern = try album()
        let outcome = try kern.run("apply", "invert", "in", "-r", "-o", "new/", "--dry-run", "--save", "k.kern")
        #expect(outcome.status == 0)
        #expect(
            outcome.printed == """
                would save the program as k.kern
                would make the folder new/
                would make the folder new/sub/
                would make the folder new/sub/deep/
                in/a.pgm → new/a.pgm
                in/sub/b.pgm → new/sub/b.pgm
                in/sub/deep/noext → new/sub/deep/noext.pnm

                """)
        #expect(try kern.files() == ["in"])
    }

    @Test func `a killed batch is finished by the next, and no file was left in part`() throws {
        let kern = try Kern()
        try FileManager.default.createDirectory(
            atPath: kern.folder.path + "/in", withIntermediateDirectories: true)
        for index in 0..<300 {
            try kern.write(
                Pictures.gray(64, 64, [UInt8](repeating: UInt8(index & 255), count: 4096)), "in/\(index).pgm")
        }
        let outcome = try kern.shell(
            """
            '\(Kern.binary)' apply 'gaussian 2' in -o out/ & pid=$!
            while [ $(ls out 2>/dev/null | wc -l) -lt 5 ]; do :; done; kill -9 $pid; wait $pid
            kern apply 'gaussian 2' in -o out/ --skip-existing && kern apply 'gaussian 2' in -o whole/ -q
            rm -f out/.kern-*; diff -r out whole
            """)
        #expect(outcome.status == 0, "\(outcome.said)")
    }

    @Test func `a saved program does what the program did, wherever it lies`() throws {
        let kern = try album()
        try kern.write(Data("invert\n".utf8), "own.kern")
        let program = "gaussian 1 | add { ./own.kern } { }"
        #expect(try kern.run("apply", program, "in/a.pgm", "-o", "a.pgm", "--save", "in/sub/k.kern").status == 0)
        #expect(try kern.run("apply", "in/sub/k.kern", "in/a.pgm", "-o", "b.pgm").status == 0)
        #expect(try kern.read("a.pgm") == kern.read("b.pgm"))
        #expect(try kern.run("show", "in/sub/k.kern").printed.hasPrefix("k — gaussian 1 | add { ./own.kern } { }"))
        let again = try kern.run("apply", program, "in/a.pgm", "-o", "c.pgm", "--save", "in/sub/k.kern")
        #expect(again.status == 2 && again.said == "kern apply: 'in/sub/k.kern' exists; --force replaces it\n")
    }
}
