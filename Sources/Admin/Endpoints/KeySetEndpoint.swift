internal import AuthProxy
internal import Tokens

/// `GET jwks.json`: the public keys of our tokens and of signed assertions (RFC 7517 §5), for others who verify them. Secrets
/// are never in it: where tokens are signed with one, it holds none of theirs.
enum KeySetEndpoint {
    /// For how long others may keep it: a key that is prepared before it signs is known everywhere by then.
    static let maxAgeSeconds = 300

    static func answer(_ services: ReservedServices) -> ReservedAnswer {
        let manager = services.manager
        var answer = ReservedAnswer(200)
        let sets = [manager.keys, services.assertionKeys].compactMap { $0?.publicJWKSet(at: manager.clock.now) }
        answer.body = JSONWriter.bytes(["keys": .array(sets.flatMap { $0["keys"]?.array ?? [] })])
        answer.contentType = "application/jwk-set+json"
        answer.cacheControl = "public, max-age=\(maxAgeSeconds)"
        return answer
    }
}
