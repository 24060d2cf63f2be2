import CLanes

/// The loops of one instruction level over weights and their gradients.
///
/// - Every pointer is good for `count` values, and no two of a call overlap.
package struct UpdateLoops: @unchecked Sendable {
    // A constant table of plain C functions, which any thread may call.
    private let loops: UnsafePointer<kern_lanes>

    package init(_ lanes: Lanes) { loops = lanes.loops }

    /// What an optimiser does with a gradient; which of these it uses is its own matter.
    package struct Update {
        package var rate: Float
        /// How much of the running mean stays, and of that of the squares.
        package var beta1: Float = 0
        package var beta2: Float = 0
        package var epsilon: Float = 0
        /// The gradient times this.
        package var scale: Float = 1
        /// The weight times this is added to the gradient.
        package var decay: Float = 0
        /// The weight times this is taken off the weight.
        package var shrink: Float = 0
        /// Makes up for running means that start at 0.
        package var correction1: Float = 1
        package var correction2: Float = 1
        package var isNesterov = false

        package init(rate: Float) { self.rate = rate }

        fileprivate var c: kern_update {
            kern_update(
                rate: rate, beta1: beta1, beta2: beta2, epsilon: epsilon, scale: scale, decay: decay, shrink: shrink,
                correction1: correction1, correction2: correction2, nesterov: isNesterov ? 1 : 0)
        }
    }

    package func accumulate(_ values: UnsafePointer<Float>, into out: UnsafeMutablePointer<Float>, _ count: Int) {
        loops.pointee.accumulate(out, values, count)
    }

    package func sumOfSquares(_ values: UnsafePointer<Float>, _ count: Int) -> Double {
        loops.pointee.sum_of_squares(values, count)
    }

    package func momentum(
        _ weights: UnsafeMutablePointer<Float>, _ velocity: UnsafeMutablePointer<Float>,
        _ gradient: UnsafePointer<Float>, _ count: Int, _ update: Update
    ) {
        loops.pointee.momentum_step(weights, velocity, gradient, count, update.c)
    }

    package func adam(
        _ weights: UnsafeMutablePointer<Float>, _ first: UnsafeMutablePointer<Float>,
        _ second: UnsafeMutablePointer<Float>, _ gradient: UnsafePointer<Float>, _ count: Int, _ update: Update
    ) {
        loops.pointee.adam_step(weights, first, second, gradient, count, update.c)
    }

    package func rms(
        _ weights: UnsafeMutablePointer<Float>, _ velocity: UnsafeMutablePointer<Float>,
        _ squares: UnsafeMutablePointer<Float>, _ gradient: UnsafePointer<Float>, _ count: Int, _ update: Update
    ) {
        loops.pointee.rms_step(weights, velocity, squares, gradient, count, update.c)
    }
}

extension Machine {
    package var updateLoops: UpdateLoops { UpdateLoops(lanes) }
}
