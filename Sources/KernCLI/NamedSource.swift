import Codecs
import Pixels

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A picture being read that names itself where it turns out to be damaged.
final class NamedSource: RowSource {
    private let reader: PictureReader
    private let path: String

    init(_ path: String, limits: Limits) throws {
        self.path = path
        do {
            reader =
                path == "-"
                ? try PictureReader(descriptor: STDIN_FILENO, limits: limits)
                : try PictureReader(path: path, limits: limits)
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
