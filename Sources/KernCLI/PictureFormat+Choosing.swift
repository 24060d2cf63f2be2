import Codecs
import Pixels

extension PictureFormat {
    /// The format that the name of an output asks for; nil where it asks for none.
    ///
    /// - Parameter otherWay: what else would settle it.
    init?(named output: String, otherWay: String = "") throws {
        if let format = PictureFormat(pathExtensionOf: output) {
            self = format
            return
        }
        if let format = PictureFormat.known(pathExtensionOf: output) {
            throw Complaint(CodecError.notBuiltIn(format).message(for: output))
        }
        let file = output.split(separator: "/").last ?? ""
        guard let dot = file.lastIndex(of: "."), dot > file.startIndex, FileFacts(output)?.kind != .stream else {
            return nil
        }
        let known = PictureFormat.allCases.map { ".\($0.extensions[0])" }.joined(separator: " ")
        throw Complaint(
            "\(output): kern writes no '\(file[dot...])'; end the name in one of \(known)\(otherWay)")
    }

    /// The depth a picture gets in this format where the user does not say: its own, or the nearest there is.
    func depth(for input: Depth) -> Depth {
        switch self {
        case .npy, .pfm, .csv: .float32
        case .jpeg, .webp: .uint8
        case .png, .pnm: input == .uint8 ? .uint8 : .uint16
        case .tiff: input
        }
    }

    /// Throws a sentence with the way out where the result does not go into this format.
    func checkStores(_ header: PictureHeader, as output: String, hadAlpha: Bool) throws {
        guard stores(header.channels) else {
            let name = output == "-" ? "stdout" : output
            if header.channels.hasAlpha {
                throw Complaint(
                    "\(name): \(self.name) has no transparency; write a PNG, or drop alpha with "
                        + (header.channels == .rgba
                            ? "--alpha channel and '| channel r,g,b'" : "--alpha channel and '| channel 0'")
                        + " at the end of the program")
            }
            throw Complaint(
                "\(name): the result has \(header.channels.count) channels, which \(self.name) cannot hold; write .npy, "
                    + "or choose some with '| channel 0'"
                    + (header.channels.count > 2 ? " or '| channel 0,1,2'" : "") + " at the end of the program"
                    + (header.channels.count > 4 ? ", or take which is largest with '| argmax'" : ""))
        }
        guard stores(header.depth) else { throw CodecError.cannotStoreDepth(self, header.depth) }
    }
}

extension Depth {
    /// As `--depth` writes it.
    var word: String {
        switch self {
        case .uint8: "8"
        case .uint16: "16"
        case .float32: "float"
        }
    }
}
