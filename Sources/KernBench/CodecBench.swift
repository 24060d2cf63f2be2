import Codecs
import Convolution
import Pixels
import Programs

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The codecs in memory, and whole jobs from file to file.
struct CodecBench {
    let picture: Raster
    let machine: Machine
    let stopwatch: Stopwatch

    static let names: [(name: String, format: PictureFormat, decodes: Bool)] = [
        ("PNG", PictureFormat.png), ("JPEG", .jpeg), ("PNM", .pnm),
    ].flatMap { [("\($0) decode", $1, true), ("\($0) encode", $1, false)] }

    static let jobs: [(name: String, format: PictureFormat, program: String)] = [
        ("PPM to PPM, gaussian 2", .pnm, "gaussian 2"), ("PNG to PNG, gaussian 2", .png, "gaussian 2"),
        ("JPEG to JPEG, gaussian 2", .jpeg, "gaussian 2"), ("PNG to PNG, median 3", .png, "median 3"),
        ("JPEG to JPEG, sobel", .jpeg, "sobel"),
    ]

    private var pixels: Double { Double(picture.header.size.width) * Double(picture.header.size.height) }
    private var encoding: EncodingOptions { EncodingOptions(threads: machine.threads) }

    func codec(_ name: String, _ format: PictureFormat, decodes: Bool) throws -> Measurement {
        let file = try picture.encoded(as: format, options: encoding)
        let seconds =
            decodes
            ? try stopwatch.time { _ = try Raster.decode(file) }
            : try stopwatch.time { _ = try picture.encoded(as: format, options: encoding) }
        return Measurement(part: "codec", name: name, seconds, pixels: pixels, bytes: Double(file.count))
    }

    /// Reads a file, filters and writes another, as `kern apply` does, without starting a process.
    func job(_ name: String, _ format: PictureFormat, _ program: String) throws -> Measurement {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let (input, output) = (folder.path + "/in", folder.path + "/out")
        try write(to: input) { sink in
            let writer = try PictureWriter(format, picture.header, options: encoding, to: sink)
            try picture.bytes.withUnsafeBytes { try writer.writeRows(picture.header.size.height, from: $0) }
            try writer.finish()
        }
        let graph = try Catalogue().graph(for: SourceText(text: program))
        let seconds = try stopwatch.time {
            let reader = try PictureReader(path: input)
            let plan = try Plan(graph, for: reader.header, options: RunOptions(machine: machine))
            try write(to: output) { sink in
                try plan.run(from: reader, to: try PictureWriter(format, plan.output, options: encoding, to: sink))
            }
        }
        return Measurement(part: "job", name: name, seconds, pixels: pixels)
    }

    private func write(to path: String, _ body: (ByteSink) throws -> Void) throws {
        let file = try AtomicFile(path: path, replacing: true)
        defer { file.abandon() }
        try body(ByteSink(descriptor: file.descriptor))
        try file.commit()
    }
}

/// A folder for the files of a job, in `TMPDIR` or /tmp.
private struct TemporaryFolder {
    let path: String

    init() throws {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(parent)/kern-bench-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw CodecError.system(.write, errno: errno) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    func remove() {
        for name in ["in", "out"] { unlink("\(path)/\(name)") }
        rmdir(path)
    }
}
