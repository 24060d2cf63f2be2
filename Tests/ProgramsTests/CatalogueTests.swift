import Convolution
import Pixels
import Programs
import Steps
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

struct CatalogueTests {
    static let root = String(#filePath.dropLast("Tests/ProgramsTests/CatalogueTests.swift".count))

    /// A kernel as other people's code has it; `Tests/Oracle/make_expected.py` wrote the table.
    struct Expected: CustomTestStringConvertible {
        let program: String
        let size: Size
        let weights: [Double]
        /// Whether the program is several steps, so that its answer to an impulse stands for a kernel.
        let isImpulse: Bool

        var testDescription: String { program }
    }

    static let table: [Expected] = read(root + "Tests/Oracle/kernel-matrices.txt").split(separator: "\n").compactMap {
        line in
        let parts = line.split(separator: "|").map { $0.split(separator: " ").map(String.init) }
        guard parts.count == 3, let sides = parts[1].first?.split(separator: "x").compactMap({ Int($0) }) else {
            return nil
        }
        let isImpulse = parts[0].first == "impulse"
        return Expected(
            program: parts[0].dropFirst(isImpulse ? 1 : 0).joined(separator: " "),
            size: Size(width: sides[0], height: sides[1]), weights: parts[2].compactMap(Double.init),
            isImpulse: isImpulse)
    }

    @Test func `the table of expected kernels is there`() { #expect(Self.table.count > 60) }

    @Test(arguments: table) func `a named kernel has the weights that other people's code gives it`(
        _ expected: Expected
    ) throws {
        let graph = try Catalogue().graph(for: SourceText(text: expected.program))
        let scale = expected.weights.map(abs).max() ?? 1
        if expected.isImpulse {
            // Correlation answers an impulse with the kernel turned by 180°.
            let (w, h) = (expected.size.width, expected.size.height)
            let side = Size(width: 2 * w + 1, height: 2 * h + 1)
            let header = PictureHeader(size: side, channels: .gray, depth: .float32)
            var samples = [Float](repeating: 0, count: side.width * side.height)
            samples[h * side.width + w] = 1
            let raster = Raster(header: header, bytes: samples.withUnsafeBytes(Array.init))
            let answer = try Plan(graph, for: header).applied(to: raster).bytes.withUnsafeBytes {
                Array($0.bindMemory(to: Float.self))
            }
            for y in 0..<h {
                for x in 0..<w {
                    let found = Double(answer[(h + h / 2 - y) * side.width + w + w / 2 - x])
                    #expect(abs(found - expected.weights[y * w + x]) <= 1e-6 * scale, "\(x),\(y)")
                }
            }
        } else {
            let kernel = try #require(graph.nodes.last?.step as? KernelStep).kernel
            #expect(kernel.size == expected.size)
            let worst = zip(kernel.weights, expected.weights).map { abs($0 - $1) }.max() ?? 0
            #expect(worst <= 1e-9 * scale)
        }
    }

    @Test func `every kernel file is listed in the index, and says what it is`() throws {
        let listed = Set(Catalogue.builtIn.map { $0.group + "/" + $0.name + ".kern" })
        var found: Set<String> = []
        for group in ["smooth", "sharpen", "edges", "lines"] {
            for file in files(in: Self.root + "kernels/" + group) { found.insert(group + "/" + file) }
        }
        #expect(found == listed)
        for entry in Catalogue.builtIn {
            let help = try entry.file().help
            #expect(help.first?.hasPrefix(entry.name + " — ") == true, "\(entry.name)")
            #expect(help.count > 1, "\(entry.name) says nothing more")
        }
    }

    @Test(arguments: [
        ("gaussian 0", "gaussian: 'sigma' must be above 0, not 0"), ("gaussian -1", "'sigma' must be above 0, not -1"),
        ("unsharp sigma=0", "unsharp: 'sigma' must be above 0"), ("dog 1 0", "dog: 'ratio' must be above 0"),
        ("gabor 4 0", "gabor: 'wavelength' must be above 0"),
    ])
    func `a size that must be above 0 is asked for as such, at the word that is not`(program: String, message: String) {
        let error = #expect(throws: ProgramError.self) {
            _ = try Catalogue().graph(for: SourceText(text: program))
        }
        #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
        #expect(error?.description.contains("kernels/") == false)
    }

    @Test(arguments: [0.1, 0.3, 0.5, 1, 2, 7.5, 50, 200]) func `the gaussian is the true one`(sigma: Double) throws {
        let graph = try Catalogue().graph(for: SourceText(text: "gaussian \(sigma)"))
        let kernel = try #require(graph.nodes.last?.step as? KernelStep).kernel
        let radius = Int((4 * sigma).rounded(.up))
        #expect(kernel.size == Size(2 * radius + 1))
        #expect(abs(kernel.sum - 1) < 1e-12)
        let row = (-radius...radius).map { exp(-Double($0 * $0) / (2 * sigma * sigma)) }
        let sum = row.reduce(0, +)
        for x in stride(from: 0, to: row.count, by: max(1, radius / 7)) {
            let expected = row[x] * row[radius] / (sum * sum)
            #expect(abs(kernel[x: x, y: radius] - expected) <= 1e-12 * row[radius] / (sum * sum))
        }
        if sigma >= 0.3 { #expect(kernel.rank(most: 2) == 1) }
    }

    private static func read(_ path: String) -> String {
        guard let file = fopen(path, "rb") else { return "" }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 22)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes[..<count], as: UTF8.self)
    }

    private func files(in folder: String) -> [String] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasSuffix(".kern") { names.append(name) }
        }
        return names
    }
}
