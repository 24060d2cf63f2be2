import Learning
import Pixels
import Testing

struct ExampleSetTests {
    @Test func `examples keep the samples their files had`() {
        let set = ExampleSet(
            shape: Shape(count: 2, channels: 1, height: 1, width: 2), samples: .bytes([0, 255, 1, 2]),
            targets: .labels([1, 0]), classes: ["off", "on"])
        guard case .bytes(let bytes) = set.samples else { return #expect(Bool(false), "bytes became something else") }
        #expect(bytes == [0, 255, 1, 2])
    }
}
