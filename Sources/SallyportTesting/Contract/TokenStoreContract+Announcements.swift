internal import Tokens

extension TokenStoreContract {
    private typealias Sample = ContractSample

    /// Each change of a watched verdict is announced. A store that does not do so fails by the test's time limit.
    static let announcementChecks: [Check] = [
        announcement("A revocation is announced", of: [Sample.access(1)]) { store in
            _ = try await store.revoke(Sample.access(1), now: Sample.start)
        },
        announcement(
            "The end of a session is announced for each of its tokens", of: [Sample.access(1), Sample.refresh(1)]
        ) {
            store in _ = try await store.endSession("s1", now: Sample.start)
        },
        announcement("The end of all sessions of a user is announced", of: [Sample.access(1)]) { store in
            _ = try await store.endAllSessions(of: "alice", now: Sample.start)
        },
        announcement("The end of a session by the limit is announced", of: [Sample.access(1)]) { store in
            _ = try await store.insert(Sample.session("s2"), limit: SessionLimit(maximum: 1), now: Sample.start)
        },
        announcement("A confirmation is announced", of: [Sample.access(2)], prepare: rotateOnce) { store in
            try await store.confirm("s1", generation: 2, graceSeconds: Sample.grace, now: Sample.start)
        },
        announcement("A rotation that confirms is announced", of: [Sample.access(2)], prepare: rotateOnce) { store in
            try await store.expectRotated(Sample.rotation(2, at: Sample.start), "The newest token is exchanged")
        },
        announcement(
            "The end of a session through a stolen token is announced", of: [Sample.access(2)], prepare: rotateOnce
        ) {
            store in
            try await store.confirm("s1", generation: 2, graceSeconds: 0, now: Sample.start)
            try await store.expectReused(Sample.rotation(1, at: Sample.start), "The grace is over")
        },
        announcement("A token that was not good before is announced when it becomes so", of: [Sample.websocket(1)]) {
            store in
            let token = StoredToken(reference: Sample.websocket(1), expiresAt: Sample.start + 60)
            _ = try await store.insert(token, subject: nil, requiresSession: true, now: Sample.start)
        },
    ]

    private static let rotateOnce: @Sendable (any TokenStore) async throws -> Void = { store in
        try await store.expectRotated(Sample.rotation(1, at: Sample.start), "The newest token is exchanged")
    }

    /// The verdicts on `tokens` are asked for, then `change` happens, then each of them must be announced.
    private static func announcement(
        _ rule: String, of tokens: [TokenReference],
        prepare: @escaping @Sendable (any TokenStore) async throws -> Void = { _ in },
        change: @escaping @Sendable (any TokenStore) async throws -> Void
    ) -> Check {
        Check(rule) { store, traits in
            guard traits.announcesChanges else { return }
            for token in tokens {
                // A log for each token: one announcement may stand for several.
                try await store.insert(Sample.session(), now: Sample.start)
                try await prepare(store)
                var log = InvalidationLog(store)
                let verdict = try await store.verdict(on: token, now: Sample.start)
                if case .live(_, let isWatched) = verdict {
                    try expect(isWatched, is: true, "A verdict of this store is watched")
                }
                try await change(store)
                try await log.wait(for: token)
                _ = try await store.endSession("s1", now: Sample.start)
            }
        }
    }

    /// What holds at the ends of a store's life.
    static let lifecycleChecks: [Check] = [
        Check("A store that works answers the ping, and keeps nothing of it") { store in
            try await store.ping()
            try await store.insert(Sample.session(), now: Sample.start)
            try await store.ping()
            let session = try await store.session("s1", now: Sample.start)
            try expect(session, is: Sample.session(), "A ping changes nothing")
        },
        Check("A closed store fails with its own error, and says nothing about any token") { store in
            try await store.insert(Sample.session(), now: Sample.start)
            await store.close()
            try await expectClosed { _ = try await store.verdict(on: Sample.access(1), now: Sample.start) }
            try await expectClosed {
                // One that cannot tell at once says nothing here either.
                if try store.verdictAtOnce(on: Sample.access(1), now: Sample.start) == nil { try await store.ping() }
            }
            try await expectClosed { _ = try await store.revoke(Sample.access(1), now: Sample.start) }
            try await expectClosed { _ = try await store.rotate(Sample.rotation(1, at: Sample.start)) }
            try await expectClosed { _ = try await store.session("s1", now: Sample.start) }
            try await expectClosed { _ = try await store.sessions(of: "alice", now: Sample.start) }
            try await expectClosed { try await store.insert(Sample.session("s2"), now: Sample.start) }
            try await expectClosed { _ = try await store.endSession("s1", now: Sample.start) }
            try await expectClosed { try await store.ping() }
        },
    ]

    private static func expectClosed(_ call: () async throws -> Void) async throws {
        do {
            try await call()
        } catch let error as TokenStoreError {
            return try expect(error.kind, is: .closed, "A closed store says that it is closed")
        }
        throw ContractViolation(rule: "A closed store answers no call", found: "an answer")
    }
}
