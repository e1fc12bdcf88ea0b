internal import Tokens

extension TokenStoreContract {
    private typealias Sample = ContractSample

    /// The allow-list: what is on it is good, what is not is revoked.
    static let listChecks: [Check] = [
        Check("A token that was never stored is revoked") { store in
            for token in [Sample.access(1), Sample.refresh(1), Sample.websocket(1)] {
                try await store.expect(token, isLive: false, at: Sample.start, "An empty store knows no token")
            }
        },
        Check("Both tokens of a new session are good, and no other name is") { store in
            try await store.insert(Sample.session(), now: Sample.start)
            try await store.expect(Sample.access(1), isLive: true, at: Sample.start, "A session's access token is good")
            try await store.expect(
                Sample.refresh(1), isLive: true, at: Sample.start, "A session's refresh token is good")
            let verdict = try await store.verdict(on: Sample.access(1), now: Sample.start)
            try expect(verdict.isConfirmed, is: true, "A session's first generation is confirmed at birth")
            let strangers = [
                TokenReference(session: "s1", type: .refresh, identifier: "s1-a1"),
                TokenReference(session: "s1", type: .websocket, identifier: "s1-a1"),
                TokenReference(session: "s2", type: .access, identifier: "s1-a1"),
                TokenReference(session: "s1", type: .access, identifier: "s1-a"),
                TokenReference(session: "", type: .access, identifier: ""),
            ]
            for stranger in strangers {
                try await store.expect(
                    stranger, isLive: false, at: Sample.start,
                    "Session, type and identifier must all be those of the token")
            }
        },
        Check("A token without a session stands for itself") { store in
            let token = StoredToken(reference: Sample.websocket(1, of: "lone"), expiresAt: Sample.start + 60)
            let isStored = try await store.insert(token, subject: nil, requiresSession: false, now: Sample.start)
            try expect(isStored, is: true, "A token that needs no session is stored")
            try await store.expect(token.reference, isLive: true, at: Sample.start + 59, "A stored token is good")
            let verdict = try await store.verdict(on: token.reference, now: Sample.start)
            try expect(verdict.isConfirmed, is: true, "A token of no generation needs no confirmation")
            let session = try await store.session("lone", now: Sample.start)
            try expect(session, is: nil, "A lone token makes no session")
            let wasLive = try await store.endSession("lone", now: Sample.start)
            try expect(wasLive, is: true, "A lone token's family can be ended")
            try await store.expect(
                token.reference, isLive: false, at: Sample.start, "An ended family has no good token")
        },
        Check("A token that needs its session is stored only while that lives") { store in
            let token = StoredToken(reference: Sample.websocket(1), expiresAt: Sample.start + 60)
            let early = try await store.insert(token, subject: "alice", requiresSession: true, now: Sample.start)
            try expect(early, is: false, "Without its session the token is not stored")
            try await store.expect(
                token.reference, isLive: false, at: Sample.start, "Without its session the token is not stored")
            try await store.insert(Sample.session(), now: Sample.start)
            let stored = try await store.insert(token, subject: "alice", requiresSession: true, now: Sample.start)
            try expect(stored, is: true, "With its session the token is stored")
            try await store.expect(
                token.reference, isLive: true, at: Sample.start, "With its session the token is stored")
            _ = try await store.endSession("s1", now: Sample.start)
            let late = try await store.insert(token, subject: "alice", requiresSession: true, now: Sample.start)
            try expect(late, is: false, "An ended session takes no token")
            try await store.expect(token.reference, isLive: false, at: Sample.start, "An ended session takes no token")
        },
        Check("A token is good until its expiry and revoked from then on") { store in
            try await store.insert(Sample.session(), now: Sample.start)
            try await store.expect(
                Sample.access(1), isLive: true, at: Sample.start + 1799, "A token is good until its exp")
            try await store.expect(
                Sample.access(1), isLive: false, at: Sample.start + 1800, "A token is not good at its exp")
            try await store.expect(
                Sample.refresh(1), isLive: true, at: Sample.start + 86_399, "A token is good until its exp")
            try await store.expect(
                Sample.refresh(1), isLive: false, at: Sample.start + 86_400, "A token is not good at its exp")
        },
        Check("A revoked token is revoked, alone, and only once") { store in
            try await store.insert(Sample.session(), now: Sample.start)
            let first = try await store.revoke(Sample.access(1), now: Sample.start)
            try expect(first, is: true, "Revoking a good token tells that it was good")
            try await store.expect(Sample.access(1), isLive: false, at: Sample.start, "A revoked token is revoked")
            try await store.expect(Sample.refresh(1), isLive: true, at: Sample.start, "Its sibling stays good")
            let second = try await store.revoke(Sample.access(1), now: Sample.start)
            try expect(second, is: false, "Revoking a second time changes nothing")
            let unknown = try await store.revoke(Sample.access(9), now: Sample.start)
            try expect(unknown, is: false, "Revoking an unknown token changes nothing")
            let expired = try await store.revoke(Sample.refresh(1), now: Sample.start + 86_400)
            try expect(expired, is: false, "Revoking an expired token tells that it was not good")
        },
    ]
}
