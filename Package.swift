// swift-tools-version: 6.2
import PackageDescription

/// Every target of ours is compiled in Swift 6 mode with complete concurrency checking and strict memory safety.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableExperimentalFeature("Lifetimes"),
]

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

let package = Package(
    name: "sallyport",
    products: [
        .executable(name: "sallyport", targets: ["sallyport"]),
        .library(name: "Tokens", targets: ["Tokens", "SQLiteTokenStore", "RedisTokenStore"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    ],
    targets: [
        // The C libraries: a module map and a shim each; only the target that wraps one imports it. (hiredis goes without
        // pkg-config, whose flags the package manager refuses; it needs none.)
        .systemLibrary(name: "CLibevent", pkgConfig: "libevent", providers: [.apt(["libevent-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CHiredis", providers: [.apt(["libhiredis-dev"])]),
        .systemLibrary(name: "CNghttp2", pkgConfig: "libnghttp2", providers: [.apt(["libnghttp2-dev"])]),
        .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),

        // The foundations: no sockets in the first three, no HTTP in Tokens.
        library("CryptoPrimitives", ["COpenSSL"]),
        library("HTTPWire"),
        library("HTTP2", ["HTTPWire", "CNghttp2"]),
        library("Tokens", ["CryptoPrimitives"]),
        library("EventIO", ["CLibevent", "COpenSSL"]),

        // Where tokens are kept.
        library("SQLiteTokenStore", ["Tokens", "CSQLite"]),
        library("RedisTokenStore", ["Tokens", "EventIO", "CHiredis"]),

        // The proxy.
        // Its name is long for the sake of those who use the library Tokens beside swift-configuration, which has a target of the short
        // one: targets are told apart by name across all packages of a program.
        .target(
            name: "SallyportConfiguration", dependencies: ["Tokens", "HTTPWire", "EventIO", "CYAML"],
            path: "Sources/Configuration", swiftSettings: strict),
        library(
            "AuthProxy",
            [
                "CryptoPrimitives", "HTTPWire", "HTTP2", "Tokens", "EventIO", "SallyportConfiguration",
                .product(name: "Logging", package: "swift-log"),
            ]),
        library("Admin", ["HTTPWire", "Tokens", "EventIO", "SallyportConfiguration", "AuthProxy"]),
        library("DemoApplication", ["HTTPWire", "Tokens", "CryptoPrimitives", "EventIO", "SallyportConfiguration"]),
        .executableTarget(
            name: "sallyport",
            dependencies: [
                "AuthProxy", "Admin", "SallyportConfiguration", "Tokens", "SQLiteTokenStore", "RedisTokenStore",
                "DemoApplication", "EventIO", "CryptoPrimitives", "HTTPWire",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),

        // Tests: real sockets, real stores.
        library(
            "SallyportTesting",
            [
                "CryptoPrimitives", "HTTPWire", "Tokens", "EventIO", "SallyportConfiguration", "AuthProxy", "Admin",
                "SQLiteTokenStore",
                "RedisTokenStore",
            ]),
        tests("TokensTests", ["Tokens", "CryptoPrimitives", "SallyportTesting"]),
        .executableTarget(
            name: "StoreWriter", dependencies: ["Tokens", "SQLiteTokenStore"], path: "Tests/StoreWriter",
            swiftSettings: strict),
        tests("RedisTokenStoreTests", ["Tokens", "RedisTokenStore", "SallyportTesting"]),
        tests("HTTPWireTests", ["HTTPWire"]),
        tests("HTTP2Tests", ["HTTP2", "HTTPWire", "SallyportTesting"]),
        tests(
            "AdminTests", ["Admin", "AuthProxy", "Tokens", "SallyportConfiguration", "HTTPWire", "SallyportTesting"]),
        tests("EventIOTests", ["EventIO", "SallyportTesting"]),
        tests(
            "ProxyTests",
            [
                "AuthProxy", "Admin", "SallyportConfiguration", "Tokens", "SQLiteTokenStore", "RedisTokenStore",
                "SallyportTesting", "sallyport",
                .product(name: "Logging", package: "swift-log"),
            ]),
        tests("ConfigurationTests", ["SallyportConfiguration", "Tokens"]),
        tests(
            "CommandLineTests",
            [
                "sallyport", "SallyportTesting", "Tokens", "SallyportConfiguration",
                .product(name: "Logging", package: "swift-log"),
            ]),
        tests(
            "DemoApplicationTests",
            ["DemoApplication", "CryptoPrimitives", "HTTPWire", "EventIO", "SallyportConfiguration"]),
        tests(
            "AuthProxyTests",
            [
                "AuthProxy", "EventIO", "HTTPWire", "Tokens", "SallyportConfiguration", "SallyportTesting",
                .product(name: "Logging", package: "swift-log"),
            ]),
        tests(
            "SQLiteTokenStoreTests",
            ["Tokens", "SQLiteTokenStore", "CSQLite", "StoreWriter", "SallyportTesting"]),
    ]
)

/// Fuzz targets (libFuzzer), only for `scripts/fuzz`: they have no `main` of their own.
if Context.environment["SALLYPORT_FUZZ"] != nil {
    package.targets += [
        ("FuzzHead", ["HTTPWire"]), ("FuzzChunked", ["HTTPWire"]), ("FuzzCookies", ["HTTPWire"]),
        ("FuzzPath", ["HTTPWire"]), ("FuzzJSON", ["Tokens"]), ("FuzzJWS", ["Tokens", "CryptoPrimitives"]),
        ("FuzzJWK", ["Tokens"]), ("FuzzBase64URL", ["Tokens"]), ("FuzzRedisReply", ["RedisTokenStore", "Tokens"]),
        ("FuzzHTTP2", ["HTTP2", "HTTPWire"]), ("FuzzProxyHeader", ["HTTPWire"]),
        ("FuzzResponseHead", ["HTTPWire"]), ("FuzzForwarded", ["HTTPWire"]), ("FuzzWebSocket", ["HTTPWire"]),
        ("FuzzQuery", ["HTTPWire"]),
    ]
    .map { name, modules in
        .executableTarget(
            name: name, dependencies: modules.map { .byName(name: $0) }, path: "Fuzz/\(name)", exclude: ["Seeds"],
            swiftSettings: strict)
    }
}

/// Programs that measure, only for `scripts/bench`.
if Context.environment["SALLYPORT_BENCH"] != nil {
    package.targets += [
        .executableTarget(
            name: "TokenBench", dependencies: ["Tokens"], path: "bench/Tokens", swiftSettings: strict),
        .executableTarget(
            name: "SessionBench", dependencies: ["Tokens", "SQLiteTokenStore", "RedisTokenStore"],
            path: "bench/Stores", swiftSettings: strict),
    ]
}
