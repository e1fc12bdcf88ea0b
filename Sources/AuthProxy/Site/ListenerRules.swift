internal import SallyportConfiguration
internal import EventIO

/// What a listener of the configuration means for the connections that are accepted there, and for their requests.
///
/// Immutable, shared by all loops. A reload makes others; connections follow those that stand for the same address.
final class ListenerRules: Sendable {
    /// Where it listens, as the configuration has it.
    let address: ListenerConfiguration.Address
    /// Whether connections begin with a header of the PROXY protocol.
    let expectsProxyHeader: Bool
    /// What is spoken.
    let protocols: ListenerConfiguration.Protocols
    /// TLS; nil for plain TCP.
    let tls: TLSServerContext?
    /// The line for browsers in every answer over TLS (RFC 6797 §6.1), CRLF and all; empty for none.
    let strictTransport: [UInt8]
    /// Where requests are sent instead of being served; nil where they are.
    let redirect: HTTPSRedirect?
    /// Whether a request may be refused for the host that it names, or is sent elsewhere.
    let looksAtHosts: Bool

    /// Reads the files of a listener's certificates, so never on a loop.
    init(_ configuration: ListenerConfiguration, tickets: TLSTicketKeys) throws(SiteError) {
        address = configuration.address
        expectsProxyHeader = configuration.proxyProtocol
        protocols = configuration.protocols
        do throws(TLSError) {
            tls = try configuration.tls.map { tls throws(TLSError) in
                try TLSServerContext(tls.server, tickets: tickets)
            }
        } catch {
            throw SiteError("the listener at \(configuration.address.text): \(error.reason)")
        }
        strictTransport = configuration.tls?.strictTransport.map(Self.line) ?? []
        redirect = nil
        looksAtHosts = tls?.asksForCertificates == true
    }

    /// The rules of a listener that sends its clients to HTTPS.
    ///
    /// - Parameter contexts: the certificates of the site's other listeners.
    init(_ configuration: ListenerConfiguration, _ redirect: HTTPSRedirectConfiguration, _ contexts: [TLSServerContext])
    {
        address = configuration.address
        expectsProxyHeader = configuration.proxyProtocol
        protocols = configuration.protocols
        tls = nil
        strictTransport = []
        self.redirect = HTTPSRedirect(redirect, contexts)
        looksAtHosts = true
    }

    /// What holds for connections whose listener has gone from the configuration meanwhile.
    init(plainAt address: ListenerConfiguration.Address) {
        self.address = address
        expectsProxyHeader = false
        protocols = ListenerConfiguration.Protocols()
        tls = nil
        strictTransport = []
        redirect = nil
        looksAtHosts = false
    }

    /// The rules of all listeners of a configuration.
    static func all(_ listeners: [ListenerConfiguration], tickets: TLSTicketKeys) throws(SiteError) -> [ListenerRules] {
        var rules: [ListenerRules] = []
        for listener in listeners where listener.redirect == nil {
            rules.append(try ListenerRules(listener, tickets: tickets))
        }
        let contexts = rules.compactMap(\.tls)
        for listener in listeners {
            if let redirect = listener.redirect { rules.append(ListenerRules(listener, redirect, contexts)) }
        }
        return rules
    }

    private static func line(_ configuration: StrictTransportConfiguration) -> [UInt8] {
        let line =
            "Strict-Transport-Security: max-age=\(configuration.maxAgeSeconds)"
            + (configuration.includesSubdomains ? "; includeSubDomains" : "")
            + (configuration.mayPreload ? "; preload" : "")
        return Array("\(line)\r\n".utf8)
    }
}

extension ListenerConfiguration.Address {
    /// As it stands in the configuration.
    fileprivate var text: String {
        switch self {
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }
}
