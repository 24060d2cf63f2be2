import Pixels

/// Gradients lent to be overwritten: taken out meanwhile, so that their room is not copied.
extension StepGradients {
    /// Calls `body` with the gradient by input `index`, if it is asked for.
    mutating func withInput(_ index: Int, _ body: (inout Planes) -> Void) {
        guard var gradient = inputs[index].take() else { return }
        body(&gradient)
        inputs[index] = gradient
    }

    /// Calls `body` with the gradients by a layer's weights and, where it has one, its bias.
    mutating func withWeightsAndBias(_ hasBias: Bool, _ body: (_ weights: inout Planes, _ bias: inout Planes?) -> Void)
    {
        var bias = hasBias ? parameters.removeLast() : nil
        body(&parameters[0], &bias)
        if let bias { parameters.append(bias) }
    }
}
