import SallyportConfiguration
import Foundation
import Synchronization
import Testing
import Tokens

@testable import AuthProxy

@Suite("Audit log")
struct AuditLogTests {
    let folder: LogFolder

    init() throws { folder = try LogFolder() }

    /// Each kind with the members of its own.
    static let kinds: [(AuditEvent.Kind, String)] = [
        (.sessionIssued, #""event": "session.issued""#),
        (.tokenRefreshed(generation: 2), #""event": "token.refreshed", "gen": 2"#),
        (.tokenRefreshReusedInGrace(generation: 3), #""event": "token.refresh_reused_in_grace", "gen": 3"#),
        (.tokenReuseDetected(generation: 4), #""event": "token.reuse_detected", "gen": 4"#),
        (.tokenRevoked(type: .websocket), #""event": "token.revoked", "type": "websocket""#),
        (.sessionEnded(reason: .logoutEverywhere), #""event": "session.ended", "reason": "logout_everywhere""#),
        (
            .bindingMismatch(signals: [.address, .userAgent], mode: .strict),
            #""event": "binding.mismatch", "signals": ["address", "user_agent"], "mode": "strict""#
        ),
        (
            .bindingMismatch(signals: .userAgent, mode: .log),
            #""event": "binding.mismatch", "signals": ["user_agent"], "mode": "log", "would_refuse": true"#
        ),
        (.tokenRejected(code: .tokenSignature), #""event": "token.rejected", "code": "token_signature""#),
    ]

    @Test("Each event is a JSON line with its name, its time and its own members", arguments: kinds.indices)
    func kind(index: Int) throws {
        let (kind, members) = Self.kinds[index]
        let writer = try LogWriter.make(audit: .file(folder.file("audit")), format: .human)
        AuditLog(writer).record(
            AuditEvent(
                kind, sid: "s\"1", sub: "al\nice", jti: "j", clientAddress: "2001:db8::1", requestID: "r"))
        #expect(writer.close(timeout: .seconds(10)))
        let objects = try folder.objects("audit")
        try #require(objects.count == 1)
        let expected = try object(
            #"{"time": "2026-11-25T07:05:37.123Z", "sid": "s\"1", "sub": "al\nice", "jti": "j", "#
                + #""client_address": "2001:db8::1", "request_id": "r", \#(members)}"#)
        #expect(objects[0] as NSDictionary == expected as NSDictionary)
    }

    @Test("What is not known is left out")
    func sparse() throws {
        let writer = try LogWriter.make(audit: .file(folder.file("audit")))
        AuditLog(writer).record(AuditEvent(.sessionIssued))
        #expect(writer.close(timeout: .seconds(10)))
        let object = try #require(try folder.objects("audit").first)
        #expect(Set(object.keys) == ["time", "event"])
    }

    @Test("Refused tokens are sampled by code, and every one left out is accounted for")
    func sampling() throws {
        let time = Mutex(sampleTime)
        var configuration = LoggingConfiguration()
        configuration.access = .off
        configuration.audit = .file(folder.file("audit"))
        let writer = try LogWriter(configuration, clock: LogClock { time.withLock { $0 } })
        let audit = AuditLog(writer)
        for _ in 0..<1000 { audit.record(AuditEvent(.tokenRejected(code: .tokenExpired))) }
        audit.record(AuditEvent(.tokenRejected(code: .tokenSignature)))
        audit.record(AuditEvent(.sessionIssued))
        time.withLock { $0 += 1_000_000 }
        for _ in 0..<5 { audit.record(AuditEvent(.tokenRejected(code: .tokenExpired))) }
        audit.reportSuppressed()
        audit.reportSuppressed()
        #expect(writer.close(timeout: .seconds(10)))

        let objects = try folder.objects("audit")
        #expect(objects.count { $0["event"] as? String == "session.issued" } == 1)
        #expect(objects.count { $0["code"] as? String == "token_signature" } == 1)
        let expired = objects.filter { $0["code"] as? String == "token_expired" }
        // The burst, one a second later with those left out before it, and the report of the rest.
        #expect(expired.map { $0["suppressed"] as? Int ?? 0 } == Array(repeating: 0, count: 20) + [980, 4])
    }

    @Test("A clock that is set back does not silence the log for longer than a burst lasts")
    func clockSetBack() {
        var sampler = RejectionSampler()
        for _ in 0..<100 { _ = sampler.decide(.tokenExpired, at: sampleTime) }
        let earlier = sampleTime - 86_400_000_000
        #expect(sampler.decide(.tokenExpired, at: earlier) == .suppress)
        #expect(sampler.decide(.tokenExpired, at: earlier + 1_000_000) == .write(suppressed: 81))
    }
}
