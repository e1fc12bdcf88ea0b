internal import Tokens

extension TokenStoreContract {
    private typealias Sample = ContractSample

    /// When a generation counts as arrived.
    static let confirmationChecks: [Check] = [
        Check("Only tokens of an unconfirmed newest generation ask for a confirmation") { store in
            try await store.insert(Sample.session(), now: Sample.start)
            try await store.expectRotated(Sample.rotation(1, at: Sample.start), "The newest token is exchanged")
            let extra = StoredToken(reference: Sample.websocket(1), expiresAt: Sample.start + 600)
            _ = try await store.insert(extra, subject: "alice", requiresSession: true, now: Sample.start)
            for (token, isConfirmed) in [
                (Sample.access(2), false), (Sample.refresh(2), false), (Sample.access(1), true),
                (Sample.refresh(1), true), (Sample.websocket(1), true),
            ] {
                let verdict = try await store.verdict(on: token, now: Sample.start)
                try expect(verdict.isConfirmed, is: isConfirmed, "Only the newest generation is unconfirmed: \(token)")
            }
            try await store.confirm("s1", generation: 2, graceSeconds: Sample.grace, now: Sample.start + 5)
            for token in [Sample.access(2), Sample.refresh(2), Sample.access(1)] {
                let verdict = try await store.verdict(on: token, now: Sample.start + 5)
                try expect(verdict.isConfirmed, is: true, "A confirmation holds for both tokens")
            }
            let session = try await store.session("s1", now: Sample.start + 5)
            try expect(session?.isConfirmed, is: true, "The session is confirmed")
            try expect(
                session?.superseded.map(\.graceEndsAt), is: [Sample.start + 5 + Sample.grace], "The grace begins")
        },
        Check("A second confirmation does not prolong the grace") { store in
            try await store.insert(Sample.session(), now: Sample.start)
            try await store.expectRotated(Sample.rotation(1, at: Sample.start), "The newest token is exchanged")
            try await store.confirm("s1", generation: 2, graceSeconds: Sample.grace, now: Sample.start)
            try await store.confirm("s1", generation: 2, graceSeconds: Sample.grace, now: Sample.start + 20)
            try await store.expectReused(
                Sample.rotation(1, at: Sample.start + 30), "The grace runs from the first confirmation")
        },
        Check("A confirmation of another generation, or of no session, does nothing") { store in
            try await store.confirm("none", generation: 1, graceSeconds: Sample.grace, now: Sample.start)
            try await store.insert(Sample.session(), now: Sample.start)
            let before = try await store.expectRotated(
                Sample.rotation(1, at: Sample.start), "The newest token is exchanged")
            for number in [0, 1, 3, .max] as [Int64] {
                try await store.confirm("s1", generation: number, graceSeconds: Sample.grace, now: Sample.start)
            }
            let after = try await store.session("s1", now: Sample.start)
            try expect(after, is: before, "Only the newest generation is confirmed")
            let none = try await store.session("none", now: Sample.start)
            try expect(none, is: nil, "A confirmation makes no session")
        },
        Check("A rotation settles the generation before it") { store in
            try await store.insert(Sample.session(), now: Sample.start)
            try await store.expectRotated(Sample.rotation(1, at: Sample.start), "The newest token is exchanged")
            try await store.expectRotated(Sample.rotation(2, at: Sample.start + 1), "The newest token is exchanged")
            for token in [Sample.access(2), Sample.refresh(2)] {
                let verdict = try await store.verdict(on: token, now: Sample.start + 1)
                try expect(verdict.isConfirmed, is: true, "A generation that is not the newest asks for nothing")
            }
        },
    ]

    /// What expires, and how it is forgotten.
    static let expiryChecks: [Check] = [
        Check("A session lives as long as its newest token, however its older ones end") { store in
            try await store.insert(Sample.session(), now: Sample.start)
            let late = Sample.start + 80_000
            try await store.expectRotated(Sample.rotation(1, at: late), "The newest token is exchanged")
            let session = try await store.session("s1", now: Sample.start + 86_400 + 5)
            try expect(session?.current.number, is: 2, "A rotation prolongs the session")
            try await store.expect(
                Sample.refresh(1), isLive: false, at: Sample.start + 86_400, "The old token ends with its own exp")
            let gone = try await store.session("s1", now: late + 86_400)
            try expect(gone, is: nil, "The session ends with its newest token")
            let nobody = try await store.sessions(of: "alice", now: late + 86_400)
            try expect(nobody, is: [], "The session ends with its newest token")
        },
        Check("Expired entries are forgotten, at most as many as asked for, and nothing else") { store, traits in
            for number in 0..<20 { try await store.insert(Sample.session("s\(number)"), now: Sample.start) }
            let later = Sample.session("later", at: Sample.start + 50_000)
            try await store.insert(later, now: Sample.start + 50_000)
            guard !traits.expiresByItself else {
                let count = try await store.removeExpired(now: Sample.start + 86_400, limit: 10)
                return try expect(count, is: 0, "A store that forgets by itself has nothing to do")
            }
            let early = try await store.removeExpired(now: Sample.start + 1799, limit: 100)
            try expect(early, is: 0, "Nothing has expired yet")
            let first = try await store.removeExpired(now: Sample.start + 1800, limit: 7)
            try expect(first, is: 7, "At most as many as asked for go")
            let none = try await store.removeExpired(now: Sample.start + 1800, limit: 0)
            try expect(none, is: 0, "A limit of none removes none")
            let second = try await store.removeExpired(now: Sample.start + 1800, limit: 100)
            try expect(second, is: 13, "The rest of the access tokens goes")
            try await store.expect(
                Sample.refresh(1, of: "s7"), isLive: true, at: Sample.start + 1800, "What has not expired stays")
            let third = try await store.removeExpired(now: Sample.start + 86_400, limit: 1000)
            try expect(third, is: 41, "Refresh tokens, sessions and the later access token go")
            let stays = try await store.session("later", now: Sample.start + 86_400)
            try expect(stays, is: later, "What has not expired stays")
        },
        Check("What was revoked or ended is not counted as expired") { store, traits in
            guard !traits.expiresByItself else { return }
            for name in ["s1", "s2"] { try await store.insert(Sample.session(name), now: Sample.start) }
            _ = try await store.revoke(Sample.access(1), now: Sample.start)
            _ = try await store.endSession("s2", now: Sample.start)
            let count = try await store.removeExpired(now: Sample.start + 100_000, limit: 100)
            try expect(count, is: 2, "One refresh token and one session are left to expire")
        },
    ]
}
