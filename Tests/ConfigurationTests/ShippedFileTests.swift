import SallyportConfiguration
import Foundation
import Testing

@Suite("Configurations that are shipped")
struct ShippedFileTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "conf")

    private static func load(_ name: String, _ text: String? = nil) throws -> LoadedConfiguration {
        let path = folder.appending(path: name).path()
        return try ConfigurationLoader.load(
            text: text ?? String(contentsOfFile: path, encoding: .utf8), path: path,
            environment: ["JWT_SECRET_KEY": longSecret, "REDIS_PASSWORD": "p"])
    }

    @Test("Each file in conf loads without a problem and without a warning")
    func loads() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path()).sorted()
        #expect(names == ["compose.yaml", "forward-auth", "minimal.yaml", "sallyport.yaml"])
        for name in ["compose.yaml", "forward-auth/sallyport.yaml", "minimal.yaml", "sallyport.yaml"] {
            #expect(try Self.load(name).warnings == [], "\(name)")
        }
    }

    @Test("The minimal file keeps every default but the routes")
    func minimal() throws {
        let value = try Self.load("minimal.yaml").configuration
        #expect(value.cookies == CookieConfiguration())
        #expect(value.routes.map(\.mayIssueSessions) == [true])
    }

    @Test("What the production file shows in comments are the defaults")
    func defaults() throws {
        let text = try String(contentsOf: Self.folder.appending(path: "sallyport.yaml"), encoding: .utf8)
        let setting = /^( *)#( {1,3})([a-z_0-9]+):($| [^ ].*$)/
        var names: Set<String> = []
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line -> String in
            guard let match = line.wholeMatch(of: setting), match.3 != "keys" else { return String(line) }
            names.insert(String(match.3))
            return "\(match.1)\(match.2.dropFirst())\(match.3):\(match.4)"
        }
        // Were the pattern to miss them, nothing would be compared.
        #expect(names.isSuperset(of: ["workers", "limits", "verified_tokens", "leeway_seconds", "stale_ok_seconds"]))
        #expect(names.count == 65)
        let shown = try Self.load("sallyport.yaml", lines.joined(separator: "\n")).configuration
        let kept = try Self.load("sallyport.yaml").configuration
        #expect(shown.workers == nil)
        #expect(shown.limits == LimitConfiguration())
        #expect(shown.store == kept.store)
        #expect(shown.upstreams == kept.upstreams)
        #expect(shown.drainTimeoutSeconds == kept.drainTimeoutSeconds)
        #expect(shown.tokens.effectiveRefreshAheadSeconds == kept.tokens.effectiveRefreshAheadSeconds)
        #expect(shown.tokens.rotationGraceSeconds == kept.tokens.rotationGraceSeconds)
        #expect(shown.tokens.leewaySeconds == kept.tokens.leewaySeconds)
        for (shown, kept) in zip(shown.routes, kept.routes) {
            #expect(shown.sessionDelivery == kept.sessionDelivery)
            #expect(shown.tokenSources == kept.tokenSources)
            #expect(shown.queryParameter == kept.queryParameter)
            #expect(shown.accept == kept.accept)
            #expect(shown.cors == kept.cors)
            #expect(shown.csrf == kept.csrf)
            #expect(shown.forwardsBearerToken == kept.forwardsBearerToken)
            #expect(shown.defaultClientKind == kept.defaultClientKind)
            #expect(shown.staleOKSeconds == kept.staleOKSeconds)
        }
    }
}
