import CKernels
import Steps

/// Where names that are not steps come from: the user's folders first, then the kernels in the binary.
public struct Catalogue: Sendable {
    /// Searched in this order, subfolders included, before the built-in kernels.
    public let folders: [String]

    /// Whether a name that nothing else has may be that of a kernel file where we stand.
    public let looksHere: Bool

    public init(folders: [String] = [], looksHere: Bool = false) {
        self.folders = folders
        self.looksHere = looksHere
    }

    /// A kernel file that has a name.
    public struct Entry: Sendable {
        /// As it is written in a program: the file's name without `.kern`.
        public let name: String
        /// The folder within the catalogue, `edges`, or empty.
        public let group: String
        public let isBuiltIn: Bool
        let load: @Sendable () throws(ProgramError) -> SourceText
    }

    /// The built-in kernels, in the catalogue's own order.
    public static let builtIn: [Entry] =
        (0..<kern_embedded_file_count).compactMap { index in
            let file = kern_embedded_files[index]
            guard let path = file.path.map({ String(cString: $0) }), let bytes = file.bytes else { return nil }
            let (group, name) = split(path)
            let content = UnsafeBufferPointer(start: bytes, count: file.count)
            let copy = Array(content)
            return Entry(name: name, group: group, isBuiltIn: true) { () throws(ProgramError) in
                try SourceText(name: "kernels/" + path, bytes: copy)
            }
        }

    private static let builtInByName = Dictionary(uniqueKeysWithValues: builtIn.map { ($0.name, $0) })

    /// All kernels: the user's, then the built-in ones whose names the user has not taken.
    public var entries: [Entry] {
        var all: [Entry] = []
        var taken: Set<String> = []
        for entry in folders.flatMap(userEntries) + Catalogue.builtIn where taken.insert(entry.name).inserted {
            all.append(entry)
        }
        return all
    }

    /// What there is to say about folders with so many entries that kernels may be missing; usually nothing.
    public var gaps: [String] {
        folders.filter { !KernelFolder.kernelFiles(below: $0).isWhole }.map { folder in
            "\(folder) has more than \(KernelFolder.mostEntries) entries, and kernels behind these are not found; "
                + "give kernels a folder of their own"
        }
    }

    /// The kernel called `name`, or nil.
    public func entry(_ name: String) -> Entry? {
        for folder in folders {
            if let found = userEntries(in: folder).first(where: { $0.name == name }) { return found }
        }
        return Catalogue.builtInByName[name]
    }

    /// The kernel file where we stand that is meant by a name which neither a step nor a kernel of the catalogue has.
    public func fileHere(_ name: String) -> String? {
        let file = name + ".kern"
        let isOurs = looksHere && Vocabulary.word(name) == nil && entry(name) == nil
        return isOurs && FileBytes.isThere(file) ? file : nil
    }

    private func userEntries(in folder: String) -> [Entry] {
        KernelFolder.kernelFiles(below: folder).paths.map { path in
            let (group, name) = Catalogue.split(String(path.dropFirst(folder.count + 1)))
            return Entry(name: name, group: group, isBuiltIn: false) { () throws(ProgramError) in
                try KernelFolder.read(path)
            }
        }
    }

    private static func split(_ path: String) -> (group: String, name: String) {
        let parts = path.split(separator: "/")
        let file = parts.last.map(String.init) ?? path
        let name = file.hasSuffix(".kern") ? String(file.dropLast(5)) : file
        return (parts.dropLast().joined(separator: "/"), name)
    }
}

extension Catalogue.Entry {
    public func source() throws(ProgramError) -> SourceText { try load() }

    public func file() throws(ProgramError) -> KernelFile { try KernelFile(parsing: load()) }
}
