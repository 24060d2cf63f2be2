import Codecs
import Convolution
import Pixels
import Programs

// Convolution by itself: planes in, planes out.
let kernel = try Kernel(rows: [[0, -1, 0], [-1, 5, -1], [0, -1, 0]])
let shape = Shape(channels: 1, height: 3, width: 3)
let dot = Planes(shape: shape, samples: [0, 0, 0, 0, 1, 0, 0, 0, 0])
let sharpen = try Convolution(Bank(kernel, channels: 1), window: Window(size: kernel.size), border: .zero, input: shape)
let sharp = sharpen.applied(to: dot)
print("convolution:", (0..<3).map { y in (0..<3).map { x in Int(sharp[c: 0, y: y, x: x]) } })

// A program over a picture, and the picture through a file format and back.
let header = PictureHeader(size: Size(width: 4, height: 1), channels: .gray, depth: .uint8)
let picture = Raster(header: header, bytes: [0, 0, 255, 255])
let graph = try Catalogue().graph(for: SourceText(text: "box 2 | threshold 0.4"))
let result = try Plan(graph, for: picture.header).applied(to: picture)
print("program:", result.bytes)
print("codecs:", try Raster.decode(result.encoded(as: .png)).bytes == result.bytes)

// What is wrong comes as a sentence with its place.
do {
    _ = try Catalogue().graph(for: SourceText(text: "gausian 2"))
} catch {
    print(error)
}
