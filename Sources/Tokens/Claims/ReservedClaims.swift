/// The claims that Sallyport writes itself and takes from nobody else.
enum ReservedClaims {
    /// Their names.
    static let names: Set<String> = ["type", "jti", "iat", "exp", "nbf", "iss", "aud", "sid", "gen", "fp"]

    /// - Throws: `.reservedClaim` for the first claim that the caller may not set.
    static func check(_ claims: JSONObject) throws(TokenError) {
        for member in claims.members where names.contains(member.name) { throw .reservedClaim(member.name) }
    }
}
