/// Why a key could not be made, or an operation of the cryptographic library failed. It never holds key material.
public enum CryptoError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The key is not fit for use; the sentence says why.
    case keyRefused(String)
    /// The key is too short to be safe; the sentence says how long it has to be.
    case keyTooShort(String)
    /// The library failed where it should not: out of memory, or a build without the algorithm.
    case failed(operation: String)

    public var description: String {
        switch self {
        case .keyRefused(let reason), .keyTooShort(let reason): reason
        case .failed(let operation): "the cryptographic library failed in \(operation)"
        }
    }
}
