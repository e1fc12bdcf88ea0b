/// With which files the servers of a test speak TLS, and whether they ask clients for certificates.
public struct RedisTLSFiles: Sendable {
    /// Whose certificates are accepted, and who has issued the server's.
    public var authority: TestAuthority
    /// The server's certificate.
    public var server: TestAuthority.Pair
    /// What clients have to show; nil if they are not asked.
    public var client: TestAuthority.Pair?

    /// Files of an authority.
    ///
    /// - Parameters:
    ///   - names: what the server's certificate is for.
    ///   - days: for how long it holds.
    ///   - asksClients: whether clients have to show a certificate of the same authority.
    public init(
        _ authority: TestAuthority, names: [String] = ["IP:127.0.0.1", "DNS:localhost"], days: Int = 10,
        asksClients: Bool = false
    ) throws {
        self.authority = authority
        server = try authority.issue(names, days: days)
        client = asksClients ? try authority.issue([], subject: "/CN=gate") : nil
    }

    /// What a server is told. Its replicas and its cluster speak TLS too.
    var options: [String] {
        [
            "--tls-cert-file", server.certificate, "--tls-key-file", server.key, "--tls-ca-cert-file", authority.file,
            "--tls-auth-clients", client == nil ? "no" : "yes", "--tls-replication", "yes",
        ]
    }

    /// The same as lines of a file.
    var lines: String {
        stride(from: 0, to: options.count, by: 2).map { "\(options[$0].dropFirst(2)) \(options[$0 + 1])\n" }.joined()
    }

    /// What `redis-cli` is told.
    var clientOptions: [String] {
        ["--tls", "--cacert", authority.file] + (client.map { ["--cert", $0.certificate, "--key", $0.key] } ?? [])
    }
}
