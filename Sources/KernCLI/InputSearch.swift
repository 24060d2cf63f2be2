import Codecs

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// From the words of a command line to the pictures they mean: files, folders, and patterns that the shell left alone.
///
/// A word that names something is that, whatever characters are in it. In a folder, and among what a pattern matches, a
/// picture is what is called like one or begins like one; the rest is passed over. Every folder is searched once, so that
/// links cannot lead in circles, and the folder that the results go into is not searched at all.
package struct InputSearch {
    package private(set) var inputs: [PictureInput] = []
    /// Sentences about words and folders that came to nothing.
    package private(set) var troubles: [String] = []
    /// Files that are no pictures.
    package private(set) var passedOver = 0
    /// Folders below those named that were left alone, because recursion was not asked for.
    package private(set) var unsearched = 0
    /// Whether any word was a folder or a pattern.
    package private(set) var hasSearched = false

    private let isRecursive: Bool
    private let results: FileFacts.Identity?
    private var searched: Set<FileFacts.Identity> = []
    private var known: Set<String> = []

    /// - Parameter output: the folder that results go into, which is not searched for pictures.
    package init(_ words: [String], isRecursive: Bool, leavingOut output: String?) {
        self.isRecursive = isRecursive
        results = output.flatMap { FileFacts($0)?.identity }
        for word in words { take(word) }
    }

    private mutating func take(_ word: String) {
        let kind = word == "-" ? nil : FileFacts(word)?.kind
        if kind == .directory {
            takeFolder(word)
        } else if kind == nil, word != "-", GlobPattern.isPattern(word) {
            takeMatches(word)
        } else {
            // A name that says nothing of a format, of a file that may say it itself.
            let isNamed = word == "-" || PictureFormat.known(pathExtensionOf: word) != nil
            let format = isNamed || kind != .file ? nil : InputSearch.formatByContent(word)
            inputs.append(PictureInput(word, contentExtension: format?.extensions[0]))
            known.insert(word)
        }
    }

    private mutating func takeFolder(_ word: String) {
        hasSearched = true
        let (before, left) = (inputs.count, unsearched)
        let troubled = troubles.count
        search(word, subfolder: "")
        guard inputs.count == before, troubles.count == troubled else { return }
        let folders = unsearched - left
        troubles.append(
            "there is no picture in '\(word)'"
                + (folders == 0
                    ? "" : "; --recursive also searches its \(folders) folder\(folders == 1 ? "" : "s")"))
    }

    private mutating func takeMatches(_ word: String) {
        hasSearched = true
        let before = (inputs.count, passedOver, troubles.count)
        for match in GlobPattern(word).matches() {
            if FileFacts(match.path)?.kind == .directory {
                if isRecursive { search(match.path, subfolder: "") } else { unsearched += 1 }
            } else {
                consider(match.path, subfolder: match.subfolder)
            }
        }
        if before == (inputs.count, passedOver, troubles.count) { troubles.append("nothing matches '\(word)'") }
    }

    private mutating func search(_ folder: String, subfolder: String) {
        guard let identity = FileFacts(folder)?.identity, searched.insert(identity).inserted else { return }
        let listing: FolderListing
        do {
            listing = try FolderListing(folder)
        } catch {
            let reason = String(cString: strerror(error.errno)).lowercased()
            troubles.append("the folder '\(folder)' cannot be searched: \(reason)")
            return
        }
        for name in listing.files { consider(FolderListing.join(folder, name), subfolder: subfolder) }
        for name in listing.folders {
            let path = FolderListing.join(folder, name)
            if FileFacts(path)?.identity == results { continue }
            if isRecursive { search(path, subfolder: subfolder + name + "/") } else { unsearched += 1 }
        }
    }

    /// By name or by content: a picture that is damaged, empty or a dead link is to fail by name, not to go unnoticed.
    private mutating func consider(_ path: String, subfolder: String) {
        let facts = FileFacts(path)
        // Opening a pipe would wait for a writer.
        guard facts == nil || facts?.kind == .file else { return passedOver += 1 }
        var contentExtension: String?
        if !PictureFormat.isPicture(named: path) {
            guard let format = InputSearch.formatByContent(path), format != .csv else { return passedOver += 1 }
            contentExtension = format.extensions[0]
        }
        guard known.insert(path).inserted else { return }
        inputs.append(
            PictureInput(path, subfolder: subfolder, wasFound: true, contentExtension: contentExtension))
    }

    private static func formatByContent(_ path: String) -> PictureFormat? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = read(descriptor, &bytes, bytes.count)
        guard count > 2, let format = PictureFormat(firstBytes: Array(bytes.prefix(count))), format.isBuiltIn else {
            return nil
        }
        // Two letters alone begin many a text.
        let isText = (format == .pnm || format == .pfm) && ![0x0A, 0x0D, 0x20, 0x09].contains(bytes[2])
        return isText ? nil : format
    }
}
