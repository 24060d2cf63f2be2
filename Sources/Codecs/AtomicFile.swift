import CImageCodecs

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A file that appears under its name only when it is whole: written beside, then renamed.
///
///     let file = try AtomicFile(path: "edges.png", replacing: false)
///     … write to file.descriptor …
///     try file.commit()
///
/// Without `commit` nothing is left behind, and a file that was there before is as it was, or, once it was replaced, is
/// on the disk in its new form: where there is an old one to lose, the new one is synchronised first. What is not a
/// regular file (`/dev/null`, a pipe) is written to directly. A symbolic link is followed: what it points to is replaced.
public final class AtomicFile {
    public let path: String
    public let descriptor: Int32
    private let target: String
    /// Nil where the target is written to directly.
    private let temporary: String?
    private let mayReplace: Bool
    /// Whether there was a file of this name at the start.
    private let replaces: Bool
    private let slot: Int32
    private var isOpen = true

    /// With `replacing: false` an existing file is an error, now or, if it appears meanwhile, at `commit`.
    public init(path: String, replacing mayReplace: Bool) throws(CodecError) {
        self.path = path
        self.mayReplace = mayReplace
        var status = stat()
        let isThere = stat(path, &status) == 0
        if isThere, status.st_mode & S_IFMT != S_IFREG {
            descriptor = open(path, O_WRONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw .system(.write, errno: errno) }
            target = path
            temporary = nil
            replaces = false
            slot = -1
            return
        }
        if isThere, !mayReplace { throw .exists }
        target = isThere ? Self.resolved(path) : path
        let name = try Self.openBeside(target)
        replaces = isThere
        temporary = name.path
        descriptor = name.descriptor
        slot = name.slot
        // The new file takes the place of the old one, with its permissions.
        if isThere { _ = fchmod(descriptor, status.st_mode & 0o777) }
    }

    deinit { abandon() }

    /// Gives the file its name.
    public func commit() throws(CodecError) {
        guard isOpen else { return }
        isOpen = false
        // A full disk or a lost network drive may only say so now.
        let number = replaces ? Self.synchronise(descriptor) : 0
        guard close(descriptor) == 0, number == 0 else {
            let number = number == 0 ? errno : number
            removeTemporary()
            throw .system(.write, errno: number)
        }
        guard let temporary else { return }
        do throws(CodecError) {
            try mayReplace ? rename(temporary) : link(temporary)
            kc_temporaries_remove(slot)
        } catch {
            removeTemporary()
            throw error
        }
    }

    /// Removes what was written so far; nothing after `commit`.
    public func abandon() {
        guard isOpen else { return }
        isOpen = false
        close(descriptor)
        removeTemporary()
    }

    /// Unlinks the temporary files of all files being written. Async-signal-safe: meant for a signal handler.
    public static func unlinkAllTemporaries() { kc_temporaries_unlink() }

    /// From now on a crash of the process does so, too: even memory that runs out leaves nothing half-written.
    public static func unlinkAllTemporariesOnCrash() { kc_temporaries_guard() }

    private func removeTemporary() {
        guard let temporary else { return }
        unlink(temporary)
        kc_temporaries_remove(slot)
    }

    private func rename(_ temporary: String) throws(CodecError) {
        guard systemRename(temporary, target) == 0 else { throw .system(.replace, errno: errno) }
        guard replaces else { return }
        // Without this a crash of the machine may bring the old file back, which is no harm: it is whole.
        let folder = open(Self.folder(of: target), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { return }
        _ = fsync(folder)
        close(folder)
    }

    /// Waits until the bytes are on the disk: 0, or why they are not. File systems that know no such thing have done it.
    private static func synchronise(_ descriptor: Int32) -> Int32 {
        while fsync(descriptor) != 0 {
            switch errno {
            case EINTR: continue
            case EINVAL, EOPNOTSUPP, ENOSYS: return 0
            default: return errno
            }
        }
        return 0
    }

    /// With the slash at its end.
    private static func folder(of target: String) -> String {
        target.lastIndex(of: "/").map { String(target[...$0]) } ?? "./"
    }

    /// A link, unlike a rename, fails where the name is taken.
    private func link(_ temporary: String) throws(CodecError) {
        if systemLink(temporary, target) == 0 {
            unlink(temporary)
            return
        }
        switch errno {
        case EEXIST: throw .exists
        case EPERM, EOPNOTSUPP, ENOSYS, EMLINK, EACCES: try reserveAndRename(temporary)
        default: throw .system(.create, errno: errno)
        }
    }

    /// For file systems without hard links: the name is taken by an empty file first, which only one process can do.
    private func reserveAndRename(_ temporary: String) throws(CodecError) {
        let reserved = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard reserved >= 0 else { throw errno == EEXIST ? .exists : .system(.create, errno: errno) }
        close(reserved)
        guard systemRename(temporary, target) == 0 else {
            let number = errno
            unlink(target)
            throw .system(.create, errno: number)
        }
    }

    private static func resolved(_ path: String) -> String {
        guard let real = realpath(path, nil) else { return path }
        defer { free(real) }
        return String(cString: real)
    }

    /// The name is known to those who clean up before the file is there: a signal may come at any time.
    private static func openBeside(
        _ target: String
    ) throws(CodecError) -> (path: String, descriptor: Int32, slot: Int32) {
        let folder = target.contains("/") ? folder(of: target) : ""
        for _ in 0..<100 {
            let path = "\(folder).kern-\(getpid())-\(String(UInt32.random(in: 0 ... .max), radix: 36)).tmp"
            let slot = kc_temporaries_add(path)
            let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
            let number = errno
            if descriptor >= 0 { return (path, descriptor, slot) }
            kc_temporaries_remove(slot)
            if number != EEXIST && number != EINTR { throw .system(.create, errno: number) }
        }
        throw .system(.create, errno: EEXIST)
    }
}

// The system's functions, whose names the methods above hide.
private func systemRename(_ from: String, _ to: String) -> Int32 { rename(from, to) }
private func systemLink(_ from: String, _ to: String) -> Int32 { link(from, to) }
