#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The folders that the results go into, made for them; those that got none are taken away again.
struct NewFolders {
    private var made: [String] = []

    /// - Parameter paths: parents before their children.
    init(_ paths: [String]) throws(Complaint) {
        for path in paths {
            if mkdir(path, 0o777) == 0 {
                made.append(path)
            } else if errno != EEXIST {
                let reason = String(cString: strerror(errno)).lowercased()
                removeEmpty()
                throw Complaint("the folder '\(path)' cannot be made: \(reason)", status: .failed)
            }
        }
    }

    func removeEmpty() {
        for path in made.reversed() { rmdir(path) }
    }
}
