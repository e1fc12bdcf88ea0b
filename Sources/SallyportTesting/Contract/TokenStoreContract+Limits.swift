internal import Tokens

extension TokenStoreContract {
    private typealias Sample = ContractSample

    /// How many sessions a user may have, and how old one may get.
    static let limitChecks: [Check] = [
        Check("Where a user has too many sessions the oldest end, with all their tokens, and are told") { store in
            try await store.insert(Sample.session("other", of: "bob"), now: Sample.start)
            for (name, offset) in [("s1", 30), ("s2", 10), ("s3", 20)] as [(String, Int64)] {
                try await store.insert(Sample.session(name, at: Sample.start + offset), now: Sample.start + 30)
            }
            let now = Sample.start + 40
            let ended = try await store.insert(
                Sample.session("s4", at: now), limit: SessionLimit(maximum: 2), now: now)
            try expect(ended.map(\.identifier), is: ["s2", "s3"], "The oldest end, and are told")
            try expect(ended.map(\.subject), is: ["alice", "alice"], "What is told is the session as it was")
            let rest = try await store.sessions(of: "alice", now: now).map(\.identifier)
            try expect(rest, is: ["s1", "s4"], "The youngest are left")
            for name in ["s2", "s3"] {
                try await store.expect(
                    Sample.access(1, of: name), isLive: false, at: now, "A session that ended has no good token")
                try await store.expectRevoked(
                    Sample.rotation(1, of: name, at: now), "A session that ended is not brought back by a refresh")
            }
            for name in ["s1", "s4", "other"] {
                try await store.expect(Sample.access(1, of: name), isLive: true, at: now, "The others go on")
            }
        },
        Check("Sessions within the limit, and those that have expired, count for nothing") { store in
            try await store.insert(Sample.session("s1"), now: Sample.start)
            let later = Sample.start + 86_400
            for (name, limit) in [("s2", 1), ("s3", 2), ("s4", 4)] {
                let ended = try await store.insert(
                    Sample.session(name, at: later), limit: SessionLimit(maximum: limit), now: later)
                try expect(ended, is: [], "Nothing is too many")
            }
            let rest = try await store.sessions(of: "alice", now: later).count
            try expect(rest, is: 3, "Nothing has ended")
        },
        Check("A sign-in never ends itself, however old the others look, nor the session that it replaces") { store in
            let now = Sample.start
            try await store.insert(Sample.session("a", at: now + 5), now: now)
            try await store.insert(Sample.session("b", at: now + 5), now: now)
            let kept = try await store.insert(
                Sample.session("z", at: now), limit: SessionLimit(maximum: 2, replaced: "a"), now: now)
            try expect(kept, is: [], "One of the two others is replaced")
            let ended = try await store.insert(Sample.session("0", at: now), limit: SessionLimit(maximum: 1), now: now)
            try expect(ended.map(\.identifier).sorted(), is: ["a", "b", "z"], "All others end")
            let rest = try await store.sessions(of: "alice", now: now).map(\.identifier)
            try expect(rest, is: ["0"], "The new one is left, though it sorts first")
        },
        Check("Of many sign-ins at once no more than the limit are left when all are over") { store in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<30 {
                    group.addTask {
                        let session = Sample.session("s\(number)", at: Sample.start + Int64(number))
                        _ = try await store.insert(session, limit: SessionLimit(maximum: 3), now: Sample.start + 30)
                    }
                }
                try await group.waitForAll()
            }
            let rest = try await store.sessions(of: "alice", now: Sample.start + 30).count
            try expect(rest <= 3, "At most the limit is left", found: "\(rest)")
        },
        Check("Of two sign-ins at once, where there may be one, one is left, and never none") { store in
            for round in 0..<20 {
                let names = ["a\(round)", "b\(round)"]
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for name in names {
                        group.addTask {
                            let session = Sample.session(name, of: "user\(round)")
                            _ = try await store.insert(session, limit: SessionLimit(maximum: 1), now: Sample.start)
                        }
                    }
                    try await group.waitForAll()
                }
                let rest = try await store.sessions(of: "user\(round)", now: Sample.start).map(\.identifier)
                try expect(rest.count, is: 1, "One is left")
                try await store.expect(
                    Sample.access(1, of: rest[0]), isLive: true, at: Sample.start, "What is left is good")
            }
        },
        Check("A generation does not outlive its session's absolute lifetime") { store in
            try await store.insert(Sample.session(), now: Sample.start)
            var request = Sample.rotation(1, at: Sample.start + 1000)
            request.absoluteSeconds = 1900
            guard case .rotated(let record) = try await store.rotate(request) else {
                throw ContractViolation(rule: "The newest token is exchanged", found: "another outcome")
            }
            let end = Sample.start + 1900
            try expect(record.current.accessExpiresAt, is: end, "The access token ends with the session")
            try expect(record.current.refreshExpiresAt, is: end, "The refresh token ends with the session")
            let stored = try await store.session("s1", now: end - 1)
            try expect(stored, is: record, "What is answered is what is stored")
            try await store.expect(Sample.access(2), isLive: true, at: end - 1, "It is good until then")
            try await store.expect(Sample.access(2), isLive: false, at: end, "It is not from then on")
            let gone = try await store.session("s1", now: end)
            try expect(gone, is: nil, "The session is over")
        },
        Check("An absolute lifetime that is far away shortens nothing, and one that is over gives no successor") {
            store in
            try await store.insert(Sample.session("s1"), now: Sample.start)
            var request = Sample.rotation(1, of: "s1", at: Sample.start + 100)
            request.absoluteSeconds = 315_360_000
            try await store.expectRotated(request, "The newest token is exchanged")
            for (session, absolute) in [("s2", 100), ("s3", 99), ("s4", 101)] as [(String, Int64)] {
                try await store.insert(Sample.session(session), now: Sample.start)
                var request = Sample.rotation(1, of: session, at: Sample.start + 100)
                request.absoluteSeconds = absolute
                let outcome = try await store.rotate(request)
                let isRefused = outcome == .revoked
                try expect(isRefused, is: absolute <= 100, "A session ends at its absolute lifetime")
            }
        },
    ]
}
