import CryptoPrimitives
import Tokens

/// HMAC-SHA-256 of a text.
func hmac(_ message: String, secret: [UInt8]) throws -> [UInt8] {
    try HMACKey(secret: secret.span, algorithm: .sha256).authenticationCode(for: Array(message.utf8).span).array
}

/// The bytes of a hexadecimal text.
func hex(_ text: String) -> [UInt8] {
    let digits = Array(text.filter { $0.isHexDigit })
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(String(digits[$0..<$0 + 2]), radix: 16)! }
}

extension String {
    var bytes: [UInt8] { Array(utf8) }
}

extension JWTManager {
    /// A token in a String, verified without the store.
    func verifyLocally(_ token: String, accepting types: Set<TokenType> = [.access], client: ClientIdentity)
        throws(TokenError) -> VerifiedToken
    {
        try verifyLocally(token.bytes.span, accepting: types, client: client)
    }
}

// A span cannot pass through the macros of the tests: arrays can.
extension HMACKey {
    func accepts(_ code: [UInt8], for message: [UInt8]) -> Bool { isValid(code.span, for: message.span) }
}

func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool { ConstantTime.areEqual(left.span, right.span) }
