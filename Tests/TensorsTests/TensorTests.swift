import Tensors
import Testing

struct TensorTests {
    @Test func `a tensor holds as many values as its dimensions say`() {
        let tensor = Tensor(name: "conv1.weight", dimensions: [2, 1, 1, 3], values: [1, 2, 3, 4, 5, 6])
        #expect(tensor.values.count == tensor.dimensions.reduce(1, *))
    }
}
