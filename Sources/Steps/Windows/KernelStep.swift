import Convolution
import Pixels

/// A kernel whose weights are known, on each channel by itself: a literal, a formula, a named kernel.
public struct KernelStep: Step {
    public let kernel: Kernel
    public let settings: WindowSettings
    public let text: String

    /// - Parameter flips: turn the kernel by 180°, so that applying it is true convolution.
    public init(_ kernel: Kernel, settings: WindowSettings, flips: Bool = false, text: String) throws(StepError) {
        var settings = settings
        if flips {
            let written = try settings.window(kernel.size)
            self.kernel = try StepError.rewording { () throws(KernelError) in
                try kernel.flipped(anchor: written.resolvedAnchor(of: kernel))
            }
            settings.anchor = nil
            if settings.padding == .sameLower { settings.padding = .same }
        } else {
            self.kernel = kernel
        }
        self.settings = settings
        self.text = text
    }

    public var role: StepRole { .window(isSigned: kernel.isSigned) }

    /// Whether each pixel comes of the one in its own place alone.
    package var isOnePixel: Bool {
        kernel.size == Size(1) && settings.stride == PerAxis(1) && settings.padding == .same
    }

    public var coverage: any Step {
        guard kernel.sum != 1, !kernel.isSigned, let scaled = try? kernel.normalised(.sumIsOne) else { return self }
        return (try? KernelStep(scaled, settings: settings, text: text)) ?? self
    }

    public var enlargement: Double { kernel.magnitudeSum }

    public func plan(for inputs: [Shape], options: PlanOptions) throws(StepError) -> any PlannedStep {
        do {
            return PlannedConvolution(convolution: try convolution(on: inputs[0], options, options.method))
        } catch {
            // A method asked for the whole program is a wish: where this kernel cannot be computed so, direct stands in.
            guard case .geometry(.methodImpossible) = error else { throw error }
            return PlannedConvolution(convolution: try convolution(on: inputs[0], options, .direct))
        }
    }

    public func stages(for input: Shape, options: PlanOptions) -> [any PlannedStep] {
        guard options.usesGrids, options.method == nil, !options.isExact,
            let convolution = try? convolution(on: input, options, nil), let window = try? settings.window(kernel.size),
            let grid = GridConvolution(
                kernel, window: window, border: convolution.border, input: input, tolerance: options.tolerance)
        else { return [] }
        return GridStages.steps(grid, standingFor: convolution)
    }

    private func convolution(
        on input: Shape, _ options: PlanOptions, _ method: Method?
    ) throws(StepError) -> Convolution {
        let window = try settings.window(kernel.size)
        return try StepError.rewording { () throws(GeometryError) in
            try Convolution(
                Bank(kernel, channels: input.channels), window: window,
                border: settings.border ?? options.border ?? .edge, input: input, method: method,
                isExact: options.isExact, tolerance: options.tolerance)
        }
    }
}

/// A convolution with everything known, as a step.
public struct PlannedConvolution: DifferentiableStep {
    public let convolution: Convolution

    public var inputs: [Shape] { [convolution.input] }
    public var output: Shape { convolution.output }
    public var rowGrain: Int { convolution.rowGrain }

    public func rowsNeeded(for rows: Range<Int>) -> [Range<Int>] { [convolution.rowsNeeded(for: rows)] }

    public func run(_ call: StepCall, into output: inout Planes) {
        convolution.run(call.inputs[0], rows: call.rows, into: &output, on: call.machine)
    }

    /// The weights are known, so only the picture gets a gradient.
    public func backward(
        _ call: StepCall, output: Planes, notes: [Planes], outputGradient: Planes, into gradients: inout StepGradients
    ) {
        gradients.inputs[0]?.fill { convolution.passBack(outputGradient, into: &$0, on: call.machine) }
    }

    public var account: StepAccount {
        var account = StepAccount(
            geometry: convolution.geometry, border: convolution.border, convolution: convolution,
            operations: convolution.operations, scratchBytes: convolution.scratchBytes)
        account.startRows = convolution.startRows
        return account
    }
}

/// Takes the pixel under the anchor and goes as another window goes: what becomes of alpha where a filter has no
/// meaning for it.
public struct SampleStep: Step {
    public let size: Size
    public private(set) var settings: WindowSettings

    /// The sampler that goes as `step` goes; nil where that is no window of known size.
    public init?(following step: any Step) {
        if let kernel = step as? KernelStep {
            size = kernel.kernel.size
            settings = kernel.settings
            if settings.anchor == nil { settings.anchor = kernel.kernel.anchor }
        } else if let pool = step as? PoolStep {
            size = pool.size
            settings = pool.settings
        } else {
            return nil
        }
        // Outside the picture there is nothing to sample but what goes on there.
        if settings.border == nil || settings.border == .renorm || settings.border == .keep { settings.border = .edge }
    }

    /// Whether what comes out is what came in.
    public var isIdentity: Bool {
        settings.stride == PerAxis(1) && (settings.padding == .same || settings.padding == .sameLower)
    }

    public var text: String { "sample \(size)" }
    public var role: StepRole { .window(isSigned: false) }

    public func plan(for inputs: [Shape], options: PlanOptions) throws(StepError) -> any PlannedStep {
        let window = try settings.window(size)
        let anchor = window.resolvedAnchor(of: nil)
        var weights = [Double](repeating: 0, count: size.width * size.height)
        weights[anchor.y * size.width + anchor.x] = 1
        let delta = try StepError.rewording { () throws(KernelError) in
            try Kernel(size: size, weights: weights, anchor: anchor)
        }
        var settings = settings
        if settings.padding == .sameLower { settings.padding = .same }
        settings.anchor = nil
        return try KernelStep(delta, settings: settings, text: text).plan(for: inputs, options: options)
    }
}
