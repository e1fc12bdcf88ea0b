// swift-tools-version: 6.0
import PackageDescription

/// vapor/jwt-kit under the same measurement as ours, for `scripts/bench tokens`. A package of its own: nothing of it gets
/// into the product.
let package = Package(
    name: "jwtkit-bench",
    dependencies: [.package(url: "https://github.com/vapor/jwt-kit", from: "5.0.0")],
    targets: [
        .executableTarget(
            name: "JWTKitBench", dependencies: [.product(name: "JWTKit", package: "jwt-kit")], path: "Sources")
    ])
