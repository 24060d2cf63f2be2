import Convolution
import Pixels
import Testing

struct GeometryTests {
    struct Case: CustomTestStringConvertible {
        let name: String
        let input: Int
        let padding: (Int, Int)
        let kernel: Int
        var dilation = 1
        var stride = 1
        var roundingUp = false
        let output: Int?

        var testDescription: String { name }
    }

    /// The first rows are what the lecture notes and the papers say.
    static let cases = [
        Case(name: "LeNet's first layer", input: 32, padding: (0, 0), kernel: 5, output: 28),
        Case(
            name: "AlexNet's first layer, 11x11 stride 4", input: 227, padding: (0, 0), kernel: 11, stride: 4,
            output: 55),
        Case(name: "AlexNet with padding 2 on 224", input: 224, padding: (2, 2), kernel: 11, stride: 4, output: 55),
        Case(name: "AlexNet's pooling", input: 55, padding: (0, 0), kernel: 3, stride: 2, output: 27),
        Case(name: "ResNet's first layer", input: 224, padding: (3, 3), kernel: 7, stride: 2, output: 112),
        Case(name: "2x2 pooling of an odd size", input: 5, padding: (0, 0), kernel: 2, stride: 2, output: 2),
        Case(
            name: "the same in ceil mode", input: 5, padding: (0, 0), kernel: 2, stride: 2, roundingUp: true, output: 3),
        Case(name: "dilation 2 makes 3 taps 5 wide", input: 5, padding: (0, 0), kernel: 3, dilation: 2, output: 1),
        Case(
            name: "ceil mode drops a window that begins in the padding", input: 4, padding: (1, 1), kernel: 2,
            stride: 3,
            roundingUp: true, output: 2),
        Case(name: "a kernel larger than the picture", input: 4, padding: (0, 0), kernel: 5, output: nil),
        Case(name: "a kernel as large as the picture", input: 5, padding: (0, 0), kernel: 5, output: 1),
    ]

    @Test(arguments: cases) func `the size formula`(_ c: Case) {
        #expect(
            Extent.output(
                input: c.input, padding: c.padding, kernel: c.kernel, dilation: c.dilation, stride: c.stride,
                roundingUp: c.roundingUp) == c.output)
    }

    @Test func `the odd row of same goes to the bottom and right, of same-lower to the top and left`() throws {
        let upper = try Geometry(Window(size: Size(width: 4, height: 2)), input: Size(9))
        #expect((upper.x.before, upper.x.after, upper.y.before, upper.y.after) == (1, 2, 0, 1))
        let lower = try Geometry(Window(size: Size(width: 4, height: 2), padding: .sameLower), input: Size(9))
        #expect((lower.x.before, lower.x.after, lower.y.before, lower.y.after) == (2, 1, 1, 0))
    }

    @Test func `same gives the picture's size divided by the stride, rounded up, for every kernel`() throws {
        for kernel in 1...7 {
            for stride in 1...4 {
                for dilation in 1...3 {
                    for input in 1...12 {
                        let window = Window(
                            size: Size(kernel), stride: PerAxis(stride), dilation: PerAxis(dilation))
                        let geometry = try Geometry(window, input: Size(input))
                        #expect(geometry.output == Size((input + stride - 1) / stride))
                    }
                }
            }
        }
    }

    @Test func `borders go on as documented, however far`() {
        let abcd = Array("abcd")
        func row(_ border: Border, _ count: Int = 4) -> String {
            String((-6..<count + 6).map { border.source(of: $0, count: count).map { abcd[$0] } ?? "." })
        }
        #expect(row(.edge) == "aaaaaaabcddddddd")
        #expect(row(.zero) == "......abcd......")
        #expect(row(.symmetric) == "cddcbaabcddcbaab")
        #expect(row(.reflect) == "abcdcbabcdcbabcd")
        #expect(row(.wrap) == "cdabcdabcdabcdab")
        #expect(row(.reflect, 1) == "aaaaaaaaaaaaa")
        #expect(row(.symmetric, 1) == "aaaaaaaaaaaaa")
        #expect(row(.reflect, 2) == "abababababababa".prefix(14))
    }

    @Test func `every row a window looks at is among the rows it asks for`() throws {
        for border in everyBorder where border != .keep {
            for (kernel, dilation, stride, input) in [
                (3, 1, 1, 5), (5, 2, 1, 4), (4, 1, 3, 9), (7, 1, 2, 2), (2, 3, 1, 1),
            ] {
                for padding in [Padding.same, .full, .sides(top: 5, right: 0, bottom: 6, left: 0)] {
                    let window = Window(
                        size: Size(width: 1, height: kernel), stride: PerAxis(stride), dilation: PerAxis(dilation),
                        padding: padding)
                    let axis = try Geometry(window, input: Size(width: 7, height: input)).y
                    for first in 0..<axis.output {
                        for end in first + 1...axis.output {
                            let asked = axis.sources(of: first..<end, border: border)
                            for o in first..<end {
                                for tap in 0..<kernel {
                                    guard let source = border.source(of: axis.start(o) + tap * dilation, count: input)
                                    else { continue }
                                    #expect(
                                        asked.contains(source), "\(border) \(window) \(input) rows \(first)..<\(end)")
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
