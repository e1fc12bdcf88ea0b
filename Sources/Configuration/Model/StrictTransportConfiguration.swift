/// `hsts:`: that browsers use nothing but HTTPS for a host (RFC 6797).
public struct StrictTransportConfiguration: Sendable, Equatable {
    /// For how long they remember it, in seconds; 0 has them forget it.
    public var maxAgeSeconds: Int64 = 31_536_000
    /// Whether it holds for every host below this one too.
    public var includesSubdomains = false
    /// Whether browsers' makers may put the host into the lists that they ship.
    public var mayPreload = false

    /// A year, for the host itself.
    public init() {}
}
