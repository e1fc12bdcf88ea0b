internal import Tokens

extension TokenStoreContract {
    private typealias Sample = ContractSample

    /// ``Tokens/RotationRules``, through the store.
    static let rotationChecks: [Check] = [
        Check("The newest refresh token is exchanged for the next generation") { store in
            try await store.insert(Sample.session(), now: Sample.start)
            // The number is the store's to give, whatever the candidate says.
            let record = try await store.expectRotated(
                Sample.rotation(1, at: Sample.start + 100, candidate: 77), "The newest token is exchanged")
            try expect(record.current.number, is: 2, "Generations are counted by the store")
            try expect(record.lastSeenAt, is: Sample.start + 100, "A rotation is a sign of life")
            try expect(record.createdAt, is: Sample.start, "A rotation does not make a session younger")
            try expect(record.superseded.map(\.identifier), is: ["s1-r1"], "The old token is remembered")
            try expect(record.superseded.map(\.graceEndsAt), is: [nil], "Its grace has not begun")
            let stored = try await store.session("s1", now: Sample.start + 100)
            try expect(stored, is: record, "What is answered is what is stored")
            for token in [Sample.access(77), Sample.refresh(77)] {
                try await store.expect(token, isLive: true, at: Sample.start + 100, "The successors are good")
            }
            try await store.expect(
                Sample.access(1), isLive: true, at: Sample.start + 1799,
                "The old access token is good until its own exp")
        },
        Check("Of 200 rotations at once one decides, and all give its successor") { store in
            try await store.insert(Sample.session(), now: Sample.start)
            let outcomes = try await withThrowingTaskGroup(of: RotationOutcome.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        try await store.rotate(Sample.rotation(1, at: Sample.start + 9, variant: "-\(number)"))
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let rotated = outcomes.compactMap { if case .rotated(let record) = $0 { record } else { nil } }
            let repeated = outcomes.compactMap { if case .repeated(let record) = $0 { record } else { nil } }
            try expect(rotated.count, is: 1, "Exactly one rotation makes a successor")
            try expect(repeated.count, is: 199, "All others repeat it")
            try expect(repeated.allSatisfy { $0 == rotated[0] }, "All are given the same successor")
            let stored = try await store.session("s1", now: Sample.start + 9)
            try expect(stored, is: rotated[0], "The successor is the one that is stored")
        },
        Check("An unconfirmed successor is given again for as long as its access token is good") { store in
            try await store.insert(Sample.session(), now: Sample.start)
            let first = try await store.expectRotated(
                Sample.rotation(1, at: Sample.start), "The newest token is exchanged")
            for offset in [0, 31, 1799] as [Int64] {
                let again = try await store.expectRepeated(
                    Sample.rotation(1, at: Sample.start + offset, candidate: 50 + offset),
                    "An answer that was lost is given again")
                try expect(again.current, is: first.current, "The same successor is given again")
            }
        },
        Check("An hour after all answers were lost the old token still works: the successor is replaced") { store in
            try await store.insert(Sample.session(), now: Sample.start)
            try await store.expectRotated(Sample.rotation(1, at: Sample.start), "The newest token is exchanged")
            let hour = Sample.start + 3600
            let second = try await store.expectRotated(
                Sample.rotation(1, at: hour, candidate: 3), "A successor that never arrived and has expired is replaced"
            )
            try expect(second.current.number, is: 3, "The replacement is a generation of its own")
            try await store.expectRepeated(Sample.rotation(1, at: hour + 1), "The replacement is given again")
            try await store.expectRepeated(
                Sample.rotation(2, at: hour + 1), "The successor that was replaced gives the replacement, too")
            try await store.expectRotated(Sample.rotation(3, at: hour + 2), "The replacement is exchanged in its turn")
        },
        Check("After the confirmation the old token works for the grace and not a second longer") { store in
            for (session, offset) in [("s1", Sample.grace - 1), ("s2", Sample.grace)] {
                try await store.insert(Sample.session(session), now: Sample.start)
                try await store.expectRotated(
                    Sample.rotation(1, of: session, at: Sample.start), "The newest token is exchanged")
                try await store.confirm(
                    session, generation: 2, graceSeconds: Sample.grace, now: Sample.start + 100)
                let late = Sample.rotation(1, of: session, at: Sample.start + 100 + offset)
                if offset < Sample.grace {
                    try await store.expectRepeated(late, "Within the grace the old token gives its successor")
                } else {
                    try await store.expectReused(late, "At the end of the grace the old token is stolen goods")
                }
            }
        },
        Check("A stolen token ends the whole session at once") { store in
            try await store.insert(Sample.session(), now: Sample.start)
            try await store.expectRotated(Sample.rotation(1, at: Sample.start), "The newest token is exchanged")
            try await store.confirm("s1", generation: 2, graceSeconds: Sample.grace, now: Sample.start + 1)
            let record = try await store.expectReused(
                Sample.rotation(1, at: Sample.start + 31), "The grace is over")
            try expect(record.identifier, is: "s1", "The answer names the session")
            try expect(record.subject, is: "alice", "The answer names the user")
            try expect(record.current.refreshIdentifier, is: "s1-r2", "The answer shows the session as it was")
            for token in [Sample.access(1), Sample.refresh(1), Sample.access(2), Sample.refresh(2)] {
                try await store.expect(token, isLive: false, at: Sample.start + 31, "The new tokens are dead as well")
            }
            let session = try await store.session("s1", now: Sample.start + 31)
            try expect(session, is: nil, "The session has ended")
            try await store.expectRevoked(
                Sample.rotation(2, at: Sample.start + 32), "The successor cannot bring the session back")
            try await store.expectRevoked(
                Sample.rotation(1, at: Sample.start + 33), "There is nothing left to alarm about")
        },
        Check("Exchanging the newest token confirms it: its predecessors enter their grace") { store in
            try await store.insert(Sample.session(), now: Sample.start)
            try await store.expectRotated(Sample.rotation(1, at: Sample.start), "The newest token is exchanged")
            let third = try await store.expectRotated(
                Sample.rotation(2, at: Sample.start + 50), "The newest token is exchanged")
            try expect(
                third.superseded.map(\.graceEndsAt), is: [Sample.start + 50 + Sample.grace, nil],
                "The grace of the first begins, that of the second waits")
            let again = try await store.expectRepeated(
                Sample.rotation(1, at: Sample.start + 79), "Within its grace an older token gives the newest generation"
            )
            try expect(again.current.number, is: 3, "Within its grace an older token gives the newest generation")
            try await store.expectReused(
                Sample.rotation(1, at: Sample.start + 80), "Its grace is over though the newest is unconfirmed")
        },
        Check("A refresh token that was revoked by itself is not healed, and ends nothing") { store in
            try await store.insert(Sample.session("s1"), now: Sample.start)
            _ = try await store.revoke(Sample.refresh(1), now: Sample.start)
            try await store.expectRevoked(Sample.rotation(1, at: Sample.start), "A revoked token is not exchanged")
            try await store.expect(Sample.access(1), isLive: true, at: Sample.start, "The session lives")
            try await store.insert(Sample.session("s2"), now: Sample.start)
            try await store.expectRotated(
                Sample.rotation(1, of: "s2", at: Sample.start), "The newest token is exchanged")
            _ = try await store.revoke(Sample.refresh(1, of: "s2"), now: Sample.start)
            try await store.expectRevoked(
                Sample.rotation(1, of: "s2", at: Sample.start + 1), "A revoked token does not give its successor")
            try await store.expectRevoked(
                Sample.rotation(1, of: "s2", at: Sample.start + 1900), "A revoked token does not replace its successor")
            try await store.expectRotated(
                Sample.rotation(2, of: "s2", at: Sample.start + 1900), "The successor is good")
        },
        Check("A token of a generation that the store lost is refused without an alarm, a forgotten one is stolen") {
            store in
            try await store.insert(Sample.session(), now: Sample.start)
            var future = Sample.rotation(5, at: Sample.start)
            try await store.expectRevoked(future, "A later generation is no old one")
            future.presentedGeneration = 1
            try await store.expectRevoked(future, "Another token of the newest generation is no old one")
            future.presentedGeneration = nil
            try await store.expectRevoked(future, "A token of no generation is no old one")
            try await store.expect(Sample.access(1), isLive: true, at: Sample.start, "The session lives")
            future.presentedGeneration = 0
            try await store.expectReused(
                future, "A token of an earlier generation that nobody remembers is stolen goods")
        },
        Check("A session that expired or never was gives no successor") { store in
            try await store.expectRevoked(Sample.rotation(1, at: Sample.start), "There is no such session")
            try await store.insert(Sample.session(), now: Sample.start)
            try await store.expectRevoked(Sample.rotation(1, at: Sample.start + 86_400), "The session has expired")
        },
        Check("A session remembers a bounded number of superseded tokens, and always the one in use") { store in
            try await store.insert(Sample.session(), now: Sample.start)
            let limit = Int64(RotationRules.supersededLimit)
            var now = Sample.start
            var last: SessionRecord?
            // Every answer is lost and every successor expires, more often than the session can remember.
            for candidate in 2...limit + 10 {
                var request = Sample.rotation(1, at: now, candidate: candidate)
                request.candidate.accessExpiresAt = now + 10
                last = try await store.expectRotated(request, "What never arrived is replaced, however often")
                now += 10
            }
            try expect(last?.superseded.count, is: RotationRules.supersededLimit, "The list is bounded")
            try expect(last?.superseded.first?.identifier, is: "s1-r1", "The token that the client has is remembered")
            let newest = try await store.expectRotated(
                Sample.rotation(limit + 10, at: now), "The newest is exchanged for the next")
            try expect(newest.superseded.count, is: RotationRules.supersededLimit, "The list is bounded")
            let grace = newest.superseded.dropLast().allSatisfy { $0.graceEndsAt == now + Sample.grace }
            try expect(grace, "All predecessors enter their grace")
            let after = try await store.expectRotated(
                Sample.rotation(limit + 11, at: now + Sample.grace), "The newest is exchanged for the next")
            try expect(after.superseded.count, is: 2, "What is past its grace is forgotten")
        },
    ]
}
