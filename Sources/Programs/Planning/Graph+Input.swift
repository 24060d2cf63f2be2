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

    /// What is made of every picture; nil where that depends on the picture.
    public func made() throws(ProgramError) -> Shape? {
        guard let input = inputStep else { return nil }
        var shapes = [input.shape]
        for index in nodes.indices.dropFirst() {
            guard let step = nodes[index].step else { return nil }
            shapes.append(try plan(step, at: index, for: nodes[index].inputs.map { shapes[$0] }).output)
        }
        return shapes[output]
    }

    /// How pictures that are to be made are brought to what the program makes, in the way its `input` has it for those that
    /// come in; nil where it takes any.
    public func targetFit(
        _ catalogue: Catalogue
    ) throws(ProgramError) -> (@Sendable (PictureHeader) throws -> Plan?)? {
        guard let input = inputStep, let made = try made() else { return nil }
        let text = "input \(made.width)x\(made.height)x\(made.channels) fit=\(input.fit.rawValue)"
        let graph = try catalogue.graph(for: SourceText(text: text))
        return { header in
            // Of sizes any is brought to any other; of channels only grey and colour are.
            do { return try Plan(graph, for: header) } catch { throw TargetMisfit(made: made, wanted: header) }
        }
    }

    private var inputStep: InputStep? {
        guard nodes.count > 1, nodes[1].inputs == [0] else { return nil }
        return nodes[1].step as? InputStep
    }
}

/// A picture that is to be made, and that the program cannot make.
public struct TargetMisfit: Error, CustomStringConvertible {
    let made: Shape
    let wanted: PictureHeader

    public var description: String {
        "its result is \(made), and this is wanted of it: \(Shape(channels: wanted.channels.count, size: wanted.size)); let its last "
            + "layer make such pictures, as 'conv \(wanted.channels.count) 3x3' does"
    }
}
