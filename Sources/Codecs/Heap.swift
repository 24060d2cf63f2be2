import CImageCodecs

/// What a process says about its memory before its first thread.
public enum Heap {
    /// Bands and rows stay the process's own from picture to picture, and threads share what they let go.
    public static func settle() { kc_heap_settle() }
}
