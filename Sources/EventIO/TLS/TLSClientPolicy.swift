/// What a server asks of a client for one of its names: equal where the same is asked, by the same authorities.
///
/// A request on a connection whose client was asked for less must not be taken as one that was asked for more.
public struct TLSClientPolicy: Sendable, Equatable {
    /// Stands for mode and authorities.
    let digest: [UInt8]
    /// Whether a certificate is asked for.
    public let asksForCertificate: Bool
}
