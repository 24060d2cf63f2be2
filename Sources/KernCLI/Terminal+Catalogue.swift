import Codecs
import Programs

extension Terminal {
    /// The kernels that a command looks names up in; a folder that cannot be searched to its end is told of.
    func catalogue(for command: String) -> Catalogue {
        let catalogue = Catalogue(folders: Environment.kernelFolders, looksHere: true)
        for gap in catalogue.gaps { talk("kern \(command): note: \(gap)") }
        return catalogue
    }

    /// The program a command was given, ready to be planned.
    func graph(of program: String, for command: String, numbers: [String: Double] = [:]) throws -> Graph {
        if PictureFormat.known(pathExtensionOf: program) != nil, FileFacts(program)?.kind == .file {
            throw Complaint(
                "'\(program)' is a picture, and the program stands before it: kern \(command) PROGRAM \(program) …")
        }
        return try catalogue(for: command).graph(for: SourceText(text: program), numbers: numbers)
    }
}
