import CryptoPrimitives

/// HMAC-SHA-256 under a secret that is long enough.
enum Mac {
    static func code(of message: [UInt8], secret: [UInt8]) -> [UInt8] {
        do {
            return try HMACKey(secret: secret.span, algorithm: .sha256).authenticationCode(for: message.span).array
        } catch {
            preconditionFailure("the secret is refused")
        }
    }
}
