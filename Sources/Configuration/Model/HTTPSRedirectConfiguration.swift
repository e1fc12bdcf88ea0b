/// `redirect_to_https:`: a listener that serves nothing and sends clients to HTTPS.
public struct HTTPSRedirectConfiguration: Sendable, Equatable {
    /// The port that they are sent to.
    public var port: UInt16 = 443
    /// 301, 302, 307 or 308.
    public var status: Int = 308
    /// Hosts that may be named in the redirect, in lower case, `*.` standing for one label; nil for those that the TLS
    /// listeners' certificates name.
    public var hosts: [String]?

    /// To port 443, with 308, for the hosts of the certificates.
    public init() {}
}
