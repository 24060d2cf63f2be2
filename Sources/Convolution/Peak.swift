import CLanes

/// What this machine can do at best, to hold measurements against.
package enum Peak {
    /// Does multiply-adds on all threads, on registers alone, and says how many multiplications and additions.
    package static func multiplyAdds(rounds: Int, isWide: Bool, on machine: Machine) -> Double {
        let lanes = machine.lanes
        machine.split(0..<machine.threads, grain: 1) { threads in
            for _ in threads { _ = onRegisters(rounds, isWide, lanes) }
        }
        // Each thread did as many; the count of one round says how many that is.
        return onRegisters(1, isWide, lanes) * Double(rounds) * Double(machine.threads)
    }

    private static func onRegisters(_ rounds: Int, _ isWide: Bool, _ lanes: Lanes) -> Double {
        var floats = [Float](repeating: 0.5, count: 16)
        return isWide
            ? lanes.loops.pointee.multiply_adds_wide(&floats, rounds)
            : lanes.loops.pointee.multiply_adds_narrow(&floats, rounds)
    }

    /// Copies bytes on all threads.
    package static func copy(
        _ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer, on machine: Machine
    ) {
        let count = min(source.count, target.count)
        guard count > 0, let from = source.baseAddress, let to = target.baseAddress else { return }
        // Pieces do not overlap, and the pointers are good until `split` returns.
        nonisolated(unsafe) let (start, end) = (from, to)
        let piece = (count + machine.threads - 1) / machine.threads
        machine.split(0..<count, grain: piece) {
            (end + $0.lowerBound).copyMemory(from: start + $0.lowerBound, byteCount: $0.count)
        }
    }
}
