// swift-tools-version: 6.0
import PackageDescription

// Built by scripts/fuzz, never with kern itself: all of it, kern included, is compiled to report where it has been.
let package = Package(
    name: "fuzz",
    dependencies: [.package(name: "kern", path: "../..")],
    targets: [
        .target(name: "CFuzzer"),
        .executableTarget(
            name: "fuzz",
            dependencies: [
                "CFuzzer",
                .product(name: "Convolution", package: "kern"),
                .product(name: "Programs", package: "kern"),
                .product(name: "Codecs", package: "kern"),
                .product(name: "Pixels", package: "kern"),
            ]),
    ],
    swiftLanguageModes: [.v6]
)
