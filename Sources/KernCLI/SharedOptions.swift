import Arguments

/// Options that mean the same in every command that has them.
extension Option {
    static let json = Option("json", help: "Prints the result as JSON on stdout, one object a line.")

    static let quiet = Option("quiet", short: "q", help: "Says nothing on stderr but what went wrong.")

    static let force = Option("force", short: "f", help: "Replaces files that exist; without it they stay.")

    static let threads = Option(
        "threads", .integer(1...1024), placeholder: "N", defaultText: "all cores",
        help: "Threads to work with. The bytes that come out do not depend on it.")

    static let border = Option(
        "border",
        .suggested(["edge", "zero", "constant:", "symmetric", "reflect", "wrap", "renorm", "keep"]),
        placeholder: "RULE",
        defaultText: "edge",
        help: "How the picture goes on beyond its border, for window steps that do not say it themselves: edge, zero, "
            + "constant:V, symmetric, reflect, wrap, renorm or keep.")

    static let engine = Option(
        "engine", .choice(["auto", "reference", "direct", "separable", "transform", "sums"]), placeholder: "METHOD",
        defaultText: "auto",
        help: "How convolutions are computed: auto, reference (slow and readable), direct, separable or transform.")
}
