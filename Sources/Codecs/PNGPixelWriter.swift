import CImageCodecs
import Pixels

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A PNG's pixels: rows in, IDAT chunks out, one for every strip; their contents are one zlib stream.
final class PNGPixelWriter {
