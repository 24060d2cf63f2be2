import Arguments
import Codecs

/// The options of `apply` that no other command has.
extension Apply {
    static let output = Option(
        "output", short: "o", .file, placeholder: "OUT", isRequired: true,
        waivedBy: ["preview"],
        help: "Where the result goes: a file, a folder (ending in '/'), a template such as 'out/{name}-edges.{ext}', "
            + "or '-' for stdout.")
    static let format = Option(
        "format", .choice(PictureFormat.allCases.map(\.rawValue)), placeholder: "FORMAT",
        defaultText: "by the name of OUT, else that of the input",
        help: "Format of the result: png, jpeg, pnm, pfm or npy.")
    static let depth = Option(
        "depth", .choice(["8", "16", "float"]), placeholder: "BITS", defaultText: "that of the input",
        help: "What a sample of the result is stored in: 8 or 16 bits, or float (PFM and NPY, where it is the default)."
    )
    static let range = Option(
        "range", .choice(["auto", "clip", "abs", "offset", "rescale"]), placeholder: "RULE", defaultText: "auto",
        help: "How values leave floating point: clip to 0...1, abs (the absolute value), offset (0 becomes mid-grey), "
            + "rescale (smallest to largest), or auto: abs after a kernel whose weights sum to zero, else clip.")
    static let alpha = Option(
        "alpha", .choice(["weight", "keep", "channel"]), placeholder: "RULE", defaultText: "weight",
        help: "weight: colour counts as much as it is opaque; keep: alpha is left as it is; channel: alpha is filtered "
            + "like a colour.")
    static let linear = Option("linear", help: "Computes in linear light instead of on the stored values.")
    static let explain = Option("explain", help: "Says on stderr what was planned and why: sizes, methods, memory.")
    static let quality = Option(
        "quality", .integer(1...100), placeholder: "Q", defaultText: "that of a JPEG input, else 90",
        help: "Quality of a JPEG, from 1 to 100.")
    static let sampling = Option(
        "sampling", .choice(["4:4:4", "4:2:2", "4:2:0"]), placeholder: "S",
        defaultText: "that of a JPEG input, else 4:2:0",
        help: "Colour sampling of a JPEG: 4:4:4, 4:2:2 or 4:2:0.")
    static let effort = Option(
        "effort", .integer(0...9), placeholder: "N", defaultText: "2",
        help: "How hard a PNG is squeezed, from 0 (fast) to 9 (small): 0 stores, 1 has one filter for all rows, 2 the "
            + "best for each, 3 compares two ways of packing, 4 to 8 also zlib's at that level, 9 all there are.")
    static let upright = Option(
        "upright",
        help: "Turns a picture as its EXIF orientation says, before anything else, and resets the tag; without it the "
            + "tag is handed on.")
    static let strip = Option(
        "strip",
        help: "Leaves out EXIF (with it the place where it was taken) and texts. Profile, colours, density and "
            + "orientation stay: without them the picture would look otherwise.")
    static let recursive = Option(
        "recursive", short: "r", help: "Searches folders for pictures with all folders in them, which OUT then has too."
    )
    static let skipExisting = Option(
        "skip-existing", help: "Leaves out pictures whose result is there: finishes what was interrupted.")
    static let shard = Option(
        "shard", .text, placeholder: "I/N",
        help: "Makes only the I-th of N parts of the pictures, so that N machines can share them.")
    static let dryRun = Option("dry-run", help: "Prints what would be read and written, and does nothing.")
    static let save = Option(
        "save", .file, placeholder: "FILE",
        help: "Also keeps the program as a kernel file, which is a step by its path.")
    static let preview = Option(
        "preview",
        help:
            "Draws each result in the terminal, by the means it has; -o may then be left out. Nothing is drawn into a "
            + "pipe or a file.")
    static let verbose = Option("verbose", short: "v", help: "Says a line on stderr about every picture made.")
}
