import Codecs
import Glibc
import Testing

@Suite struct AtomicFileTests {
    private func put(_ text: String, into file: AtomicFile) {
        _ = Array(text.utf8).withUnsafeBytes { write(file.descriptor, $0.baseAddress, $0.count) }
    }

    private func text(_ path: String) -> String? { fileBytes(path).map { String(decoding: $0, as: UTF8.self) } }

    @Test func `a file appears only when it is committed`() throws {
        let folder = TemporaryFolder()
        let file = try AtomicFile(path: "\(folder.path)/a", replacing: false)
        put("new", into: file)
        #expect(!folder.names.contains("a"))
        try file.commit()
        #expect(folder.names == ["a"])
        #expect(text("\(folder.path)/a") == "new")
    }

    @Test func `an abandoned file leaves nothing and changes nothing`() throws {
        let folder = TemporaryFolder()
        let old = try AtomicFile(path: "\(folder.path)/a", replacing: false)
        put("old", into: old)
        try old.commit()
        do {
            let file = try AtomicFile(path: "\(folder.path)/a", replacing: true)
            put("half", into: file)
        }
        #expect(folder.names == ["a"])
        #expect(text("\(folder.path)/a") == "old")
    }

    @Test func `an existing file is replaced only when asked, and keeps its permissions`() throws {
        let folder = TemporaryFolder()
        let path = "\(folder.path)/a"
        try AtomicFile(path: path, replacing: false).commit()
        chmod(path, 0o640)
        #expect(codecError { _ = try AtomicFile(path: path, replacing: false) } == .exists)
        let file = try AtomicFile(path: path, replacing: true)
        put("new", into: file)
        try file.commit()
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o640)
        #expect(text(path) == "new")
        #expect(folder.names == ["a"])
    }

    @Test func `of two writers of a new file the second loses, not the first`() throws {
        let folder = TemporaryFolder()
        let path = "\(folder.path)/a"
        let first = try AtomicFile(path: path, replacing: false)
        let second = try AtomicFile(path: path, replacing: false)
        put("first", into: first)
        put("second", into: second)
        try first.commit()
        #expect(codecError { try second.commit() } == .exists)
        #expect(text(path) == "first")
        #expect(folder.names == ["a"])
    }

    @Test func `a link is followed and stays a link`() throws {
        let folder = TemporaryFolder()
        try AtomicFile(path: "\(folder.path)/a", replacing: false).commit()
        symlink("a", "\(folder.path)/link")
        let file = try AtomicFile(path: "\(folder.path)/link", replacing: true)
        put("new", into: file)
        try file.commit()
        #expect(text("\(folder.path)/a") == "new")
        #expect(folder.names == ["a", "link"])
        var status = stat()
        #expect(lstat("\(folder.path)/link", &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
    }

    @Test func `a device is written to, not replaced`() throws {
        let file = try AtomicFile(path: "/dev/null", replacing: false)
        put("gone", into: file)
        try file.commit()
        var status = stat()
        #expect(stat("/dev/null", &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
    }

    @Test func `a missing folder is the world's error`() {
        #expect(
            codecError { _ = try AtomicFile(path: "/nowhere/a", replacing: true) } == .system(.create, errno: ENOENT))
        #expect(codecError { _ = try AtomicFile(path: "/tmp", replacing: true) } == .system(.write, errno: EISDIR))
    }

    @Test func `temporaries can be unlinked all at once, as a signal handler does`() async {
        // In a process of its own: it would unlink what other tests are writing.
        await #expect(processExitsWith: .success) {
            let folder = TemporaryFolder()
            let files = try (0..<70).map { try AtomicFile(path: "\(folder.path)/\($0)", replacing: false) }
            try #require(folder.names.count == 70)
            AtomicFile.unlinkAllTemporaries()
            // There are 64 places for paths.
            try #require(folder.names.count == 6)
            for file in files { file.abandon() }
            try #require(folder.names.isEmpty)
        }
    }
}
