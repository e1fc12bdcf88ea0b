// swift-tools-version: 6.2
import PackageDescription

// The folder is not called hummingbird: a package takes its identity from there, and would hide the one that it needs.
let package = Package(
    name: "hummingbird-service",
    dependencies: [
        .package(name: "sallyport", path: "../.."),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
    ],
    targets: [
        .executableTarget(
            name: "Service",
            dependencies: [
                .product(name: "Tokens", package: "sallyport"),
                .product(name: "Hummingbird", package: "hummingbird"),
            ],
            swiftSettings: [.swiftLanguageMode(.v6)])
    ]
)
