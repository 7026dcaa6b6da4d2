// swift-tools-version: 6.2
import PackageDescription

let swiftSettings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let package = Package(
    name: "Cote",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "Cote", targets: ["Cote"]),
        .executable(name: "cote", targets: ["CoteCommand"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-log", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
        .package(url: "https://github.com/apple/swift-system", from: "1.5.0"),
    ],
    targets: [
        .systemLibrary(
            name: "CLibuv",
            path: "Sources/CLibuv",
            pkgConfig: "libuv",
            providers: [.apt(["libuv1-dev"]), .brew(["libuv"])]
        ),
        .target(
            name: "CCoteCore",
            dependencies: ["CLibuv"],
            path: ".",
            sources: ["Sources/CCoteCore"],
            publicHeadersPath: "include",
            cSettings: [.headerSearchPath("Sources/CCoteCore")]
        ),
        .target(
            name: "Cote",
            dependencies: ["CCoteCore", .product(name: "Logging", package: "swift-log")],
            swiftSettings: swiftSettings
        ),
        .executableTarget(
            name: "CoteCommand",
            dependencies: [
                "Cote", "CCoteCore",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system", condition: .when(platforms: [.linux])),
            ],
            swiftSettings: swiftSettings
        ),
        .target(name: "CTestSupport", path: "Tests/CTestSupport"),
        .target(
            name: "CBench",
            dependencies: ["CCoteCore", "CLibuv"],
            path: "bench/workers",
            cSettings: [.headerSearchPath("../../Sources/CCoteCore")],
            linkerSettings: [.linkedLibrary("m")]
        ),
        .executableTarget(
            name: "cote-bench",
            dependencies: [
                "Cote", "CBench",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system", condition: .when(platforms: [.linux])),
            ],
            path: "bench/CoteBench",
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "CoteTests",
            dependencies: ["Cote", "CTestSupport", .product(name: "Logging", package: "swift-log")],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "CoteCommandTests",
            dependencies: [
                "CoteCommand", "Cote",
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system", condition: .when(platforms: [.linux])),
            ],
            swiftSettings: swiftSettings
        ),
    ]
        + [
            "time-service", "time-client", "currency-service", "currency-client",
            "rates-arbiter", "rates-admin", "rates-service", "rates-client",
        ].map { example in
            .executableTarget(name: example, dependencies: ["Cote"], path: "examples/swift/\(example)")
        },
    swiftLanguageModes: [.v6],
    cLanguageStandard: .gnu11
)
