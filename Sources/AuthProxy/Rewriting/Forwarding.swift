internal import HTTPWire

/// Where a request comes from, for the fields that tell the application.
struct Forwarding {
    /// Who is connected to us.
    var peer: IPAddress
    /// Whether that is a trusted proxy, whose own forwarding fields stay.
    var isTrusted: Bool
    /// Who the request comes from: the peer, or whom a trusted one names.
    var client: IPAddress
    /// Whether the client is connected over TLS.
    var isSecure: Bool
    /// Whether the request came over HTTP/2.
    var isHTTP2: Bool
}
