extension TokenGeneration {
    /// Its access and its refresh token, as a store lists them.
    public func tokens(in session: String) -> [StoredToken] {
        [
            StoredToken(
                reference: TokenReference(session: session, type: .access, identifier: accessIdentifier),
                expiresAt: accessExpiresAt),
            StoredToken(
                reference: TokenReference(session: session, type: .refresh, identifier: refreshIdentifier),
                expiresAt: refreshExpiresAt),
        ]
    }
}
