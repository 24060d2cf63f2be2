import Convolution
import Foundation
import Pixels
import Programs
import Steps
import Testing

/// Kernels are made of their formulas a row at a time; `evaluate` goes tap by tap.
@Test(arguments: [
    "1", "x", "y", "x*x", "y - 2", "exp(-(x*x + y*y) / 8)", "exp(-r*r / 8) * (x + 2*y)",
    "choose(8, x + 4) * choose(8, y + 3)",
    "r < 2", "cos(theta) * x / w - h", "(x + y) * (x - y) + x * y", "max(abs(x), abs(y)) <= 1", "-(x) + -(y)",
    "w*h + r",
    "x*y*x*y", "(1 + 2) * (x > 0) + (y > 0) * 3 - (x == y)", "sqrt(abs(y)) + sqrt(abs(x))", "r*0 + 1", "theta",
    "atan2(y, x) + hypot(x, y)",
])
func `a kernel has at each tap what its formula is there`(_ formula: String) throws {
    let bound = try Formula(formula).bound(to: Formula.windowVariables)
    for (size, anchor) in [(Size(1), "0,0"), (Size(width: 7, height: 4), "3,1"), (Size(width: 2, height: 9), "1,8")] {
        let program = "kernel size=\(size) anchor=\(anchor) none { \(formula) }"
        let graph = try Catalogue().graph(for: SourceText(text: program))
        let kernel = try #require(graph.nodes[1].step as? KernelStep).kernel
        let origin = kernel.anchor ?? PerAxis(x: (size.width - 1) / 2, y: (size.height - 1) / 2)
        for row in 0..<size.height {
            for column in 0..<size.width {
                let (x, y) = (Double(column - origin.x), Double(row - origin.y))
                let values = [
                    x, y, hypot(x, y), atan2(y, x), Double(size.width), Double(size.height),
                ]
                #expect(kernel[x: column, y: row] == bound.evaluate(values), "\(size) \(column),\(row)")
            }
        }
    }
}

@Test func `a formula with more parts than are kept is worked out all the same`() throws {
    let formula = (1...150).map { "(x + \($0)) * y" }.joined(separator: " + ")
    let graph = try Catalogue().graph(for: SourceText(text: "kernel size=5x3 none { \(formula) }"))
    let kernel = try #require(graph.nodes[1].step as? KernelStep).kernel
    // Σ over i of (x + i) · y
    #expect(kernel[x: 4, y: 2] == 11_625)
    #expect(kernel[x: 0, y: 0] == -11_025)
    #expect(kernel[x: 3, y: 1] == 0)
}

private let products = String(repeating: "x*y + ", count: 3000) + "1"
private let powers = (1...400).map { "exp(x / \($0)) * y" }.joined(separator: " + ")

@Test(arguments: [products, powers, "choose(4000, x + y)"])
func `a kernel that would take minutes to work out is refused at once`(formula: String) throws {
    let start = ContinuousClock.now
    let error = #expect(throws: ProgramError.self) {
        _ = try Catalogue().graph(for: SourceText(text: "kernel size=4095 none { \(formula) }"))
    }
    #expect(error?.description.contains("make the kernel or the formula smaller") == true)
    #expect(ContinuousClock.now - start < .seconds(5))
    _ = try Catalogue().graph(for: SourceText(text: "kernel size=5 none { \(formula) }"))
}
