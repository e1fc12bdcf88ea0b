internal import Synchronization

/// The keys of a foreign issuer as they are known now; they may be exchanged while tokens are judged, on any thread.
///
/// A key set that was never loaded is no verdict about any token: its tokens are ``TokenError/issuerUnavailable`` until
/// there is one.
public final class IssuerKeys: Sendable {
    /// What asking for a newer set came to.
    public enum Refresh: Sendable, Equatable {
        /// There may be other keys now: the token is worth another look.
        case changed
        /// There are none.
        case unchanged
        /// Whoever has the keys does not answer: nothing is known about the token.
        case unavailable
    }

    /// Asks for a newer set on behalf of a token, by its `kid` and with the keys that are known.
    public typealias Refresher = @Sendable (_ keyIdentifier: String?, _ known: TokenKeys?) async -> Refresh

    private let state: Mutex<TokenKeys?>
    private let refresher: Refresher?

    /// Keys that are known from the start; nil for a set that is still to come.
    ///
    /// - Parameter refresher: is asked where a token was signed with a key that is not known, perhaps by many at once and as
    ///   often as strangers like: it decides when to ask the issuer.
    public init(_ keys: TokenKeys? = nil, refresher: Refresher? = nil) {
        state = Mutex(keys)
        self.refresher = refresher
    }

    /// The keys; nil before the first set has come.
    public var current: TokenKeys? { state.withLock { $0 } }

    /// Exchanges the keys: tokens that are judged from now on are judged by these.
    public func replace(with keys: TokenKeys) { state.withLock { $0 = keys } }

    /// Asks for a newer set.
    func refresh(for keyIdentifier: String?) async -> Refresh {
        let known = current
        guard let refresher else { return known == nil ? .unavailable : .unchanged }
        return await refresher(keyIdentifier, known)
    }
}
