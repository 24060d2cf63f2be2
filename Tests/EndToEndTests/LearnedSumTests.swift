import Foundation
import Testing

/// What `explain --at` and `show` tell of layers that were learned.
struct LearnedSumTests {
    /// The lines that tell what a channel's products come to: without the bias, the bias, with it.
    private func sums(_ text: String) -> [(total: Double, bias: Double, value: Double)] {
        text.matches(of: /sum of all = (\S+); with the bias (\S+) = (\S+)\n/).compactMap { match in
            guard let total = Double(match.1), let bias = Double(match.2), let value = Double(match.3) else {
                return nil
            }
            return (total, bias, value)
        }
    }

    @Test func `what a dense layer adds up is told by its largest products`() throws {
        let kern = try Kern()
        let made = try kern.shell(
            "kern train 'input 8x8x1 | conv 2 3x3 | dense 6 | relu | dense classes' --data \(Pictures.samples)/shapes "
                + "-o m.safetensors --epochs 1 --quiet && kern explain m.safetensors "
                + "\(Pictures.samples)/shapes/test/cross/000.png --at 0,0")
        #expect(made.status == 0, "\(made.said)")
        let parts = made.printed.components(separatedBy: "\n\n")
        let wide = try #require(parts.first { $0.contains("dense 6 at 0,0\n") })
        #expect(wide.contains("  channel 0, the largest of 128 products:\n    channel "), "\(wide)")
        #expect(wide.contains("    the other 118 come to ") && wide.contains("\n  and 2 channels more\n"), "\(wide)")
        #expect(wide.split(separator: "\n").count { $0.contains(" × ") } == 40)
        let head = try #require(parts.first { $0.hasPrefix("dense 4 at 0,0\n") })
        #expect(head.contains("  channel 0, 6 products:\n") && !head.contains("come to"), "\(head)")
        for sum in sums(made.printed) { #expect(abs(sum.total + sum.bias - sum.value) < 2e-3 * max(1, abs(sum.value))) }
        #expect(sums(made.printed).count == 8)
    }

    @Test(arguments: [
        // Of 4 taps a way, every second reaches a sample.
        ("conv 2 3x3 stride=2 | deconv 1 4x4 stride=2 pad=1,1,1,1", "5,4", 8, 1),
        ("conv 2 3x3 stride=2 | deconv 1 4x4 stride=2 pad=1,1,1,1", "0,0", 2, 1),
        ("conv 4 3x3 | deconv 2 3x3 groups=2 dilate=2 pad=2,2,2,2", "5,4", 18, 2),
        ("conv 2 3x3 | deconv 1 2x3 pad=1,1,1,0", "7,3", 12, 1),
    ])
    func `what a deconv adds up is the samples that reach its own`(
        program: String, place: String, products: Int, channels: Int
    ) throws {
        let kern = try Kern()
        let after = channels == 1 ? "identity" : "concat { channel 0 } { invert }"
        let made = try kern.shell(
            "kern apply 'gray | resize 24x20' \(Pictures.samples)/harbour.png -o a.png && kern apply '\(after)' a.png -o b.npy && "
                + "kern train '\(program)' --before a.png --after b.npy -o m.safetensors --epochs 2 --quiet && "
                + "kern explain m.safetensors a.png --at \(place)")
        #expect(made.status == 0, "\(made.said)")
        #expect(made.printed.contains("\(products) products:"), "\(made.printed)")
        #expect(sums(made.printed).count == channels)
        for sum in sums(made.printed) { #expect(abs(sum.total + sum.bias - sum.value) < 2e-3, "\(made.printed)") }
    }

    @Test func `a layer that is drawn or saved is told in a line, and shown whole without`() throws {
        let kern = try Kern()
        let made = try kern.shell(
            "kern train 'input 16x16x1 | conv 3 3x3 | relu | conv 20 3x3 | dense classes' --data \(Pictures.samples)/shapes "
                + "-o m.safetensors --epochs 1 --quiet && kern show m.safetensors --layer 2 -o sheet.png")
        #expect(made.status == 0, "\(made.said)")
        #expect(
            made.printed.hasSuffix("\nconv2: conv 20 3x3\n  60 kernels of 3x3, drawn in sheet.png\n"), "\(made.printed)"
        )
        #expect(!made.printed.contains("["), "\(made.printed)")
        #expect(
            try kern.shell("kern show m.safetensors --layer conv1 -o k/").printed.hasSuffix(
                "3 kernels of 3x3, saved in k/\n"))
        #expect(try kern.shell("kern show m.safetensors --layer 2").printed.contains("output 20, input 3"))
        // What could not be drawn was not told as drawn.
        let refused = try kern.shell("kern show m.safetensors --layer 2 -o sheet.png")
        #expect(refused.status == 2 && refused.printed.isEmpty)
    }
}
