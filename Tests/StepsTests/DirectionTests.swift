import Convolution
import Pixels
import Steps
import Testing

struct DirectionTests {
    /// Sobel of a flat area is not quite 0 in floats, and what is left points anywhere.
    @Test func `what rounding leaves of a flat area has no direction`() throws {
        let shape = Shape(channels: 1, height: 1, width: 6)
        let across = Planes(shape: shape, samples: [3e-8, -1.2e-7, 0, 1e-5, -2e-6, 0])
        let down = Planes(shape: shape, samples: [-6e-8, 0, 2e-6, 0, -1e-5, 0])
        func turns(_ options: PlanOptions) throws -> [Float] {
            let plan = try CombineStep(.angle, inputCount: 2).plan(for: [shape, shape], options: options)
            var result = Planes(shape: shape)
            plan.run(StepCall(inputs: [across, down], rows: 0..<1), into: &result)
            return (0..<6).map { result[c: 0, y: 0, x: $0] }
        }
        let found = try turns(PlanOptions())
        #expect(found[..<4] == [0, 0, 0, 0] && found[4] > 0.6 && found[4] < 0.75 && found[5] == 0)
        // Values of a picture of floats may be as small as they like.
        let fine = try turns(PlanOptions(rounding: 0))
        #expect(fine[0] > 0.75 && fine[1] == 0.5 && fine[2] == 0.25 && fine[4] == found[4])
    }
}
