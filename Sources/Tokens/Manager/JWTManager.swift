/// Makes, verifies, refreshes and revokes tokens; the heart of Sallyport, and usable in any Swift program.
///
/// It holds no state of its own but keys and settings: what lives is in the ``TokenStore``. It may be used from any
/// thread and any task. Every failure is a ``TokenError`` of its own, and a store that cannot answer is never told as
/// a verdict.
///
/// ```swift
/// let key = try TokenKey(secret: secret)
/// let manager = JWTManager(keys: try TokenKeys(key), store: MemoryTokenStore())
/// let client = ClientIdentity(address: "192.0.2.7", userAgent: "curl/8.5.0")
/// let tokens = try await manager.issueSession(subject: "alice", claims: ["roles": ["admin"]], client: client)
/// let token = try await manager.verifyToken(tokens.accessToken, expecting: .access, client: client)
/// ```
public final class JWTManager: Sendable {
    /// How tokens are made and judged.
    public let settings: TokenSettings
    /// The keys.
    public let keys: TokenKeys
    /// Where tokens are kept.
    public let store: any TokenStore
    /// What tells the time.
    public let clock: WallClock
    /// Others whose tokens are taken.
    public let issuers: [ForeignIssuer]
    let directory: IssuerDirectory
    let verifier: SignatureVerifier
    let composer: TokenComposer?

    /// A manager.
    ///
    /// - Parameters:
    ///   - keys: the first that can sign does; where none can, tokens are only verified.
    ///   - store: where tokens are kept; the caller closes it.
    ///   - settings: how tokens are made and judged; a number out of its range counts as the nearest within.
    ///   - issuers: others whose tokens are taken, each by a name of its own.
    ///   - clock: what tells the time.
    public init(
        keys: TokenKeys, store: any TokenStore, settings: TokenSettings = TokenSettings(),
        issuers: [ForeignIssuer] = [], clock: WallClock = .system
    ) {
        let settings = settings.bounded()
        self.settings = settings
        self.keys = keys
        self.store = store
        self.clock = clock
        self.issuers = issuers
        directory = IssuerDirectory(issuers, ownIssuer: settings.issuer, limits: settings.limits)
        verifier = SignatureVerifier(keys: keys, limits: settings.limits)
        composer = keys.signing.map { TokenComposer(key: $0, settings: settings) }
    }

    /// Runs a step of the store; its failure is told as what it is.
    func asking<Value>(
        _ step: (any TokenStore) async throws(TokenStoreError) -> Value
    ) async throws(TokenError) -> Value {
        do throws(TokenStoreError) {
            return try await step(store)
        } catch {
            throw .store(error)
        }
    }

    /// What signs.
    ///
    /// - Throws: `.keyUnknown` if no key can.
    func signingComposer() throws(TokenError) -> TokenComposer {
        guard let composer else { throw .keyUnknown }
        return composer
    }
}
