import SallyportConfiguration
import Testing

@testable import AuthProxy

@Suite("Whether an endpoint works")
struct EndpointHealthTests {
    private func rules(_ failures: Int = 3, base: Double = 1, most: Double = 10) -> UpstreamConfiguration.Ejection {
        var rules = UpstreamConfiguration.Ejection()
        (rules.failures, rules.baseSeconds, rules.maxSeconds) = (failures, base, most)
        return rules
    }

    /// What is tested, where it may be changed within an expectation.
    @dynamicMemberLookup
    private final class Subject {
        private var health = EndpointHealth()
        subscript<Value>(dynamicMember path: WritableKeyPath<EndpointHealth, Value>) -> Value {
            get { health[keyPath: path] }
            set { health[keyPath: path] = newValue }
        }
        subscript<Value>(dynamicMember path: KeyPath<EndpointHealth, Value>) -> Value { health[keyPath: path] }
        func fail(_ failure: EndpointHealth.Failure, _ rules: UpstreamConfiguration.Ejection) -> Bool {
            health.fail(failure, rules)
        }
        func eject(now: Int64, _ rules: UpstreamConfiguration.Ejection) -> Int64 { health.eject(now: now, rules) }
        func tryAgain(now: Int64) -> Bool { health.tryAgain(now: now) }
        func mayBeTried(now: Int64) -> Bool { health.mayBeTried(now: now) }
        func noteTrial(now: Int64) { health.noteTrial(now: now) }
        func connected() { health.connected() }
        func succeed() { health.succeed() }

        /// Fails until it is to be ejected; how often that took.
        func failuresUntilOut(_ rules: UpstreamConfiguration.Ejection) -> Int {
            for count in 1...100 where health.fail(.connect, rules) { return count }
            return 0
        }
    }

    @Test("Failures in a row eject it; one success between them begins the count anew")
    func inARow() {
        let health = Subject()
        #expect(!health.fail(.answer, rules()))
        #expect(!health.fail(.connect, rules()))
        health.succeed()
        #expect(health.failuresUntilOut(rules()) == 3)
        #expect(health.isUsable, "the pool decides")
        #expect(health.eject(now: 1000, rules()) == 1000)
        #expect(!health.isUsable)
        #expect(!health.fail(.connect, rules()), "what was under way changes nothing")
    }

    @Test("With no number of failures it is never ejected")
    func never() {
        let health = Subject()
        #expect(health.failuresUntilOut(rules(0)) == 0)
    }

    @Test("The time doubles up to its limit while it keeps failing, and begins anew after it has worked for so long")
    func growth() {
        let health = Subject()
        var now: Int64 = 1000
        var times: [Int64] = []
        for _ in 0..<6 {
            let time = health.eject(now: now, rules())
            times.append(time)
            #expect(!health.tryAgain(now: now + time - 1))
            now += time
            #expect(health.tryAgain(now: now))
            #expect(health.isOnTrial)
            #expect(health.fail(.answer, rules()), "one failure is enough for who is only tried")
        }
        #expect(times == [1000, 2000, 4000, 8000, 10_000, 10_000])
        health.succeed()
        #expect(health.eject(now: now + 10_001, rules()) == 1000)
    }

    @Test("A connection clears failures to connect, and no others")
    func connection() {
        let health = Subject()
        _ = health.fail(.connect, rules())
        health.connected()
        #expect(health.failures == 0)
        _ = health.fail(.answer, rules())
        health.connected()
        #expect(health.failures == 1)
    }

    @Test("One request a second tries it")
    func trial() {
        let health = Subject()
        _ = health.eject(now: 5000, rules())
        #expect(health.tryAgain(now: 6000))
        #expect(health.mayBeTried(now: 6000))
        health.noteTrial(now: 6000)
        #expect(!health.mayBeTried(now: 6999))
        #expect(health.mayBeTried(now: 7000))
    }

    @Test("What health checks say holds beside everything else")
    func checked() {
        let health = Subject()
        health.isChecked = false
        #expect(!health.isUsable)
        health.succeed()
        #expect(!health.isUsable)
        health.isChecked = true
        #expect(health.isUsable)
    }
}

@Suite("How many requests are repeated")
struct RetryBudgetTests {
    private func spent(_ budget: inout RetryBudget, now: Int64, of tries: Int) -> Int {
        (0..<tries).count { _ in budget.spend(now: now) }
    }

    @Test("Ten a second whatever comes, and a share of the requests beyond that")
    func share() {
        var budget = RetryBudget(percent: 20)
        #expect(spent(&budget, now: 10_000, of: 1000) == 10)
        #expect(spent(&budget, now: 10_500, of: 1000) == 5)
        #expect(spent(&budget, now: 60_000, of: 1000) == 10, "seconds do not pile up")
        for _ in 0..<200 { budget.earn() }
        #expect(spent(&budget, now: 60_000, of: 1000) == 40)
        for _ in 0..<100_000 { budget.earn() }
        #expect(spent(&budget, now: 60_000, of: 1000) == 100, "nor do requests, without end")
    }

    @Test("Zero per cent is none at all")
    func none() {
        var budget = RetryBudget(percent: 0)
        for _ in 0..<1000 { budget.earn() }
        #expect(spent(&budget, now: 10_000, of: 10) == 0)
    }
}
