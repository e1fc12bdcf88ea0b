import EventIO
import HTTPWire
import SallyportTesting
import Synchronization
import Testing
import Tokens

@testable import AuthProxy

/// Requests of one loop that bring the same refresh token.
@Suite struct RotationDeskTests {
    private static let key = RotationKey(token: [1, 2, 3], address: IPAddress(v4: 0x7f00_0001), userAgent: nil)

    /// What a request came to.
    private final class Requests: Sendable {
        let begun = Atomic(0)
        let ended = Atomic(0)
        /// How many of them asked the store.
        let asked = Atomic(0)
    }

    /// Lets other jobs of the loop run first, as a call of an async function may.
    private static func step() async { await Task.yield() }

    /// Requests join at each of the moments between the store's answer and the end of the rotation.
    @Test("Who joins a rotation while it ends does not wait for ever", arguments: 0..<16)
    func joinsAtTheEnd(moment: Int) throws {
        let thread = try LoopThread(name: "desk")
        defer { thread.join() }
        let loop = thread.loop
        let box = LoopBound(RotationDesk(), to: loop)
        let requests = Requests()
        let request: @Sendable (Int) -> @Sendable () async -> Void = { delay in
            {
                for _ in 0..<delay { await Self.step() }
                let (outcome, _) = await box.value.rotate(Self.key) {
                    requests.asked.add(1, ordering: .relaxed)
                    for _ in 0..<moment { await Self.step() }
                    return .failure(.revoked)
                }
                if case .failure(.revoked) = outcome { requests.ended.add(1, ordering: .relaxed) }
            }
        }
        loop.post { for delay in 0..<32 { loop.startTask(request(delay)) } }
        let areOver = waitUntil(Deadline(in: .seconds(5))) { requests.ended.load(ordering: .relaxed) == 32 }
        #expect(areOver, "\(requests.ended.load(ordering: .relaxed)) of 32 requests came to an end")
        // A rotation of one step is over before the next request has made its own.
        #expect(moment < 2 || requests.asked.load(ordering: .relaxed) < 32, "nobody waited for another one's rotation")
    }
}
