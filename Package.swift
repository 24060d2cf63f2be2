// swift-tools-version: 6.1
import PackageDescription

// The house, bottom-up: every line may name only lines above it. docs/architecture.md says what each room is for.
let package = Package(
    name: "kern",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "kern", targets: ["kern"]),
        .executable(name: "kern-bench", targets: ["kern-bench"]),
        .library(name: "Pixels", targets: ["Pixels"]),
        .library(name: "Convolution", targets: ["Convolution"]),
        .library(name: "Programs", targets: ["Programs"]),
        .library(name: "Codecs", targets: ["Codecs"]),
    ],
    traits: [
        .trait(name: "TIFF", description: "Reads and writes TIFF; needs libtiff 4.5 or newer."),
        .trait(name: "WebP", description: "Reads and writes WebP; needs libwebp."),
    ],
    targets: [
        .systemLibrary(name: "CLibPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"]), .brew(["libpng"])]),
        .systemLibrary(
            name: "CLibJPEG", pkgConfig: "libjpeg", providers: [.apt(["libjpeg-dev"]), .brew(["jpeg-turbo"])]),
        .systemLibrary(name: "CLibISAL", pkgConfig: "libisal", providers: [.apt(["libisal-dev"]), .brew(["isa-l"])]),
        // Doors that only a trait opens. Without pkgConfig: a build that does not want them should not be told they are missing.
        .systemLibrary(name: "CLibTIFF"),
        .systemLibrary(name: "CLibWebP"),
        .target(
            name: "CImageCodecs",
            dependencies: [
                "CLibPNG", "CLibJPEG", "CLibISAL", .target(name: "CLibTIFF", condition: .when(traits: ["TIFF"])),
                .target(name: "CLibWebP", condition: .when(traits: ["WebP"])),
            ],
            cSettings: [
                .define("KERN_TIFF", .when(traits: ["TIFF"])), .define("KERN_WEBP", .when(traits: ["WebP"])),
            ],
            linkerSettings: [
                .linkedLibrary("png"), .linkedLibrary("jpeg"), .linkedLibrary("z"), .linkedLibrary("isal"),
                .linkedLibrary("tiff", .when(traits: ["TIFF"])), .linkedLibrary("webp", .when(traits: ["WebP"])),
                .linkedLibrary("webpdemux", .when(traits: ["WebP"])),
                .linkedLibrary("webpmux", .when(traits: ["WebP"])),
            ]),
        .target(name: "CLanes"),
        .target(name: "CKernels"),
        .target(name: "CPage", exclude: ["page.html", "page.css", "steps.js", "samples.js", "places.js"]),
        .target(name: "Pixels"),
        .target(name: "Convolution", dependencies: ["Pixels", "CLanes"]),
        .target(name: "Steps", dependencies: ["Pixels", "Convolution"]),
        .target(name: "Tensors"),
        .target(name: "Programs", dependencies: ["Pixels", "Convolution", "Steps", "Tensors", "CKernels"]),
        .target(name: "Codecs", dependencies: ["Pixels", "CLanes", "CLibISAL", "CImageCodecs"]),
        .target(name: "Learning", dependencies: ["Pixels", "Convolution", "Steps", "Tensors", "Programs", "Codecs"]),
        .target(name: "Arguments"),
        .target(
            name: "KernCLI",
            dependencies: [
                "Pixels", "Convolution", "Steps", "Tensors", "Programs", "Codecs", "Learning", "Arguments", "CPage",
            ]),
        .executableTarget(name: "kern", dependencies: ["KernCLI", "Codecs"]),
        .target(
            name: "KernBench",
            dependencies: ["Pixels", "Convolution", "Steps", "Programs", "Codecs", "KernCLI", "Arguments"]),
        .executableTarget(name: "kern-bench", dependencies: ["KernBench"]),

        .testTarget(name: "ConvolutionTests", dependencies: ["Pixels", "Convolution"]),
        .testTarget(
            name: "CodecsTests", dependencies: ["Codecs", "CLanes", "CImageCodecs", "Pixels"],
            exclude: ["Fixtures", "make-fixtures.py"]),
        .testTarget(name: "StepsTests", dependencies: ["Pixels", "Convolution", "Steps"]),
        .testTarget(name: "TensorsTests", dependencies: ["Tensors"], exclude: ["Fixtures"]),
        .testTarget(
            name: "LearningTests",
            dependencies: ["Pixels", "Convolution", "Steps", "Tensors", "Programs", "Codecs", "Learning"]),
        .testTarget(name: "ProgramsSyntaxTests", dependencies: ["Programs"]),
        .testTarget(name: "ProgramsTests", dependencies: ["Pixels", "Convolution", "Steps", "Programs", "Tensors"]),
        .testTarget(name: "ArgumentsTests", dependencies: ["Arguments"]),
        .testTarget(name: "KernCLITests", dependencies: ["KernCLI", "Arguments", "Codecs", "Pixels"]),
        .testTarget(
            name: "RegressionTests", dependencies: ["Pixels", "Convolution", "Steps", "Programs", "Codecs"]),
        .testTarget(name: "KernBenchTests", dependencies: ["KernBench", "KernCLI", "Arguments"]),
        .testTarget(name: "EndToEndTests", dependencies: ["kern", "Codecs", "Pixels"]),
        .testTarget(name: "GalleryTests", dependencies: ["Pixels", "Convolution", "Programs", "Codecs", "kern"]),
    ],
    swiftLanguageModes: [.v6]
)
