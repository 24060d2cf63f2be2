/// How far a window reaches along one axis. The size formula lives here and nowhere else.
public enum Extent {
    /// What `size` taps cover when `dilation` pixels lie between neighbours: d(k − 1) + 1.
    public static func span(of size: Int, dilation: Int) -> Int { dilation * (size - 1) + 1 }

    /// Outputs along an axis: ⌊(n + p − d(k − 1) − 1) / s⌋ + 1, or nil where the window does not fit.
    ///
    ///     Extent.output(input: 224, padding: 4, kernel: 11, dilation: 1, stride: 4)   // 55, AlexNet's first layer
    ///
    /// `roundingUp` is pooling's ceil mode: a last window may begin inside the picture and end outside it.
    public static func output(
        input: Int, padding: (before: Int, after: Int), kernel: Int, dilation: Int, stride: Int,
        roundingUp: Bool = false
    ) -> Int? {
        let room = input + padding.before + padding.after - span(of: kernel, dilation: dilation)
        guard room >= 0 else { return nil }
        let count = room / stride + 1
        guard roundingUp, room % stride != 0 else { return count }
        return count * stride < input + padding.before ? count + 1 : count
    }
}
