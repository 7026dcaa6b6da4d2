// swift-tools-version: 6.0
import PackageDescription

// A package of somebody else. COTE_URL is where this project is found.
let package = Package(
    name: "app",
    platforms: [.macOS(.v15)],
    dependencies: [.package(url: "COTE_URL", exact: "0.1.0")],
    targets: [.executableTarget(name: "app", dependencies: [.product(name: "Cote", package: "cote")])]
)
