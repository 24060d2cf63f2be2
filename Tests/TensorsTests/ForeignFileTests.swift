import Tensors
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Files that other software reads or wrote: Tests/Oracle/tensors.py is that software.
@Suite struct ForeignFileTests {
    private static let folder = #filePath.dropLast("ForeignFileTests.swift".count) + "Fixtures/"

    private static func read(_ name: String) -> [UInt8] {
        guard let file = fopen(folder + name, "rb") else { return [] }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = fread(&bytes, 1, bytes.count, file)
        return Array(bytes[..<count])
    }

    @Test func `the file that PyTorch's package was seen to open is what kern writes`() throws {
        let file = TensorFile(
            tensors: [
                .init(
                    name: "conv1.weight", dimensions: [2, 1, 1, 3],
                    values: [0.5, -0.25, 0x1.65p-140, 3, -0.0, .infinity]),
                .init(name: "conv1.bias \"é\"", dimensions: [2], values: [1, 2]),
                .init(name: "none", dimensions: [0, 4], values: []),
                .init(name: "scalar", dimensions: [], values: [7]),
            ],
            metadata: [
                .init(key: "program", value: "conv 2 1x3 | relu\n# \"é\" \t"),
                .init(key: "classes", value: #"["a","b"]"#),
            ])
        if getenv("KERN_RECORD") != nil, let recorded = fopen(Self.folder + "kern.safetensors", "wb") {
            let bytes = file.bytes()
            fwrite(bytes, 1, bytes.count, recorded)
            fclose(recorded)
        }
        #expect(Self.read("kern.safetensors") == file.bytes(), "ask Tests/Oracle/tensors.py before you record it anew")
        #expect(try TensorFile(parsing: file.bytes()) == file)
    }

    @Test func `a file that PyTorch's package wrote is read, whatever its types`() throws {
        let file = try TensorFile(parsing: Self.read("python.safetensors"))
        let expected: [String: ([Int], [Float])] = [
            "single": ([2, 2], [1, -0.5, 0.1, 3e38]), "half": ([3], [1, -0x1p-24, 65504]),
            "double": ([2], [0.1, -0.0]),
            "num_batches_tracked": ([], [1200]), "bytes": ([4], [0, 1, 2, 3]), "flags": ([2], [1, 0]),
            "none": ([2, 0], []),
        ]
        #expect(file.tensors.count == expected.count)
        for tensor in file.tensors {
            #expect(tensor.dimensions == expected[tensor.name]?.0, "\(tensor.name)")
            #expect(tensor.values == expected[tensor.name]?.1, "\(tensor.name)")
        }
        #expect(file.note("format") == "pt" && file.note("täxt") == "\"line\"\n\u{1}")
    }
}
