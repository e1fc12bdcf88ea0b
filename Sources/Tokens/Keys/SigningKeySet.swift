internal import CryptoPrimitives

/// The keys of one issuer in one file: a JWK set (RFC 7517 §5) in which exactly one key signs.
///
/// Each key has a `kid` and an `alg`. The one that signs has `key_ops` with `sign`, or none; the others have
/// `["verify"]`. One that was replaced has `exp`, from when on nothing is verified with it, which is when its last token
/// has expired; one that will be the next has `"sallyport":"next"`. All of them are private: a token's binding to its
/// client cannot be checked with a public key. So the file is as secret as what it signs.
public struct SigningKeySet: Sendable {
    private struct Entry: Sendable {
        var jwk: JSONObject
        var key: TokenKey

        var isNext: Bool { jwk["sallyport"] == "next" }
    }

    private var entries: [Entry]

    /// A set with one new key.
    public init(_ algorithm: SignatureAlgorithm, identifier: String? = nil, now: Int64) throws(TokenKeyError) {
        entries = [try Self.newEntry(algorithm, identifier, now: now)]
    }

    /// Reads a file.
    ///
    /// - Throws: `.malformed` for what is no such set, `.ambiguous` for two keys with one `kid`, or two that may sign;
    ///   else the first refusal of a key, whose `kid` stands in front.
    public init(json: [UInt8]) throws(TokenKeyError) {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONParser.parse(json.span)
        } catch {
            throw TokenKeyError(.malformed, "the keys are not JSON as we take it: \(error)")
        }
        guard let elements = value["keys"]?.array else {
            throw TokenKeyError(.malformed, "the file is no JWK set: an object with a list of keys")
        }
        guard elements.count <= 100 else { throw TokenKeyError(.malformed, "the set has more than 100 keys") }
        entries = []
        for (index, element) in elements.enumerated() {
            let place = element["kid"]?.string.map { "the key “\($0.prefix(64))”" } ?? "key number \(index + 1)"
            do throws(TokenKeyError) {
                entries.append(try Self.entry(element))
            } catch {
                throw TokenKeyError(error.kind, "\(place): \(error.reason)")
            }
            guard Set(entries.map(\.key.identifier)).count == entries.count else {
                throw TokenKeyError(.ambiguous, "\(place): another key has the same kid")
            }
        }
        let signing = entries.count { $0.key.canSign }
        guard signing == 1 else {
            throw TokenKeyError(
                signing == 0 ? .none : .ambiguous,
                "\(signing) keys of the set may sign, and it takes exactly one: the others have \"key_ops\":[\"verify\"]"
            )
        }
    }

    /// The keys, the one that signs first.
    public var keys: [TokenKey] {
        entries.map(\.key).filter(\.canSign) + entries.map(\.key).filter { !$0.canSign }
    }

    /// Adds the key that the next rotation will make the signing one, so that everybody who verifies knows it by then.
    ///
    /// - Returns: its `kid`.
    /// - Throws: `.ambiguous` where there is one already, or another key has the `kid`.
    public mutating func prepare(
        _ algorithm: SignatureAlgorithm? = nil, identifier: String? = nil, now: Int64
    ) throws(TokenKeyError) -> String {
        guard !entries.contains(where: \.isNext) else {
            throw TokenKeyError(.ambiguous, "the next key has been prepared already")
        }
        var entry = try Self.newEntry(algorithm ?? signingAlgorithm, identifier, now: now)
        try checkIsNew(entry)
        entry.jwk["key_ops"] = ["verify"]
        entry.jwk["sallyport"] = "next"
        entry.key = try Self.entry(.object(entry.jwk)).key
        entries.append(entry)
        return entry.key.identifier ?? ""
    }

    /// Makes the prepared key, or else a new one, the signing one. What signed so far verifies for the lifetime of its
    /// tokens; what has reached the end of that goes.
    ///
    /// - Parameters:
    ///   - algorithm: that of a new key; nil: the one of the key that it replaces.
    ///   - identifier: the `kid` of a new key; nil: a random one.
    ///   - lifetime: how long the longest-lived token lives that the old key may still sign, in seconds.
    ///   - now: the time, in seconds since the epoch.
    /// - Returns: the `kid` that signs from now on.
    public mutating func rotate(
        _ algorithm: SignatureAlgorithm? = nil, identifier: String? = nil, lifetime: Int64, now: Int64
    ) throws(TokenKeyError) -> String {
        var successor: Entry
        let prepared = entries.firstIndex(where: \.isNext)
        if let prepared {
            guard algorithm == nil, identifier == nil else {
                throw TokenKeyError(.ambiguous, "the next key has been prepared: it has its algorithm and its kid")
            }
            successor = entries[prepared]
            successor.jwk["sallyport"] = nil
            successor.jwk["key_ops"] = ["sign", "verify"]
            successor.key = try Self.entry(.object(successor.jwk)).key
        } else {
            successor = try Self.newEntry(algorithm ?? signingAlgorithm, identifier, now: now)
            try checkIsNew(successor)
        }
        var kept: [Entry] = []
        for (index, old) in entries.enumerated() where index != prepared {
            var entry = old
            if entry.key.canSign {
                entry.jwk["key_ops"] = ["verify"]
                entry.jwk["exp"] = .integer(now + lifetime)
                entry.key = try Self.entry(.object(entry.jwk)).key
            }
            if entry.key.expiresAt.map({ $0 > now }) ?? true { kept.append(entry) }
        }
        entries = [successor] + kept
        return successor.key.identifier ?? ""
    }

    /// The file, one key a line.
    public var json: [UInt8] {
        let lines = entries.map { JSONWriter.text(.object($0.jwk)) }
        return Array("{\"keys\":[\n\(lines.joined(separator: ",\n"))\n]}\n".utf8)
    }

    private var signingAlgorithm: SignatureAlgorithm { entries.first { $0.key.canSign }?.key.algorithm ?? .hs256 }

    private func checkIsNew(_ entry: Entry) throws(TokenKeyError) {
        guard !entries.contains(where: { $0.key.identifier == entry.key.identifier }) else {
            throw TokenKeyError(.ambiguous, "another key has this kid")
        }
    }

    private static func entry(_ element: JSONValue) throws(TokenKeyError) -> Entry {
        guard let jwk = element.object else { throw TokenKeyError(.malformed, "it is no JSON object") }
        guard let identifier = jwk["kid"]?.string, !identifier.isEmpty else {
            throw TokenKeyError(.malformed, "it has no kid")
        }
        guard jwk["alg"] != nil else { throw TokenKeyError(.unsuitable, "it has no alg") }
        var expiresAt: Int64?
        if let member = jwk["exp"] {
            guard let time = member.integer, (0...NumericDate.latest).contains(time) else {
                throw TokenKeyError(.malformed, "its exp is no time")
            }
            expiresAt = time
        }
        let keys = try JSONWebKey(jwk).keys()
        guard let key = keys.first, keys.count == 1 else { throw TokenKeyError(.unsuitable, "it has no alg") }
        guard key.isPrivate else {
            throw TokenKeyError(.unsuitable, "it is public, and cannot check whom its tokens are bound to")
        }
        guard expiresAt == nil || !key.canSign else {
            throw TokenKeyError(.unsuitable, "it has exp, and may sign")
        }
        return Entry(jwk: jwk, key: TokenKey(key, identifier: identifier, expiresAt: expiresAt))
    }

    private static func newEntry(
        _ algorithm: SignatureAlgorithm, _ identifier: String?, now: Int64
    ) throws(TokenKeyError) -> Entry {
        let name = identifier ?? TokenComposer.randomIdentifier()
        var jwk: JSONObject
        if let secret = TokenKey.randomSecret(for: algorithm) {
            jwk = [
                "kty": "oct", "alg": .string(algorithm.rawValue), "kid": .string(name),
                "k": .string(Base64URL.encode(secret.span)),
            ]
        } else {
            guard let made = try TokenKey.generate(algorithm, identifier: name).privateJWK else {
                throw TokenKeyError(.malformed, "the library does not give the new key away")
            }
            jwk = made
            // Both would say the same (RFC 7517 §4.3).
            jwk["use"] = nil
        }
        jwk["key_ops"] = ["sign", "verify"]
        jwk["iat"] = .integer(now)
        return try entry(.object(jwk))
    }
}
