import Convolution

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What kern asks of the process's surroundings; nothing below this room asks for any of it.
enum Environment {
    /// Folders with the user's kernels: those in `KERN_PATH`, else `$XDG_CONFIG_HOME/kern/kernels`, by default
    /// `~/.config/kern/kernels`.
    static var kernelFolders: [String] {
        let named = variable("KERN_PATH").map { $0.split(separator: ":").map(String.init) }
        let configuration = variable("XDG_CONFIG_HOME") ?? variable("HOME").map { $0 + "/.config" }
        let folders = named ?? configuration.map { [$0 + "/kern/kernels"] } ?? []
        return folders.filter { FileFacts($0)?.kind == .directory }
    }

    /// Where relative paths count from.
    static var currentFolder: String { FileFacts.resolved(".") ?? "." }

    /// The instruction level, which `KERN_LANES` may name.
    static func lanes() throws(Complaint) -> Lanes {
        guard let name = variable("KERN_LANES") else { return .best }
        guard let lanes = Lanes(named: name) else {
            let known = Lanes.available.map(\.name).joined(separator: ", ")
            throw Complaint("KERN_LANES is '\(name)', but this machine has \(known)")
        }
        return lanes
    }

    /// An empty variable counts as none.
    static func variable(_ name: String) -> String? {
        guard let value = getenv(name), value.pointee != 0 else { return nil }
        return String(cString: value)
    }
}
