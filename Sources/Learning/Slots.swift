/// One value for each part of the work; every thread writes those of its own parts.
final class Slots<Value>: @unchecked Sendable {
    private let values: UnsafeMutableBufferPointer<Value>

    init(repeating value: Value, count: Int) {
        values = .allocate(capacity: count)
        values.initialize(repeating: value)
    }

    deinit {
        values.deinitialize()
        values.deallocate()
    }

    subscript(part: Int) -> Value {
        get { values[part] }
        set { values[part] = newValue }
    }

    var all: [Value] { Array(values) }
}
