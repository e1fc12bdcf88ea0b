/// Who presents a token, as far as the network tells: what a token's fingerprint binds it to.
public struct ClientIdentity: Sendable, Hashable {
    /// The client's address in text form without a port, such as `192.0.2.7` or `2001:db8::1`. `::ffff:192.0.2.7`
    /// and `192.0.2.7` are the same client.
    public var address: String
    /// The User-Agent field's value as received; `nil` when the request had none, which is a binding of its own.
    public var userAgent: String?

    /// Describes a client.
    public init(address: String, userAgent: String?) {
        self.address = address
        self.userAgent = userAgent
    }
}
