import Arguments
import Codecs
import Pixels
import Programs

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `kern show MODEL PICTURE --layer N -o FILE`: what a step makes of a picture, channel by channel.
extension Show {
    func showMaps(of input: String, _ terminal: Terminal) throws -> ExitStatus {
        guard input == "-" || FileFacts(input) != nil else {
            throw Complaint(
                "'\(input)' is no picture that is there; words that belong together go in quotes: kern show '\(name) \(input)'",
                status: .failed)
        }
        guard let output = picture else {
            throw ArgumentError.refused(
                "what is made of a picture is drawn into another; name its file with -o, as in -o maps.png")
        }
        guard output != "-", !output.hasSuffix("/") else {
            throw ArgumentError.refused("-o '\(output)': maps go into one file, as in -o maps.png or -o maps.npy")
        }
        if printsJSON { throw ArgumentError.refused("--json tells of kernels; -o maps.npy holds the numbers of maps") }
        let format = try PictureFormat(named: output) ?? .png
        let job = try OutputPlan(inputs: [input], output: output, force: force).jobs[0]
        let graph = try terminal.graph(of: name, for: "show")
        let node = try node(of: graph)
        do {
            let reader =
                input == "-"
                ? try PictureReader(descriptor: STDIN_FILENO, limits: engine.limits)
                : try PictureReader(path: input, limits: engine.limits)
            var options = try engine.runOptions()
            options.depth = .float32
            let maps = try Plan(graph.ending(at: node), for: reader.header, options: options).result(from: reader)
            let (size, count) = (maps.header.size, maps.header.channels.count)
            let label = graph.nodes[node].ownLabel
            guard size != Size(1) || count == 1 else {
                throw Complaint(
                    "\(label) makes \(count) numbers of a picture and no maps; 'kern explain \(name) \(input) --page FILE.html' draws them as bars"
                )
            }
            let what = "\(count) map\(count == 1 ? "" : "s") of \(size)"
            Interruption.cleansUp()
            if format == .npy {
                try WholeFile.save(maps.encoded(as: format), to: job.output, replacing: force)
                terminal.print("\(label): \(graph.nodes[node].text)\n  \(what), their numbers in \(output)")
                return .ok
            }
            guard let sheet = MapSheet(maps, size: pictureSize) else {
                throw Complaint(
                    pictureSize.map { "a picture of \($0) has no room for \(what); make it larger with --size" }
                        ?? "\(what) are more than a picture has room for; -o maps.npy holds their numbers")
            }
            try WholeFile.save(sheet.raster.encoded(as: format), to: job.output, replacing: force)
            let high = NumberText.short(Double(sheet.ends.high))
            let scale = sheet.ends.low < 0 ? "blue is -\(high), white 0, red \(high)" : "black is 0, white \(high)"
            terminal.print("\(label): \(graph.nodes[node].text)\n  \(what), drawn in \(output): \(scale)")
        } catch let error as CodecError {
            throw Complaint(about: error, input: input, output: output)
        }
        return .ok
    }

    /// The step that is meant: by its number among the layers that have kernels, or by its name.
    private func node(of graph: Graph) throws -> Int {
        if let layer, Int(layer) == nil {
            let steps = graph.nodes.indices.dropFirst()
            if let node = steps.first(where: { graph.nodes[$0].ownLabel == layer || graph.nodes[$0].label == layer }) {
                return node
            }
            let names = steps.map { graph.nodes[$0].ownLabel }
            let most = 24
            throw Complaint(
                "--layer '\(layer)': the steps of '\(name)' are \(names.prefix(most).joined(separator: ", "))"
                    + (names.count > most ? ", …" : ""))
        }
        return try LearnedLayers(graph).layer(layer, in: name).node
    }
}
