/// A name with holes: `out/{name}-edges.{ext}`.
package struct OutputTemplate: Hashable, Sendable {
    private enum Piece: Hashable, Sendable {
        case text(String)
        case name
        case ext
        case dir
        case index
    }

    private let pieces: [Piece]

    package init(_ template: String) throws(OutputError) {
        var pieces: [Piece] = []
        var rest = template[...]
        while let open = rest.firstIndex(of: "{") {
            if open > rest.startIndex { pieces.append(.text(String(rest[..<open]))) }
            guard let close = rest[open...].firstIndex(of: "}") else { throw .unclosedField(template: template) }
            let field = rest[rest.index(after: open)..<close]
            switch field {
            case "name": pieces.append(.name)
            case "ext": pieces.append(.ext)
            case "dir": pieces.append(.dir)
            case "index": pieces.append(.index)
            default: throw .unknownField(String(field), template: template)
            }
            rest = rest[rest.index(after: close)...]
        }
        if !rest.isEmpty { pieces.append(.text(String(rest))) }
        self.pieces = pieces
    }

    /// Whether the name depends on the input at all.
    package var hasFields: Bool {
        pieces.contains {
            if case .text = $0 { false } else { true }
        }
    }

    /// `out/{name}.{ext}` for `in/cat.jpg` → `out/cat.jpg`. `index` counts from 1; `extension` stands in for the input's.
    ///
    /// What was found in a folder within the folder searched keeps it: `in/pets/cat.jpg` → `out/pets/cat.jpg`.
    package func path(
        for input: PictureInput, index: Int, extension chosen: String?
    ) throws(OutputError) -> String {
        var path = try path(for: input.path, index: index, extension: chosen ?? input.contentExtension)
        // {dir} has it already.
        if input.subfolder.isEmpty || pieces.contains(.dir) { return path }
        let start = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
        path.insert(contentsOf: input.subfolder, at: start)
        return path
    }

    private func path(for input: String, index: Int, extension chosen: String?) throws(OutputError) -> String {
        let slash = input.lastIndex(of: "/")
        let file = slash.map { input[input.index(after: $0)...] } ?? input[...]
        let dot = file.lastIndex(of: ".").flatMap { $0 > file.startIndex ? $0 : nil }
        var path = ""
        for piece in pieces {
            switch piece {
            case .text(let text): path += text
            case .name:
                if input == "-" { throw .noName }
                path += dot.map { file[..<$0] } ?? file
            case .ext:
                guard let ext = chosen ?? dot.map({ String(file[file.index(after: $0)...]) }), !ext.isEmpty else {
                    throw .noExtension(input: input)
                }
                path += ext
            case .dir:
                path += slash.map { $0 == input.startIndex ? "/" : String(input[..<$0]) } ?? "."
            case .index: path += "\(index)"
            }
        }
        return path
    }
}
