extension String {
    /// A name from a file, fit for a terminal: what would steer it is shown as unknown.
    var plain: String {
        String(map { $0.unicodeScalars.contains { $0.properties.generalCategory == .control } ? "\u{FFFD}" : $0 })
    }
}
