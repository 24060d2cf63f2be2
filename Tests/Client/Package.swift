// swift-tools-version: 6.0
import PackageDescription

// A package as an outsider writes it: kern by version tag, no flags. `Tests/Client/run` sets KERN_URL to a tagged copy.
let package = Package(
    name: "client",
    dependencies: [.package(url: Context.environment["KERN_URL"] ?? "file:///nowhere", from: "0.1.0")],
    targets: [
        .executableTarget(
            name: "client",
            dependencies: [
                .product(name: "Convolution", package: "kern"),
                .product(name: "Programs", package: "kern"),
                .product(name: "Codecs", package: "kern"),
                .product(name: "Pixels", package: "kern"),
            ])
    ],
    swiftLanguageModes: [.v6]
)
