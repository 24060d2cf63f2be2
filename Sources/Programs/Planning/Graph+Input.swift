import Pixels
import Steps

extension Graph {
    /// How pictures are brought to what the program takes, where it begins with `input`; nil where it takes any.
    public func inputFit(
        _ catalogue: Catalogue
    ) throws(ProgramError) -> (@Sendable (PictureHeader) throws -> Plan?)? {
        guard nodes.count > 1, nodes[1].step is InputStep, nodes[1].inputs == [0] else { return nil }
        let graph = try catalogue.graph(for: SourceText(text: nodes[1].text))
        return { header in try Plan(graph, for: header) }
    }
}
