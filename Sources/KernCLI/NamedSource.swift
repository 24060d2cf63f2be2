import Codecs
import Pixels

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A picture being read that names itself where it turns out to be damaged.
final class NamedSource: RowSource {
    private let reader: any RowSource
    private let path: String

    /// - Parameter upright: whether it is turned as its EXIF block says.
    init(_ path: String, limits: Limits, upright: Bool = false) throws {
        self.path = path
        do {
            let stored =
                path == "-"
                ? try PictureReader(descriptor: STDIN_FILENO, limits: limits)
                : try PictureReader(path: path, limits: limits)
            reader = upright ? try stored.upright(limits: limits) : stored
        } catch {
            throw Complaint(about: error, input: path, output: nil)
        }
    }

    var header: PictureHeader { reader.header }

    func readRows(_ count: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
        do {
            try reader.readRows(count, into: buffer)
        } catch {
            throw Complaint(about: error, input: path, output: nil)
        }
    }
}
