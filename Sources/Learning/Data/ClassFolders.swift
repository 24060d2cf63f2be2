import Pixels

/// A folder for each class, pictures in it or in folders of its own. Classes are in the order of their names.
struct ClassFolders {
    private let folder: DataFolder
    private let options: DataOptions

    init(_ folder: DataFolder, _ options: DataOptions) {
        self.folder = folder
        self.options = options
    }

    /// - Parameter known: classes that others have settled: those here must be among them, and not all need be here.
    func read(known: [String]?, notes: inout [String]) throws(DataError) -> ExampleSet {
        let classes = known ?? folder.folders
        var (paths, labels): ([String], [Int32]) = ([], [])
        var others: [String] = []
        for name in folder.folders {
            guard let label = classes.firstIndex(of: name) else {
                throw .unknownClass(name, known: classes, place: folder.path)
            }
            let root = folder.path(of: name)
            let pictures = try DataFolder(root).pictures(others: &others)
            if pictures.isEmpty, known == nil { throw .emptyClass(name, place: folder.path) }
            paths += pictures.map { "\(root)/\($0)" }
            labels += pictures.map { _ in Int32(label) }
        }
        if known == nil, let only = classes.first, classes.count == 1 { throw .oneClass(only, place: folder.path) }
        if paths.isEmpty { throw .noExamples(folder.path) }
        if let first = others.first {
            notes.append(
                "\(others.count) files that are no pictures by their names were left out, first of them \(first)")
        }
        let (shape, samples) = try PictureLoader(options, fit: options.fit).load(paths, place: folder.path)
        return ExampleSet(shape: shape, samples: samples, targets: .labels(labels), classes: classes, names: paths)
    }
}
