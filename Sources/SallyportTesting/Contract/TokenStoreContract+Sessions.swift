internal import Tokens

extension TokenStoreContract {
    private typealias Sample = ContractSample

    /// Sessions: found as they were written, listed under their user, ended at once.
    static let sessionChecks: [Check] = [
        Check("A session is read back field by field, with and without a User-Agent") { store in
            var first = Sample.session("s1")
            first.superseded = [
                SupersededRefreshToken(identifier: "a 1 - b", expiresAt: Sample.start + 500, graceEndsAt: nil),
                SupersededRefreshToken(identifier: "c", expiresAt: Sample.start + 600, graceEndsAt: Sample.start + 9),
            ]
            first.isConfirmed = false
            var second = Sample.session("s2", at: Sample.start + 1)
            second.userAgent = nil
            second.claims = "{}"
            try await store.insert(first, now: Sample.start)
            try await store.insert(second, now: Sample.start + 1)
            let found = try await [
                store.session("s1", now: Sample.start + 1), store.session("s2", now: Sample.start + 1),
            ]
            try expect(found, is: [first, second], "A session is read back as it was written")
            let none = try await store.session("s3", now: Sample.start)
            try expect(none, is: nil, "A session that was never written is not found")
        },
        Check("A user's living sessions are listed, the oldest first, and nobody else's") { store in
            let times: [(String, Int64)] = [("late", 20), ("early", 0), ("middle", 10)]
            for (name, offset) in times {
                try await store.insert(Sample.session(name, at: Sample.start + offset), now: Sample.start + offset)
            }
            try await store.insert(Sample.session("other", of: "bob"), now: Sample.start + 20)
            try await store.insert(Sample.session("prefix", of: "alic"), now: Sample.start + 20)
            let names = try await store.sessions(of: "alice", now: Sample.start + 20).map(\.identifier)
            try expect(names, is: ["early", "middle", "late"], "Sessions are listed by age")
            _ = try await store.endSession("middle", now: Sample.start + 21)
            let rest = try await store.sessions(of: "alice", now: Sample.start + 86_400).map(\.identifier)
            try expect(rest, is: ["late"], "Ended and expired sessions are not listed")
            let nobody = try await store.sessions(of: "carol", now: Sample.start)
            try expect(nobody, is: [], "A user without sessions has none")
        },
        Check("Ending a session takes all its tokens in the same step, and no other session's") { store in
            try await store.insert(Sample.session("s1"), now: Sample.start)
            try await store.insert(Sample.session("s2"), now: Sample.start)
            let extra = StoredToken(reference: Sample.websocket(1), expiresAt: Sample.start + 600)
            _ = try await store.insert(extra, subject: "alice", requiresSession: true, now: Sample.start)
            try await store.expectRotated(Sample.rotation(1, at: Sample.start + 5), "The newest token is exchanged")
            let ended = try await store.endSession("s1", now: Sample.start + 6)
            try expect(ended, is: true, "Ending a living session tells that it lived")
            for token in [
                Sample.access(1), Sample.refresh(1), Sample.access(2), Sample.refresh(2), Sample.websocket(1),
            ] {
                try await store.expect(token, isLive: false, at: Sample.start + 6, "An ended session has no good token")
            }
            let session = try await store.session("s1", now: Sample.start + 6)
            try expect(session, is: nil, "An ended session is not found")
            try await store.expect(
                Sample.access(1, of: "s2"), isLive: true, at: Sample.start + 6, "Another session goes on")
            let again = try await store.endSession("s1", now: Sample.start + 6)
            try expect(again, is: false, "Ending an ended session changes nothing")
            let unknown = try await store.endSession("nobody's", now: Sample.start + 6)
            try expect(unknown, is: false, "Ending an unknown session changes nothing")
            try await store.expectRevoked(
                Sample.rotation(2, at: Sample.start + 7), "An ended session is not brought back by a refresh")
        },
        Check("Ending all sessions of a user ends each one, lone tokens too, and counts them") { store in
            for name in ["s1", "s2", "s3"] { try await store.insert(Sample.session(name), now: Sample.start) }
            try await store.insert(Sample.session("other", of: "bob"), now: Sample.start)
            let lone = StoredToken(reference: Sample.access(1, of: "lone"), expiresAt: Sample.start + 600)
            _ = try await store.insert(lone, subject: "alice", requiresSession: false, now: Sample.start)
            _ = try await store.endSession("s3", now: Sample.start)
            let count = try await store.endAllSessions(of: "alice", now: Sample.start + 1)
            try expect(count, is: 3, "Two sessions and one lone token lived")
            for token in [Sample.access(1, of: "s1"), Sample.refresh(1, of: "s2"), lone.reference] {
                try await store.expect(
                    token, isLive: false, at: Sample.start + 1, "All of the user's tokens are revoked")
            }
            let rest = try await store.sessions(of: "alice", now: Sample.start + 1)
            try expect(rest, is: [], "No session of the user is left")
            try await store.expect(
                Sample.access(1, of: "other"), isLive: true, at: Sample.start + 1, "Another user's session goes on")
            let again = try await store.endAllSessions(of: "alice", now: Sample.start + 1)
            try expect(again, is: 0, "There is nothing left to end")
        },
        Check("New claims are kept by the session and by its next generation") { store in
            try await store.insert(Sample.session(), now: Sample.start)
            let isUpdated = try await store.updateClaims(of: "s1", to: #"{"roles":[]}"#, now: Sample.start)
            try expect(isUpdated, is: true, "A living session's claims are replaced")
            let session = try await store.session("s1", now: Sample.start)
            try expect(session?.claims, is: #"{"roles":[]}"#, "The new claims are read back")
            let successor = try await store.expectRotated(
                Sample.rotation(1, at: Sample.start + 5), "The newest token is exchanged")
            try expect(successor.claims, is: #"{"roles":[]}"#, "The next generation carries the new claims")
            let isUnknown = try await store.updateClaims(of: "s2", to: "{}", now: Sample.start)
            try expect(isUnknown, is: false, "A session that does not live takes no claims")
            let isExpired = try await store.updateClaims(of: "s1", to: "{}", now: Sample.start + 5 + 86_400)
            try expect(isExpired, is: false, "An expired session takes no claims")
            let unmade = try await store.session("s2", now: Sample.start)
            try expect(unmade, is: nil, "Claims alone make no session")
        },
    ]
}
