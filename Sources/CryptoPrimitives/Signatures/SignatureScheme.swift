/// How a key pair signs.
public enum SignatureScheme: Sendable, Hashable {
    /// RSASSA-PKCS1-v1_5 (RFC 8017 §8.2).
    case rsaPKCS1(DigestAlgorithm)
    /// RSASSA-PSS (RFC 8017 §8.1) with MGF1 of the same hash function and a salt as long as its digest.
    case rsaPSS(DigestAlgorithm)
    /// ECDSA with the curve's hash function; the signature is `r ‖ s`, each as long as a coordinate (RFC 7518 §3.4).
    case ecdsa(EllipticCurve)
    /// Ed25519 (RFC 8032).
    case ed25519
}
