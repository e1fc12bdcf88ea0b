import Testing
import Tokens

@Suite("Claims that a route asks for")
struct ClaimRequirementTests {
    /// A rule, claims that meet it, and claims beside them that do not.
    struct Row: Sendable, CustomTestStringConvertible {
        var rule: ClaimRequirements.Rule
        var good: String
        var bad: [String]
        var testDescription: String { "\(rule.claim) \(rule.quantifier) \(JSONWriter.text(.array(rule.values)))" }
    }

    private static let rows: [Row] = [
        Row(
            rule: .init("roles", .any, ["admin", "auditor"]), good: #"{"roles":["staff","auditor"]}"#,
            bad: [
                "{}", #"{"roles":[]}"#, #"{"roles":["staff"]}"#, #"{"roles":["Admin"]}"#, #"{"roles":"staff admin"}"#,
                #"{"roles":["admin "]}"#, #"{"roles":{"admin":true}}"#, #"{"roles":[["admin"]]}"#, #"{"roles":null}"#,
                #"{"role":"admin"}"#, #"{"Roles":["admin"]}"#, #"{"roles":"administrator"}"#,
                #"{"roles":"admin,auditor"}"#,
            ]),
        Row(
            rule: .init("roles", .all, ["admin", "auditor"]), good: #"{"roles":["auditor","x","admin"]}"#,
            bad: [#"{"roles":["admin"]}"#, #"{"roles":"admin"}"#, #"{"roles":["admin auditor"]}"#, "{}"]),
        Row(
            rule: .init("realm_access.roles", .any, ["admin"]), good: #"{"realm_access":{"roles":["admin"]}}"#,
            bad: [
                #"{"realm_access":["roles","admin"]}"#, #"{"roles":["admin"]}"#, #"{"realm_access":{"roles":{}}}"#,
                #"{"realm_access":{"roles":["user"]},"roles":["admin"]}"#,
            ]),
        Row(
            rule: .init("https://example.com/roles", .any, ["admin"]),
            good: #"{"https://example.com/roles":["admin"]}"#, bad: [#"{"https://example":{"com/roles":["x"]}}"#]),
        Row(
            rule: .init("scope", .all, ["read", "write"]), good: #"{"scope":"write openid read"}"#,
            bad: [
                #"{"scope":"read"}"#, #"{"scope":"readwrite"}"#, #"{"scope":"read\twrite"}"#,
                #"{"scope":"read write:own"}"#,
                #"{"scope":["read write"]}"#,
            ]),
        Row(
            rule: .init("scp", .any, ["read"]), good: #"{"scp":["read"]}"#, bad: [#"{"scp":""}"#, #"{"scope":"read"}"#]),
        Row(
            rule: .init("level", .any, [3]), good: #"{"level":3}"#,
            bad: [#"{"level":"3"}"#, #"{"level":3.5}"#, #"{"level":30}"#, #"{"level":true}"#]),
        Row(
            rule: .init("email_verified", .any, [true]), good: #"{"email_verified":true}"#,
            bad: [#"{"email_verified":"true"}"#, #"{"email_verified":false}"#, #"{"email_verified":1}"#]),
        // The same letter in another spelling is another text.
        Row(rule: .init("name", .any, ["\u{e9}"]), good: "{\"name\":\"\u{e9}\"}", bad: ["{\"name\":\"e\u{301}\"}"]),
        Row(rule: .init("any", .all, []), good: #"{"any":1}"#, bad: ["{}"]),
    ]

    @Test("A rule is met by what it asks for, and by nothing that resembles it", arguments: rows)
    func rule(_ row: Row) throws {
        #expect(row.rule.isMet(by: try JSONParser.parse(row.good)))
        for bad in row.bad { #expect(!row.rule.isMet(by: try JSONParser.parse(bad)), "\(bad)") }
    }

    @Test("Each rule has to be met, and no rule asks for nothing")
    func rules() throws {
        let both = ClaimRequirements([.init("roles", .any, ["admin"]), .init("scope", .all, ["read", "write"])])
        #expect(both.areMet(by: ["roles": ["admin"], "scope": "read write"]))
        #expect(!both.areMet(by: ["roles": ["admin"], "scope": "read"]))
        #expect(!both.areMet(by: ["scope": "read write"]))
        #expect(both.scopes == "read write")
        #expect(ClaimRequirements().areMet(by: [:]) && ClaimRequirements().isEmpty)
    }
}
