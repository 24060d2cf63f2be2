import Arguments
import Convolution
import Programs
import Steps

extension Show {
    /// What is shown: a step's help, or a kernel file with all that is in it.
    struct Subject {
        struct NamedKernel {
            var text: String
            var kernel: Kernel
            /// What it may be called as a file; nil where it is a step of its own.
            var label: String?
            /// How its taps lie on the picture, where that is not side by side around the middle: ` dilate=2`.
            var words = ""
            /// How it is used where it is from, as far as a file of it does not say that.
            var use: String?
        }

        var help: [String] = []
        var parameters: [KernelFile.Parameter] = []
        /// The steps it is made of, where it is more than one kernel.
        var program: Program?
        var kernels: [NamedKernel] = []
        /// The layer of a model that they are from.
        var layer: LearnedLayers.Layer?
        /// How many of them stand side by side: those of one output, where a layer has several inputs.
        var columns: Int?

        var isOneKernel: Bool { kernels.count == 1 && program == nil }

        /// - Parameter isDrawn: whether the kernels are looked at only, and so may be many.
        init(_ text: String, layer: String?, isDrawn: Bool, in catalogue: Catalogue) throws {
            if let form = StepForm.named(text) {
                help = ["\(form.name) — \(form.summary)"] + form.help + ["", "example: \(form.example)"]
                return
            }
            let source = SourceText(text: text)
            let program = try Program(parsing: source)
            if program.steps.count == 1, case .name(let word) = program.steps[0].head {
                if let step = Vocabulary.word(word.text) {
                    help = Subject.help(of: step)
                    return
                }
                // An unknown name is left to the resolver, which knows what is near.
                if let file = try? catalogue.file(meant: word.text) {
                    help = file.help
                    parameters = file.parameters
                    self.program = file.program
                } else if word.text.hasSuffix(Model.suffix), let model = try? Model(path: word.text) {
                    self.program = try Program(parsing: SourceText(name: word.text, text: model.program))
                }
            }
            let graph = try catalogue.graph(for: source)
            let layers = LearnedLayers(graph)
            if layer != nil || !layers.isEmpty {
                let chosen = try layers.layer(layer, in: text)
                kernels = try chosen.kernels(isDrawn: isDrawn)
                columns = chosen.inputs > 1 ? chosen.inputs : nil
                self.layer = chosen
                if self.program == nil { self.program = program }
                return
            }
            var seen: Set<Kernel> = []
            for node in graph.nodes {
                guard let step = node.step as? KernelStep, seen.insert(step.kernel).inserted else { continue }
                kernels.append(NamedKernel(text: node.text, kernel: step.kernel))
            }
            if kernels.count == 1, graph.nodes.count == 2 {
                self.program = nil
            } else if self.program == nil {
                self.program = program
            }
        }

        private static func help(of step: StepWord) -> [String] {
            var lines = ["\(step.name) — \(step.summary)", "", "example: \(step.example)"]
            if step.blocks.upperBound > 0 {
                lines.append(
                    "blocks:  \(step.blocks.lowerBound) or more programs in { }, each of which gets the same picture")
            }
            if !step.settings.isEmpty { lines += ["", "settings"] }
            let column = (step.settings.map { $0.usage.count }.max() ?? 0) + 2
            for setting in step.settings { lines.append("  " + setting.usage.rightPadded(column) + setting.wholeHelp) }
            for form in step.otherForms { lines += [""] + help(of: form) }
            return lines
        }
    }
}

extension Setting {
    /// As it is written: `SIZE`, `stride=`, `flip`.
    fileprivate var usage: String {
        if case .flag = kind { return name }
        return isPositional ? name.uppercased() : name + "="
    }
}
