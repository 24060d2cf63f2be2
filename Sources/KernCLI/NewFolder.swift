#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The folder that the results go into, made for them and taken away again if none came.
struct NewFolder {
    private let path: String

    init(_ path: String) throws(Complaint) {
        self.path = path
        guard mkdir(path, 0o777) == 0 || errno == EEXIST else {
            throw Complaint(
                "the folder '\(path)' cannot be made: \(String(cString: strerror(errno)).lowercased())",
                status: .failed)
        }
    }

    func removeIfEmpty() { rmdir(path) }
}
