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
        let reader = RowReadAhead(source, rows: rowsReceived[0], isAhead: overlaps)
        let maskReader = maskSource.map { RowReadAhead($0, rows: rowsReceived[mask ?? 0], isAhead: overlaps) }
        let writer = RowWriteBehind(sink, output, isBehind: overlaps)
        do {
            let report: RunReport
            if runsOnLevels {
                var runner = LevelRunner(self, reader: reader)
                report = try run(&runner, to: writer)
            } else {
                var runner = Runner(self, reader: reader, mask: maskReader)
                report = try run(&runner, to: writer)
            }
            try writer.finish()
            return report
        } catch {
            reader.stop()
            maskReader?.stop()
            // Rows on their way lie before those that could not be made: their failure is the first.
            try writer.drain()
            throw error
        }
    }

    // inout, because a copy would be a second owner of all rows, and the first write to them would copy them.
    private func run(_ runner: inout some RowMaker, to writer: RowWriteBehind) throws -> RunReport {
        let band = RowSchedule.bandHeight(of: nodes[last])
        var report = RunReport(samples: output.size.height * output.size.width * output.channels.count, clipped: 0)
        var done = 0
        while done < output.size.height {
            let end = try runner.rows(upTo: min(output.size.height, done + band)).upperBound
            while done < end {
                let next = min(end, done + writer.height)
                try writer.write(next - done) { report.clipped += runner.store(done..<next, into: $0) }
                done = next
            }
            try runner.release(upTo: done)
        }
        return report
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

    func requireKnownWeights() throws(PlanError) {
        if let node = nodes.first(where: \.asksForWeights) {
            throw .unknownWeights(step: node.text)
        }
    }
}
