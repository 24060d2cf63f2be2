import Programs

extension Terminal {
    /// The kernels that a command looks names up in; a folder that cannot be searched to its end is told of.
    func catalogue(for command: String) -> Catalogue {
        let catalogue = Catalogue(folders: Environment.kernelFolders)
        for gap in catalogue.gaps { talk("kern \(command): note: \(gap)") }
        return catalogue
    }
}
