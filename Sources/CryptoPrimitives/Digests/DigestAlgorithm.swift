internal import COpenSSL

/// The hash functions of the JWS algorithms (RFC 7518 §3.1), fetched from the library once for the process.
public enum DigestAlgorithm: Sendable, Hashable, CaseIterable {
    case sha256
    case sha384
    case sha512

    /// The length of a digest in bytes.
    public var byteCount: Int {
        switch self {
        case .sha256: 32
        case .sha384: 48
        case .sha512: 64
        }
    }

    /// The library's name for it.
    var name: StaticString {
        switch self {
        case .sha256: "SHA2-256"
        case .sha384: "SHA2-384"
        case .sha512: "SHA2-512"
        }
    }

    /// The fetched algorithm; it lives as long as the process, and may be used on any thread.
    var method: OpaquePointer {
        switch self {
        case .sha256: unsafe FetchedDigests.shared.sha256
        case .sha384: unsafe FetchedDigests.shared.sha384
        case .sha512: unsafe FetchedDigests.shared.sha512
        }
    }
}

/// The process's digest algorithms. They are constant after the fetch and never freed.
@safe private struct FetchedDigests: @unchecked Sendable {
    // The library documents a fetched EVP_MD as immutable and safe to share between threads.
    static let shared = FetchedDigests()

    let sha256 = unsafe fetch(.sha256)
    let sha384 = unsafe fetch(.sha384)
    let sha512 = unsafe fetch(.sha512)

    private static func fetch(_ digest: DigestAlgorithm) -> OpaquePointer {
        guard let method = unsafe EVP_MD_fetch(nil, digest.name.cString, nil) else {
            preconditionFailure("the cryptographic library lacks \(digest)")
        }
        return unsafe method
    }
}
