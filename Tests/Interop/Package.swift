// swift-tools-version: 6.2
import PackageDescription

/// Tokens against another library for Swift. It is a package of its own because that library brings a cryptographic library with
/// it, whose build takes longer than all of Sallyport's.
let package = Package(
    name: "interop",
    dependencies: [
        .package(name: "sallyport", path: "../.."),
        .package(url: "https://github.com/vapor/jwt-kit", exact: "5.7.1"),
    ],
    targets: [
        .testTarget(
            name: "InteropTests",
            dependencies: [
                .product(name: "Tokens", package: "sallyport"), .product(name: "JWTKit", package: "jwt-kit"),
            ],
            swiftSettings: [.swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny")])
    ]
)
