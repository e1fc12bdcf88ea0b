internal import SallyportConfiguration
internal import EventIO

/// Sends clients of plain HTTP to HTTPS, for hosts that are known to be ours: what a client writes into Host must not come
/// out of a cache as a redirect to somebody else.
struct HTTPSRedirect: Sendable {
    /// The status of the redirect.
    let status: Int
    private let port: UInt16
    private let hosts: [String]?
    private let contexts: [TLSServerContext]

    init(_ configuration: HTTPSRedirectConfiguration, _ contexts: [TLSServerContext]) {
        status = configuration.status
        port = configuration.port
        hosts = configuration.hosts
        self.contexts = contexts
    }

    /// Where a request is sent; nil if its host is none of ours.
    ///
    /// - Parameters:
    ///   - host: in lower case, without port and without a dot at its end; an IPv6 address in brackets.
    ///   - target: the canonical path and query.
    func location(host: String, target: String) -> String? {
        guard isOurs(host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host) else { return nil }
        return "https://\(host)\(port == 443 ? "" : ":\(port)")\(target.hasPrefix("/") ? target : "/")"
    }

    private func isOurs(_ host: String) -> Bool {
        guard !host.isEmpty else { return false }
        guard let hosts else { return contexts.contains { $0.isFor(host) } }
        guard !hosts.contains(host) else { return true }
        guard let dot = host.firstIndex(of: "."), dot != host.startIndex else { return false }
        return hosts.contains("*" + host[dot...])
    }
}
