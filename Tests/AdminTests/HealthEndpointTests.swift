import SallyportTesting
import Testing
import Tokens

@testable import Admin
@testable import AuthProxy

@Suite("Health")
struct HealthEndpointTests {
    static let ready = ReservedRequest.test("GET", "health/ready")

    @Test("Alive needs no credentials and no store")
    func alive() async throws {
        let desk = try Desk()
        desk.store.set(.fails(.unreachable))
        let answer = try await desk.answer(.test("GET", "health"))
        #expect(answer.status == 200)
        #expect(String(decoding: answer.body, as: UTF8.self) == "{\"status\":\"ok\"}\n")
    }

    @Test("Ready is 200 while the store answers, and 503 with the reason while it does not")
    func store() async throws {
        let desk = try Desk(probe: ReadinessProbe(freshness: .zero))
        #expect(try await desk.answer(Self.ready).status == 200)
        desk.store.set(.fails(.readOnly))
        let answer = try await desk.answer(Self.ready)
        #expect(answer.status == 503)
        #expect(try answer.object["reason"]?.string == "store_unavailable")
        #expect(answer.field("Retry-After") == "1")
        desk.store.set(.works)
        #expect(try await desk.answer(Self.ready).status == 200)
    }

    @Test("While the proxy drains it is 503, and the store is not asked")
    func draining() async throws {
        let desk = try Desk()
        var services = desk.services
        services.isDraining = true
        let answer = await desk.router.answer(Self.ready, services)
        #expect(answer.status == 503)
        #expect(try answer.object["reason"]?.string == "draining")
        #expect(desk.store.count(of: .ping) == 0)
        #expect(await desk.router.answer(.test("GET", "health"), services).status == 200)
    }

    @Test("However many probes come, the store is asked once in a while")
    func cached() async throws {
        let desk = try Desk(probe: ReadinessProbe(freshness: .seconds(600)))
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<50 { group.addTask { try await desk.answer(Self.ready).status } }
            for try await status in group { #expect(status == 200) }
        }
        #expect(desk.store.count(of: .ping) == 1)
    }

    @Test("A store that hangs is a store that is down, for as long as it hangs, and it is not asked again meanwhile")
    func hangs() async throws {
        let desk = try Desk(probe: ReadinessProbe(freshness: .zero, patience: .milliseconds(20)))
        desk.store.set(.hangs)
        for _ in 0..<3 { #expect(try await desk.answer(Self.ready).status == 503) }
        #expect(desk.store.count(of: .ping) == 1)
        desk.store.release()
        let deadline = Deadline.soon
        var status = 503
        while status != 200, !deadline.hasPassed {
            status = try await desk.answer(Self.ready).status
            await Task.yield()
        }
        #expect(status == 200)
    }
}
