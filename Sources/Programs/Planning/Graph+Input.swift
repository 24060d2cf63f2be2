import Pixels
import Steps

extension Graph {
    /// How pictures are brought to what the program takes, where it begins with `input`; nil where it takes any.
    public func inputFit(
        _ catalogue: Catalogue
    ) throws(ProgramError) -> (@Sendable (PictureHeader) throws -> Plan?)? {
        guard inputStep != nil else { return nil }
        let graph = try catalogue.graph(for: SourceText(text: nodes[1].text))
        return { header in try Plan(graph, for: header) }
    }

    /// How pictures that are to be made are brought to what the program makes, in the way its `input` has it for those that
    /// come in; nil where it takes any.
    public func targetFit(
        _ catalogue: Catalogue
    ) throws(ProgramError) -> (@Sendable (PictureHeader) throws -> Plan?)? {
        guard let input = inputStep else { return nil }
        var shapes = [input.shape]
        for index in nodes.indices.dropFirst() {
            guard let step = nodes[index].step else { return nil }
            shapes.append(try plan(step, at: index, for: nodes[index].inputs.map { shapes[$0] }).output)
        }
        let made = shapes[output]
        let text = "input \(made.width)x\(made.height)x\(made.channels) fit=\(input.fit.rawValue)"
        let graph = try catalogue.graph(for: SourceText(text: text))
        return { header in try Plan(graph, for: header) }
    }

    private var inputStep: InputStep? {
        guard nodes.count > 1, nodes[1].inputs == [0] else { return nil }
        return nodes[1].step as? InputStep
    }
}
