/// A picture to read, and how it came to be one.
package struct PictureInput: Hashable, Sendable {
    /// A path, or `-` for stdin.
    package var path: String
    /// The folders between the one that was searched and the picture, ending in '/'; mostly empty.
    package var subfolder: String
    /// Whether it was found in a folder or by a pattern, rather than named.
    package var wasFound: Bool
    /// The extension that its content asks for, where its name has none that says so.
    package var contentExtension: String?

    package init(
        _ path: String, subfolder: String = "", wasFound: Bool = false, contentExtension: String? = nil
    ) {
        self.path = path
        self.subfolder = subfolder
        self.wasFound = wasFound
        self.contentExtension = contentExtension
    }
}
