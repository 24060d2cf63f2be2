import Foundation
import KernCLI
import Testing

/// Each test has a folder of its own and names files in it by relative paths.
@Suite final class OutputPlanTests {
    let folder: String

    init() throws {
        folder = FileManager.default.temporaryDirectory.path + "/kern-plan-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func path(_ name: String) -> String { "\(folder)/\(name)" }

    func make(_ names: String...) throws {
        for name in names {
            let path = path(name)
            let parent = String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)])
            try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
            #expect(FileManager.default.createFile(atPath: path, contents: Data(name.utf8)))
        }
    }

    func targets(
        _ inputs: [String], to output: String, force: Bool = false, extension chosen: String? = nil
    ) throws -> [String] {
        let plan = try OutputPlan(inputs: inputs.map(path), output: path(output), force: force, extension: chosen)
        return plan.jobs.map { job in
            switch job.target {
            case .file(let path): String(path.dropFirst(folder.count + 1))
            case .stream(let path): "stream \(path)"
            case .standardOutput: "-"
            case .nowhere: "nowhere"
            }
        }
    }

    func refusal(_ inputs: [String], to output: String, force: Bool = false) -> String? {
        let error = #expect(throws: OutputError.self) { try self.targets(inputs, to: output, force: force) }
        return error?.sentence.split(separator: "\(folder)/").joined()
    }

    @Test func `one input becomes the file that was named`() throws {
        #expect(try targets(["a.png"], to: "b.png") == ["b.png"])
    }

    @Test func `a folder keeps the names of the inputs`() throws {
        try make("out/keep")
        #expect(try targets(["x/a.png", "b.tar.jpg"], to: "out") == ["out/a.png", "out/b.tar.jpg"])
        #expect(try targets(["x/a.png"], to: "out/", extension: "npy") == ["out/a.npy"])
    }

    @Test func `a folder that is not there is planned only where its name ends in a slash`() throws {
        let plan = try OutputPlan(inputs: ["a.png"], output: path("new/"), force: false)
        #expect(plan.missingFolders == [path("new")])
        #expect(
            refusal(["a.png"], to: "new/a.png") == "there is no folder 'new' to write 'new/a.png' into; make it first")
        #expect(refusal(["a.png", "b.png"], to: "new")?.hasPrefix("2 inputs cannot all become 'new'; ") == true)
    }

    @Test func `a template is filled in for each input`() throws {
        try make("in/keep")
        #expect(
            try targets(["in/cat.jpg", "in/.dog"], to: "{index}-{name}.png") == ["1-cat.png", "2-.dog.png"])
        let beside = try OutputPlan(inputs: [path("in/cat.jpg")], output: "{dir}/{name}-edges.{ext}", force: false)
        #expect(beside.jobs.map(\.output) == [path("in/cat-edges.jpg")])
    }

    @Test(arguments: [
        ("{nmae}.png", "'{nmae}' in '{nmae}.png' means nothing; the fields are {name}, {ext}, {dir} and {index}"),
        ("{name.png", "'{' in '{name.png' is not closed; the fields are {name}, {ext}, {dir} and {index}"),
    ])
    func `a field that means nothing is refused`(template: String, sentence: String) {
        #expect(refusal(["a.png"], to: template) == sentence)
    }

    @Test func `two inputs never share an output`() throws {
        try make("a/x.png", "b/x.png", "out/keep")
        #expect(
            refusal(["a/x.png", "b/x.png"], to: "out/")
                == "'a/x.png' and 'b/x.png' would both become 'out/x.png'; "
                + "tell them apart with {index} or {dir}, as in -o 'out/{index}-{name}.{ext}'")
        try FileManager.default.createSymbolicLink(atPath: path("c"), withDestinationPath: path("out"))
        #expect(
            throws: OutputError.self, "the same folder under two names",
            performing: {
                try OutputPlan(
                    inputs: [self.path("out/x.png"), self.path("c/x.png")], output: "{dir}/y.png", force: true)
            })
    }

    @Test func `an input is not written over, whatever it is called and even by force`() throws {
        try make("a.png", "d/keep")
        try FileManager.default.createSymbolicLink(atPath: path("soft.png"), withDestinationPath: path("a.png"))
        try FileManager.default.linkItem(atPath: path("a.png"), toPath: path("hard.png"))
        #expect(
            refusal(["a.png"], to: "a.png", force: true)
                == "'a.png' is an input and is not written over; name another file")
        for name in ["d/../a.png", "soft.png", "hard.png"] {
            #expect(
                refusal(["a.png"], to: name, force: true)
                    == "'\(name)' is the same file as the input 'a.png' and is not written over; name another file")
        }
        #expect(refusal(["b.png", "a.png"], to: "{name}.png", force: true)?.contains("is an input") == true)
    }

    @Test func `a file that is there stays unless forced, and one word tells how many`() throws {
        try make("1.png", "2.png")
        #expect(refusal(["x/1.jpg"], to: "1.png") == "'1.png' exists; --force replaces it")
        #expect(
            refusal(["x/1.jpg", "x/2.jpg", "x/3.jpg"], to: "{name}.png")
                == "'1.png' and 1 more of the outputs exist; --force replaces them")
        #expect(try targets(["x/1.jpg"], to: "1.png", force: true) == ["1.png"])
    }

    @Test func `a link is followed, so that the file is replaced and not the link`() throws {
        try make("real.png")
        try FileManager.default.createSymbolicLink(atPath: path("link.png"), withDestinationPath: path("real.png"))
        let resolved = try #require(FileFacts.resolved(path("real.png")))
        let plan = try OutputPlan(inputs: ["-"], output: path("link.png"), force: true)
        #expect(plan.jobs.map(\.target) == [.file(resolved)])
    }

    @Test func `devices are written to as they stand`() throws {
        let plan = try OutputPlan(inputs: ["-"], output: "/dev/null", force: false)
        #expect(plan.jobs.map(\.target) == [.stream("/dev/null")])
    }

    @Test func `stdout takes one picture`() throws {
        #expect(try OutputPlan(inputs: ["-"], output: "-", force: false).jobs.map(\.target) == [.standardOutput])
        #expect(throws: OutputError.severalInputsOneOutput(output: "-", count: 2)) {
            try OutputPlan(inputs: ["a", "b"], output: "-", force: false)
        }
    }

    @Test func `stdin has no name to make one from`() throws {
        #expect(throws: OutputError.noName) {
            try OutputPlan(inputs: ["-"], output: self.folder, force: false)
        }
    }
}
