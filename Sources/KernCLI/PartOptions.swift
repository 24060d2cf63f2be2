import Arguments
import Pixels
import Programs
import Steps

/// Which part of the picture a program is for: a region, a mask, some channels. The rest stays as it is.
struct PartOptions: Sendable {
    static let region = Option(
        "region", .text, placeholder: "WxH+X+Y",
        help: "Changes only what lies in this rectangle, whose first column is X and first row Y.")
    static let mask = Option(
        "mask", .file, placeholder: "PICTURE",
        help: "Changes only what is white in this picture of the same size; grey blends.")
    static let channels = Option(
        "channels", .text, placeholder: "LIST",
        help: "Gives the program only these channels, as in r,b or 0,2, and leaves the others; luma gives it the "
            + "brightness and keeps the hue.")

    static let options = [region, mask, channels]

    var region: Region?
    var mask: String?
    var channels: ChannelSelection?

    init(_ arguments: ParsedArguments) throws(ArgumentError) {
        region = try arguments.text(PartOptions.region).map(PartOptions.region(of:))
        mask = arguments.text(PartOptions.mask)
        channels = try arguments.text(PartOptions.channels).map(PartOptions.channels(of:))
        if mask == "-" {
            throw .refused("--mask is read anew for every picture, which stdin does not allow; name a file")
        }
    }

    /// `40x30+10+5`
    private static func region(of word: String) throws(ArgumentError) -> Region {
        let parts = word.split(separator: "+", omittingEmptySubsequences: false).map(String.init)
        let sides = (parts.first ?? "").split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
        let places = parts.dropFirst().map { Int($0) }
        guard sides.count == 2, places.count == 2, let width = sides[0], let height = sides[1], let x = places[0],
            let y = places[1], width > 0, height > 0, x >= 0, y >= 0
        else {
            throw .refused(
                "'--region' is WIDTHxHEIGHT+X+Y such as 200x100+40+30, where X and Y count from the top left, not '\(word)'"
            )
        }
        return Region(size: Size(width: width, height: height), x: x, y: y)
    }

    private static func channels(of word: String) throws(ArgumentError) -> ChannelSelection {
        if word == "luma" { return .luma }
        var chosen: [Int] = []
        for name in word.split(separator: ",", omittingEmptySubsequences: false) {
            if name == "a" || name == "alpha" {
                throw .refused("--channels: alpha is no colour; --alpha channel makes it channel 3 of four")
            }
            guard let channel = ChannelName.number(String(name)), !chosen.contains(channel) else {
                throw .refused(
                    "'--channels' is luma, or r, g, b or numbers from 0 with commas between, each once, not '\(word)'")
            }
            chosen.append(channel)
        }
        return .some(chosen)
    }
}
