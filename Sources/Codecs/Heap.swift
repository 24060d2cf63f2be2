import CImageCodecs

/// What a process that may have only so many addresses (`ulimit -v`) does before its first thread.
public enum Heap {
    public static func sharesWhereRationed() { kc_heap_share_where_rationed() }
}
