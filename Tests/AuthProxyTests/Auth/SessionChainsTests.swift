import Testing

@testable import AuthProxy

@Suite("Chains of the slots that hold tokens of one session")
struct SessionChainsTests {
    @Test("Whatever comes and goes, a session's slots are found, each once")
    func followsAModel() {
        var chains = SessionChains(slots: 64)
        var model: [Int: Int] = [:]
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<20_000 {
            let slot = Int.random(in: 0..<64, using: &generator)
            if let hash = model.removeValue(forKey: slot) {
                chains.remove(slot, session: hash)
            } else {
                // Negative hashes too, and different ones that share a chain.
                let hash = Int.random(in: -3...3, using: &generator) &* 64 &+ Int.random(in: 0..<8, using: &generator)
                chains.insert(slot, session: hash)
                model[slot] = hash
            }
            let hash = Int.random(in: 0..<8, using: &generator)
            let expected = model.filter { $0.value & 63 == hash }.keys.sorted()
            #expect(chains.slots(of: hash).sorted() == expected)
        }
    }

    @Test("After all were thrown away none is found, and slots can be used again")
    func startsAnew() {
        var chains = SessionChains(slots: 8)
        for slot in 0..<8 { chains.insert(slot, session: 5) }
        #expect(chains.slots(of: 5).count == 8)
        chains.removeAll()
        #expect(chains.slots(of: 5).isEmpty)
        chains.insert(3, session: 5)
        chains.insert(4, session: 5)
        chains.remove(4, session: 5)
        #expect(chains.slots(of: 5) == [3])
    }
}
