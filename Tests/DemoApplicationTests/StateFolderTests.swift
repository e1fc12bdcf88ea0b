import SallyportConfiguration
import Foundation
import Testing

@testable import DemoApplication

@Suite("The demo's state folder")
struct StateFolderTests {
    /// A folder that does not exist yet, within one that is removed afterwards.
    private func withPath(_ body: (String) throws -> Void) throws {
        let parent = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: parent) }
        try body(parent.appendingPathComponent("state").path)
    }

    private func mode(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return try #require(attributes[.posixPermissions] as? Int)
    }

    @Test("A new folder and its secret are private, and the secret is kept")
    func creates() throws {
        try withPath { path in
            let first = try StateFolder(at: path)
            #expect(try mode(path) == 0o700)
            #expect(try mode(path + "/secret") == 0o600)
            #expect(first.secret.count == 64)
            #expect(Set(first.secret).count > 16)
            #expect(try StateFolder(at: path).secret == first.secret)
            #expect(try FileManager.default.contentsOfDirectory(atPath: path) == ["secret"])
            let other = try StateFolder(at: path + "-other")
            #expect(other.secret != first.secret)
        }
    }

    @Test("Starts at the same time get the same secret")
    func races() async throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let secrets = try await withThrowingTaskGroup(of: [UInt8].self) { group in
            for _ in 0..<8 { group.addTask { try StateFolder(at: path).secret } }
            return try await group.reduce(into: Set<[UInt8]>()) { $0.insert($1) }
        }
        #expect(secrets.count == 1)
    }

    @Test("A secret that others may read is refused")
    func refusesPublicSecret() throws {
        try withPath { path in
            _ = try StateFolder(at: path)
            let file = path + "/secret"
            try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: file)
            #expect(throws: StateFolderError.secretIsNotPrivate(path: file)) { try StateFolder(at: path) }
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
            #expect(throws: Never.self) { try StateFolder(at: path) }
        }
    }

    @Test("A secret that is too short is refused", arguments: ["", "short", String(repeating: "a", count: 63) + "\n"])
    func refusesShortSecret(_ text: String) throws {
        try withPath { path in
            _ = try StateFolder(at: path)
            try Data(text.utf8).write(to: URL(fileURLWithPath: path + "/secret"))
            #expect(throws: StateFolderError.secretIsUnusable(path: path + "/secret")) { try StateFolder(at: path) }
        }
    }

    @Test("A folder that cannot be made is an error that names it")
    func refusesMissingParent() throws {
        try withPath { path in
            let inner = path + "/deeper"
            #expect(throws: StateFolderError.system(action: "create the folder", path: inner, code: ENOENT)) {
                try StateFolder(at: inner)
            }
        }
    }

    @Test("The configuration serves the demo with its state in the folder")
    func configures() throws {
        try withPath { path in
            let state = try StateFolder(at: path)
            let configuration = DemoConfiguration.make(
                listener: .tcp(host: "127.0.0.1", port: 8080), application: .tcp(host: "127.0.0.1", port: 9),
                state: state, accessTokenExpireSeconds: 30)
            #expect(configuration.store.url == "sqlite:\(path)/sallyport.db")
            #expect(configuration.logging.audit == .file("\(path)/audit.jsonl"))
            #expect(configuration.tokens.keys.map(\.secret) == [state.secret])
            #expect(configuration.tokens.effectiveRefreshAheadSeconds == 5)
            #expect(!configuration.cookies.isSecure && !configuration.cookies.access.hasPrefix("__"))
            let issuing = configuration.routes.filter(\.mayIssueSessions).map(\.name)
            #expect(issuing == ["login", "json-login"])
            #expect(configuration.routes.filter { $0.authentication == .required }.map(\.name) == ["whoami", "echo"])
        }
    }
}
