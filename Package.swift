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
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
    ],
    targets: [
        // The C libraries: a module map and a shim each; only the target that wraps one imports it. (hiredis goes without
        // pkg-config, whose flags the package manager refuses; it needs none.)
        .systemLibrary(name: "CLibevent", pkgConfig: "libevent", providers: [.apt(["libevent-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CHiredis", providers: [.apt(["libhiredis-dev"])]),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),

        // The foundations: no sockets in the first three, no HTTP in Tokens.
        library("CryptoPrimitives", ["COpenSSL"]),
        library("HTTPWire"),
        library("Tokens", ["CryptoPrimitives"]),
        library("EventIO", ["CLibevent"]),

        // Where tokens are kept.
        library("SQLiteTokenStore", ["Tokens", "CSQLite"]),
        library("RedisTokenStore", ["Tokens", "EventIO", "CHiredis"]),

        // The proxy.
        library("Configuration", ["Tokens", "HTTPWire", .product(name: "Yams", package: "Yams")]),
        library(
            "AuthProxy",
            [
                "CryptoPrimitives", "HTTPWire", "Tokens", "EventIO", "Configuration",
                .product(name: "Logging", package: "swift-log"),
            ]),
        library("Admin", ["HTTPWire", "Tokens", "EventIO", "Configuration", "AuthProxy"]),
        library("DemoApplication", ["HTTPWire", "Tokens", "CryptoPrimitives", "EventIO", "Configuration"]),
        .executableTarget(
            name: "sallyport",
            dependencies: [
                "AuthProxy", "Admin", "Configuration", "Tokens", "SQLiteTokenStore", "RedisTokenStore",
                "DemoApplication", "EventIO", "CryptoPrimitives", "HTTPWire",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),

        // Tests: real sockets, real stores.
        library(
            "SallyportTesting",
            [
                "HTTPWire", "Tokens", "EventIO", "Configuration", "AuthProxy", "Admin", "SQLiteTokenStore",
                "RedisTokenStore",
            ]),
        tests("TokensTests", ["Tokens", "CryptoPrimitives", "SallyportTesting"]),
        .executableTarget(
            name: "StoreWriter", dependencies: ["Tokens", "SQLiteTokenStore"], path: "Tests/StoreWriter",
            swiftSettings: strict),
        tests("RedisTokenStoreTests", ["Tokens", "RedisTokenStore", "SallyportTesting"]),
        tests("HTTPWireTests", ["HTTPWire"]),
        tests("AdminTests", ["Admin", "AuthProxy", "Tokens", "Configuration", "HTTPWire", "SallyportTesting"]),
        tests("EventIOTests", ["EventIO"]),
        tests(
            "ProxyTests",
            [
                "AuthProxy", "Admin", "Configuration", "Tokens", "SQLiteTokenStore", "RedisTokenStore",
                "SallyportTesting", "sallyport",
                .product(name: "Logging", package: "swift-log"),
            ]),
        tests("ConfigurationTests", ["Configuration", "Tokens"]),
        tests(
            "CommandLineTests",
            [
                "sallyport", "SallyportTesting", "Tokens", "Configuration",
                .product(name: "Logging", package: "swift-log"),
            ]),
        tests(
            "DemoApplicationTests", ["DemoApplication", "CryptoPrimitives", "HTTPWire", "EventIO", "Configuration"]),
        tests(
            "AuthProxyTests",
            [
                "AuthProxy", "EventIO", "HTTPWire", "Tokens", "Configuration", "SallyportTesting",
                .product(name: "Logging", package: "swift-log"),
            ]),
        tests("SQLiteTokenStoreTests", ["Tokens", "SQLiteTokenStore", "CSQLite", "StoreWriter"]),
    ]
)

/// Fuzz targets (libFuzzer), only for `scripts/fuzz`: they have no `main` of their own.
if Context.environment["SALLYPORT_FUZZ"] != nil {
    package.targets += [
        ("FuzzHead", ["HTTPWire"]), ("FuzzChunked", ["HTTPWire"]), ("FuzzCookies", ["HTTPWire"]),
        ("FuzzPath", ["HTTPWire"]), ("FuzzJSON", ["Tokens"]), ("FuzzJWS", ["Tokens", "CryptoPrimitives"]),
        ("FuzzRedisReply", ["RedisTokenStore", "Tokens"]),
    ]
    .map { name, modules in
        .executableTarget(
            name: name, dependencies: modules.map { .byName(name: $0) }, path: "Fuzz/\(name)", exclude: ["Seeds"],
            swiftSettings: strict)
    }
}
