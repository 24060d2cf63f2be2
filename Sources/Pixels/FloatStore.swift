/// Floats at a fixed place, set to 0 once: what many threads work on, each on stretches of its own.
package final class FloatStore: @unchecked Sendable {
    // Whoever splits work over threads gives each its own stretch.
    package let base: UnsafeMutablePointer<Float>
    package let count: Int

    package init(count: Int) {
        self.count = count
        base = .onCacheLine(max(count, 1))
        base.initialize(repeating: 0, count: max(count, 1))
    }

    deinit { base.deallocate() }

    package var values: [Float] {
        get { Array(UnsafeBufferPointer(start: base, count: count)) }
        set {
            precondition(newValue.count == count, "\(newValue.count) values for \(count) places")
            newValue.withUnsafeBufferPointer { source in
                if let start = source.baseAddress { base.update(from: start, count: count) }
            }
        }
    }
}
