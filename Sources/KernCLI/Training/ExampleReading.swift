import Learning

extension DataSets {
    /// Reads examples; of a label beyond the classes it is told who says how many there are.
    ///
    /// - Parameter model: whose classes those in the options are, if they are a model's.
    init(path: String, options: DataOptions, model: String?) throws {
        do {
            try self.init(path: path, options: options)
        } catch {
            guard case .labelOutOfRange(let label, let classes, let place) = error,
                let source = options.classes == nil ? Self.names(of: classes, at: path) : model
            else { throw error }
            throw Complaint(
                "\(place): label \(label) is out of range; there are \(classes) classes, counted from 0, as \(source) says",
                status: .failed)
        }
    }

    /// The file that names so many classes.
    private static func names(of classes: Int, at path: String) -> String? {
        var folders = [path, "\(path)/train"]
        if let slash = path.lastIndex(of: "/") { folders.append(String(path[..<slash])) } else { folders.append(".") }
        return folders.lazy.map { "\($0)/classes.txt" }.first { name in
            guard let bytes = try? SmallFile.bytes(of: name) else { return false }
            return String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).count == classes
        }
    }
}
