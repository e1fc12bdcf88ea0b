/// Says by `iss` who has to judge a token, before any key is looked at. Nothing is believed by that: whoever is chosen
/// verifies the signature with its own keys, and then the name again.
struct IssuerDirectory: Sendable {
    /// Who judges.
    enum Choice {
        /// We ourselves, also where the token names nobody or is none.
        case own
        case foreign(ForeignTokenJudge)
        /// Somebody whom we do not know.
        case unknown
    }

    private let judges: [ForeignTokenJudge]
    /// Our own name; nil where our tokens carry none.
    private let ownIssuer: String?
    private let limits: TokenLimits

    init(_ issuers: [ForeignIssuer], ownIssuer: String?, limits: TokenLimits) {
        judges = issuers.enumerated().map { ForeignTokenJudge(issuer: $1, number: $0, limits: limits) }
        self.ownIssuer = ownIssuer
        self.limits = limits
    }

    /// Who judges a token.
    func choose(for token: Span<UInt8>) -> Choice {
        guard !judges.isEmpty, let issuer = Self.issuer(of: token, limits: limits) else { return .own }
        if let judge = judges.first(where: { $0.issuer.identifier.utf8.elementsEqual(issuer.utf8) }) {
            return .foreign(judge)
        }
        // Without a name of our own nobody else's tokens can be told from ours: the signature does that.
        guard let ownIssuer, !ownIssuer.utf8.elementsEqual(issuer.utf8) else { return .own }
        return .unknown
    }

    private static func issuer(of token: Span<UInt8>, limits: TokenLimits) -> String? {
        do throws(TokenError) {
            let parts = try CompactJWS(token, limits: limits)
            let encoded = token.extracting(parts.headerEnd + 1..<parts.payloadEnd)
            guard let payload = Base64URL.decode(encoded) else { return nil }
            return Self.member(of: payload.span)
        } catch {
            // Whatever is wrong with it, our own judge says so.
            return nil
        }
    }

    private static func member(of payload: Span<UInt8>) -> String? {
        do throws(JSONError) {
            return try JSONParser.parse(payload)["iss"]?.string
        } catch {
            return nil
        }
    }
}
