internal import Tokens

extension TokenStoreContract {
    private typealias Sample = ContractSample

    private static func token(
        _ identifier: String? = "t1", of subject: String? = "carol", in session: String? = "f1",
        issuedAt: Int64? = Sample.start, by issuer: String = "https://issuer.example"
    ) -> ForeignToken {
        ForeignToken(issuer: issuer, subject: subject, session: session, identifier: identifier, issuedAt: issuedAt)
    }

    private static func key(_ kind: DenialKey.Kind, _ name: String) -> DenialKey {
        DenialKey(kind, issuer: "https://issuer.example", name: name)
    }

    private static func expect(
        _ store: any TokenStore, _ token: ForeignToken, isDenied: Bool, at now: Int64 = Sample.start, _ rule: String
    ) async throws {
        let verdict = try await store.denial(of: token, now: now)
        try SallyportTesting.expect(verdict.isDenied, is: isDenied, rule)
    }

    /// The deny-list: what is not on it is not denied.
    static let denialChecks: [Check] = [
        Check("A foreign token is denied by its jti until the entry expires, and no other one is") { store in
            try await expect(store, token(), isDenied: false, "An empty list denies nothing")
            let denial = TokenDenial(key: key(.token, "t1"), expiresAt: Sample.start + 60)
            try await store.deny(denial, now: Sample.start)
            try await expect(store, token(), isDenied: true, "A denied token is denied")
            try await expect(store, token(issuedAt: nil), isDenied: true, "A token without iat is denied too")
            try await expect(store, token(issuedAt: Sample.start + 30), isDenied: true, "whenever it was issued")
            try await expect(store, token("t2"), isDenied: false, "Another jti is another token")
            try await expect(store, token(nil), isDenied: false, "No jti is no jti of that name")
            try await expect(store, token(by: "https://other.example"), isDenied: false, "A jti is its issuer's own")
            try await expect(store, token("x", of: "t1", in: "t1"), isDenied: false, "A jti is no sub and no sid")
            try await expect(store, token(), isDenied: true, at: Sample.start + 59, "An entry holds until it expires")
            try await expect(store, token(), isDenied: false, at: Sample.start + 60, "An expired entry denies nothing")
        },
        Check("Tokens of a user or a session are denied that were issued until a time") { store in
            let byUser = TokenDenial(
                key: key(.subject, "carol"), issuedUntil: Sample.start, expiresAt: Sample.start + 1000)
            try await expect(store, token(), isDenied: false, "Nothing is denied yet")
            try await store.deny(byUser, now: Sample.start)
            try await expect(store, token(), isDenied: true, "What was issued in that second is denied")
            try await expect(store, token(issuedAt: 5), isDenied: true, "What was issued before is denied")
            try await expect(store, token(issuedAt: nil), isDenied: true, "What does not say when is denied")
            try await expect(store, token(issuedAt: Sample.start + 1), isDenied: false, "What came later is good")
            try await expect(store, token(of: "dave"), isDenied: false, "Another user is another one")
            try await expect(store, token(of: nil), isDenied: false, "Nobody is not that user")
            try await expect(
                store, token(), isDenied: false, at: Sample.start + 1000, "An expired entry denies nothing")
            let denial = TokenDenial(
                key: key(.session, "f9"), issuedUntil: Sample.start, expiresAt: Sample.start + 1000)
            try await store.deny(denial, now: Sample.start)
            try await expect(store, token(of: "x", in: "f9"), isDenied: true, "A session is denied")
            try await expect(store, token(of: "f9", in: "f8"), isDenied: false, "A sid is no sub")
        },
        Check("A second denial never takes anything back") { store in
            for (until, expiry) in [(100, 500), (50, 600), (200, 400)] as [(Int64, Int64)] {
                let denial = TokenDenial(
                    key: key(.subject, "carol"), issuedUntil: Sample.start + until, expiresAt: Sample.start + expiry)
                try await store.deny(denial, now: Sample.start)
            }
            let newest = token(issuedAt: Sample.start + 200)
            try await expect(store, newest, isDenied: true, at: Sample.start + 599, "The latest of both dates counts")
            try await expect(store, newest, isDenied: false, at: Sample.start + 600, "and no later one")
            try await expect(
                store, token(issuedAt: Sample.start + 201), isDenied: false, "What is later than all of them is good")
        },
        Check("Names with every byte that has a meaning somewhere are told apart") { store in
            let names = ["a b", "a:b", "a}", "{a", "a'; --", "a%20b", "\u{1F600}", "", "a\u{0}", "é", "e\u{301}"]
            for name in names {
                let denial = TokenDenial(key: key(.token, name), expiresAt: Sample.start + 60)
                try await expect(store, token(name), isDenied: false, "Nothing is denied yet: \(name)")
                try await store.deny(denial, now: Sample.start)
                try await expect(store, token(name), isDenied: true, "The denied one is: \(name)")
            }
            try await expect(store, token("a"), isDenied: false, "A part of a name is another name")
        },
        Check("Expired denials are forgotten like anything else") { store, traits in
            guard !traits.expiresByItself else { return }
            for number in 0..<5 {
                let denial = TokenDenial(key: key(.token, "t\(number)"), expiresAt: Sample.start + 60)
                try await store.deny(denial, now: Sample.start)
            }
            let longer = TokenDenial(key: key(.token, "t0"), expiresAt: Sample.start + 600)
            try await store.deny(longer, now: Sample.start)
            let count = try await store.removeExpired(now: Sample.start + 60, limit: 3)
            try SallyportTesting.expect(count, is: 3, "At most as many as asked for go")
            let rest = try await store.removeExpired(now: Sample.start + 60, limit: 100)
            try SallyportTesting.expect(rest, is: 1, "The rest goes, and what lives longer stays")
            try await expect(store, token("t0"), isDenied: true, at: Sample.start + 61, "What lives longer stays")
        },
        Check("A denial is announced to those who keep verdicts") { store, traits in
            guard traits.announcesChanges else { return }
            for kind in DenialKey.Kind.allCases {
                var log = InvalidationLog(store)
                let verdict = try await store.denial(of: token(), now: Sample.start)
                try SallyportTesting.expect(verdict.isWatched, is: true, "A verdict of this store is watched")
                let name = kind == .token ? "t1" : kind == .subject ? "carol" : "f1"
                try await store.deny(
                    TokenDenial(key: key(kind, name), issuedUntil: 1, expiresAt: Sample.start + 60), now: Sample.start)
                try await log.wait(forDenialOf: token())
            }
        },
        Check("A closed store says nothing about foreign tokens") { store in
            await store.close()
            do {
                _ = try await store.denial(of: token(), now: Sample.start)
            } catch let error as TokenStoreError {
                return try SallyportTesting.expect(error.kind, is: .closed, "A closed store says that it is closed")
            }
            throw ContractViolation(rule: "A closed store answers no call", found: "an answer")
        },
    ]
}
