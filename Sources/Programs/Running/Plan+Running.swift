import Convolution
import Pixels
import Steps

/// What a run has to tell when it is over.
public struct RunReport: Hashable, Sendable {
    /// Samples written, and those among them that lay outside 0…1 by more than half a level and were clipped.
    public var samples: Int
    public var clipped: Int

    public var clippedShare: Double { samples == 0 ? 0 : Double(clipped) / Double(samples) }
}

extension Plan {
    /// Runs over the rows of a picture, a band at a time, and hands the result's rows on as soon as they are there.
    /// With more than one thread, reading and writing go on beside the filter, each on a thread of its own.
    ///
    /// `source.header` is the one this was planned for, `mask.header` that of the options; `sink` takes rows of `output`.
    /// Of several failures the one that comes first in the picture is thrown, as with one thread; after one, neither source
    /// nor sink is to be used again.
    @discardableResult
    public func run(
        from source: any RowSource, mask maskSource: (any RowSource)? = nil, to sink: any RowSink
    ) throws -> RunReport {
        precondition((maskSource != nil) == (mask != nil), "a mask is given where one was planned for")
        try requireKnownWeights()
        let overlaps = options.machine.threads > 1
        let readers = readers(of: source, mask: maskSource, isAhead: overlaps && stretch == nil)
        do {
            if let stretch { return try run(stretch, from: readers, to: sink) }
            if runsOnLevels {
                var maker = LevelMaker(self, from: ReadFeed(readers))
                return try run(&maker, to: sink, isBehind: overlaps)
            }
            var maker = BandMaker(self, from: ReadFeed(readers))
            return try run(&maker, to: sink, isBehind: overlaps)
        } catch {
            for reader in readers.values { reader.stop() }
            throw error
        }
    }

    private func readers(
        of source: any RowSource, mask maskSource: (any RowSource)?, isAhead: Bool
    ) -> [Int: RowReadAhead] {
        let out = rawRowsHeld
        var readers = [0: RowReadAhead(source, rows: rowsReceived[0], isAhead: isAhead, out: out[0] ?? 0)]
        if let mask, let maskSource {
            readers[mask] = RowReadAhead(maskSource, rows: rowsReceived[mask], isAhead: isAhead, out: out[mask] ?? 0)
        }
        return readers
    }

    private func run(_ stretch: Int, from readers: [Int: RowReadAhead], to sink: any RowSink) throws -> RunReport {
        let writer = RowWriteBehind(sink, output, height: stretch, isBehind: false, makers: options.machine.workers)
        let clipped: Int
        do {
            clipped = try StretchLine(self, stretch: stretch, from: readers, to: writer).run()
        } catch {
            // Rows on their way lie before those that could not be made: their failure is the first.
            try writer.drain()
            throw error
        }
        try writer.finish()
        return RunReport(samples: samplesWritten, clipped: clipped)
    }

    private var samplesWritten: Int { output.size.height * output.size.width * output.channels.count }

    // inout, because a copy would be a second owner of all rows, and the first write to them would copy them.
    private func run(_ maker: inout some RowMaker, to sink: any RowSink, isBehind: Bool) throws -> RunReport {
        let writer = RowWriteBehind(sink, output, height: maker.height, isBehind: isBehind)
        var report = RunReport(samples: samplesWritten, clipped: 0)
        do {
            while true {
                let rows = try maker.next()
                if rows.isEmpty { break }
                try writer.write(rows.count) { report.clipped += maker.store(rows, into: $0) }
            }
            try writer.finish()
            return report
        } catch {
            // Rows on their way lie before those that could not be made: their failure is the first.
            try writer.drain()
            throw error
        }
    }

    /// Runs over the rows of a picture and keeps the result.
    public func result(from source: any RowSource) throws -> Raster {
        let sink = RasterSink(output)
        try run(from: source, to: sink)
        return sink.raster
    }

    /// Runs over a whole picture in memory.
    public func applied(to raster: Raster, mask: Raster? = nil) throws -> Raster {
        if let result = levelsApplied(to: raster) { return result }
        let source = RasterSource(raster)
        let sink = RasterSink(output)
        try run(from: source, mask: mask.map(RasterSource.init), to: sink)
        return sink.raster
    }

    /// Where one filter goes from the picture's bytes to the result's and both are in memory, no band lies between.
    private func levelsApplied(to raster: Raster) -> Raster? {
        guard let filter = nodes[last].levels, nodes[last].inputs == [0], raster.header == input else { return nil }
        let (size, bytesPerRow) = (output.size, output.bytesPerRow)
        let bytes = [UInt8](unsafeUninitializedCapacity: size.height * bytesPerRow) { room, count in
            count = size.height * bytesPerRow
            UnsafeMutableRawBufferPointer(room).preferLargePages()
            raster.bytes.withUnsafeBufferPointer { pixels in
                guard let target = room.baseAddress, let source = pixels.baseAddress else { return }
                _ = filter.run(
                    ReadableLevels(whole: source, height: input.size.height, bytesPerRow: input.bytesPerRow),
                    rows: 0..<size.height,
                    into: WritableLevels(whole: target, height: size.height, bytesPerRow: bytesPerRow),
                    on: options.machine)
            }
        }
        return Raster(header: output, bytes: bytes)
    }

    /// Of a node that is read.
    func header(of node: Int) -> PictureHeader { node == mask ? options.mask ?? input : input }

    func requireKnownWeights() throws(PlanError) {
        if let node = nodes.first(where: \.asksForWeights) {
            throw .unknownWeights(step: node.text)
        }
    }
}
