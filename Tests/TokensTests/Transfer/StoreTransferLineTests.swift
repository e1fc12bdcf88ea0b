import Testing

@testable import Tokens

/// The lines of an export.
struct StoreTransferLineTests {
    private static let record = SessionRecord(
        identifier: "s1", subject: "Änne \"A\"", claims: #"{"name":"\u00c4","n":1.50}"#, createdAt: 1, lastSeenAt: 2,
        clientAddress: "2001:db8::1", userAgent: "Agent \u{1F600}\n",
        current: TokenGeneration(
            number: 3, accessIdentifier: "a", refreshIdentifier: "r", issuedAt: 4, accessExpiresAt: 5,
            refreshExpiresAt: .max),
        isConfirmed: false,
        superseded: [
            SupersededRefreshToken(identifier: "q 1", expiresAt: 7, graceEndsAt: nil),
            SupersededRefreshToken(identifier: "", expiresAt: .min, graceEndsAt: 8),
        ])

    private static let session = StoredSession(
        identifier: "s1", record: record, subject: nil,
        tokens: TokenType.allCases.map {
            StoredToken(reference: TokenReference(session: "s1", type: $0, identifier: "\($0)"), expiresAt: 9)
        })

    private static let name = DenialKey(.subject, issuer: "https://issuer.example", name: "carol").storedName

    private static let lines: [StoreTransferLine] = [
        .head(exportedAt: 17), .end(sessions: 2, denials: 7), .session(session),
        .denial(DenialEntry(name: name, issuedUntil: 0, expiresAt: NumericDate.latest)),
        .session(
            StoredSession(
                identifier: "}", subject: "bob",
                tokens: session.tokens.map { other in
                    StoredToken(
                        reference: TokenReference(
                            session: "}", type: other.reference.type, identifier: other.reference.identifier),
                        expiresAt: 1)
                })),
    ]

    @Test("A line that is written is read again as what it was", arguments: lines)
    func roundTrip(_ line: StoreTransferLine) throws {
        #expect(!line.text.contains("\n"))
        #expect(try StoreTransferLine(Array(line.text.utf8)) == line)
    }

    @Test("Each property of a session's record is in its line")
    func completeness() throws {
        let text = StoreTransferLine.session(Self.session).text
        let value = try #require(try JSONParser.parse(text).object?["record"]?.object)
        // The name stands outside, and the generation's six properties take the place of one.
        let properties = Mirror(reflecting: Self.record).children.count - 2
        let generation = Mirror(reflecting: Self.record.current).children.count
        #expect(value.members.count == properties + generation)
    }

    @Test(
        "A line that is damaged or of another kind is refused with what is wrong, and never repaired",
        arguments: [
            (#"{"kind":"session","sid":"s"}"#, StoreTransferError.member("tokens")),
            (#"{"kind":"session","tokens":[]}"#, .member("sid")),
            (#"{"kind":"session","sid":"s","tokens":[1]}"#, .member("tokens")),
            (#"{"kind":"session","sid":"s","tokens":[{"type":"id","jti":"j","expires_at":1}]}"#, .member("type")),
            (
                #"{"kind":"session","sid":"s","tokens":[{"type":"access","jti":"j","expires_at":1.5}]}"#,
                .member("expires_at")
            ),
            (#"{"kind":"session","sid":"s","record":3,"tokens":[]}"#, .member("record")),
            (#"{"kind":"session","sid":"s","record":{"sub":"a","claims":"[]"},"tokens":[]}"#, .member("claims")),
            (#"{"kind":"session","sid":"s","record":{"sub":"a","claims":"{"},"tokens":[]}"#, .member("claims")),
            (#"{"kind":"sallyport-store","version":3,"exported_at":1}"#, .version),
            (#"{"kind":"sallyport-store","version":0,"exported_at":1}"#, .version),
            (#"{"kind":"sallyport-store","version":1}"#, .member("exported_at")),
            (#"{"kind":"denied"}"#, .unknownKind), (#"{}"#, .unknownKind), ("[]", .notJSON), ("", .notJSON),
            (#"{"kind":"end","sessions":2"#, .notJSON),
        ])
    func refusals(_ line: String, _ error: StoreTransferError) {
        #expect(throws: error) { try StoreTransferLine(Array(line.utf8)) }
    }

    @Test(
        "A denial whose name no key could have, or whose times are none, is refused",
        arguments: [
            (#""name":"\#(name)","issued_until":1,"expires_at":2"#, nil),
            (#""name":"\#(name)a","issued_until":1,"expires_at":2"#, "name"),
            (#""name":"\#(name.dropLast())=","issued_until":1,"expires_at":2"#, "name"),
            (#""name":"carol","issued_until":1,"expires_at":2"#, "name"),
            (#""issued_until":1,"expires_at":2"#, "name"),
            (#""name":"\#(name)","issued_until":-1,"expires_at":2"#, "issued_until"),
            (#""name":"\#(name)","issued_until":1.5,"expires_at":2"#, "issued_until"),
            (#""name":"\#(name)","issued_until":1,"expires_at":253402300800"#, "expires_at"),
            (#""name":"\#(name)","issued_until":1"#, "expires_at"),
        ] as [(String, String?)])
    func denials(_ members: String, _ missing: String?) throws {
        let line = Array(#"{"kind":"denial",\#(members)}"#.utf8)
        guard let missing else {
            #expect(
                try StoreTransferLine(line) == .denial(DenialEntry(name: Self.name, issuedUntil: 1, expiresAt: 2)))
            return
        }
        #expect(throws: StoreTransferError.member(missing)) { try StoreTransferLine(line) }
    }

    @Test("The export of an earlier version, which had no denials, is read")
    func earlierVersion() throws {
        let head = #"{"kind":"sallyport-store","version":1,"exported_at":5}"#
        #expect(try StoreTransferLine(Array(head.utf8)) == .head(exportedAt: 5))
        let end = #"{"kind":"end","sessions":2}"#
        #expect(try StoreTransferLine(Array(end.utf8)) == .end(sessions: 2, denials: 0))
    }

    @Test("What has expired is no part of a session any more, and of nothing else is anything left")
    func living() {
        #expect(Self.session.living(at: 8)?.tokens.count == 3)
        let later = Self.session.living(at: 9)
        #expect(later?.tokens.isEmpty == true && later?.record == Self.record)
        #expect(StoredSession(identifier: "s").living(at: 0) == nil)
        #expect(Self.session.living(at: .max) == nil)
    }
}
