import CLanes

/// Sums of products in double, which least squares are made of.
extension Machine {
    /// Σ a[x] · b[x] over `count` samples.
    package func dot(_ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, _ count: Int) -> Double {
        lanes.loops.pointee.dot(a, b, count)
    }

    /// sums[i · n + j] += weight · values[i] · values[j] for all j ≥ i; `sums` holds n² of them.
    package func addOuter(
        _ sums: UnsafeMutablePointer<Double>, _ values: UnsafePointer<Double>, _ n: Int, weight: Double
    ) {
        lanes.loops.pointee.add_outer(sums, values, n, weight)
    }
}
