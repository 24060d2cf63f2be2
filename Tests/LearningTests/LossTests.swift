import Learning
import Pixels
import Testing

/// Losses through the learner are tested by what is learned; here the rules by themselves.
struct LossTests {
    @Test func `a schedule rises, falls and waits as its course says`() {
        func rate(_ course: Schedule.Course, _ step: Int, warmUp: Int = 0, setbacks: Int = 0) -> Double {
            Schedule(rate: 1, course: course, warmUp: warmUp)
                .rate(at: step, of: 100, stepsPerEpoch: 10, setbacks: setbacks)
        }
        #expect(rate(.constant, 99) == 1)
        #expect(rate(.constant, 0, warmUp: 4) == 0.25)
        #expect(rate(.constant, 3, warmUp: 4) == 1)
        #expect(rate(.step(epochs: 2, factor: 0.1), 19) == 1)
        #expect(abs(rate(.step(epochs: 2, factor: 0.1), 20) - 0.1) < 1e-12)
        #expect(rate(.cosine, 0) == 1)
        #expect(abs(rate(.cosine, 50) - 0.5) < 1e-12)
        #expect(abs(rate(.oneCycle(rise: 0.3), 30) - 1) < 1e-12)
        #expect(rate(.oneCycle(rise: 0.3), 0) < 0.05)
        #expect(rate(.oneCycle(rise: 0.3), 100) < 1e-4)
        #expect(abs(rate(.plateau(patience: 2, factor: 0.5), 70, setbacks: 2) - 0.25) < 1e-12)
    }

    @Test func `a prediction is softmax of what comes out, and ranks the likeliest first`() {
        let prediction = Prediction([1, 3, 2, 3], areProbabilities: false)
        #expect(prediction.ranking == [1, 3, 2, 0])
        #expect(abs(prediction.probabilities.reduce(0, +) - 1) < 1e-6)
        // e / (e + e³ + e² + e³), from Python's math.exp
        #expect(abs(prediction.probabilities[0] - 0.0540646) < 1e-6)
        #expect(Prediction([0.25, 0.75], areProbabilities: true).probabilities == [0.25, 0.75])
    }
}
