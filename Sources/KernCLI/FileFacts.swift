#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What the file system says about a path, links followed.
package struct FileFacts: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        case file
        case directory
        /// A pipe, a device, a socket: written to as it stands, never replaced.
        case stream
    }

    /// Which file it is, whatever it is called.
    package struct Identity: Hashable, Sendable {
        var device: UInt64
        var number: UInt64
    }

    package var kind: Kind
    package var identity: Identity

    /// Nil where nothing is there, or the path cannot be followed.
    package init?(_ path: String) {
        var facts = stat()
        guard stat(path, &facts) == 0 else { return nil }
        identity = Identity(device: UInt64(truncatingIfNeeded: facts.st_dev), number: UInt64(facts.st_ino))
        switch facts.st_mode & S_IFMT {
        case S_IFREG: kind = .file
        case S_IFDIR: kind = .directory
        default: kind = .stream
        }
    }

    /// The path with every link resolved: what is replaced is then the file and not the link to it.
    package static func resolved(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
