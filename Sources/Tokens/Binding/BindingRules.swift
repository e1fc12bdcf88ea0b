/// What binds a token to the client that it was issued to.
public struct BindingRules: Sendable, Equatable {
    /// How the client's address is treated.
    public var address: BindingMode
    /// How many bits of an IPv4 address count, 0 to 32.
    public var addressPrefixV4: Int
    /// How many bits of an IPv6 address count, 0 to 128.
    public var addressPrefixV6: Int
    /// How the User-Agent is treated.
    public var userAgent: BindingMode
    /// What of the User-Agent counts.
    public var userAgentForm: UserAgentForm

    /// Rules; by default the whole address and the User-Agent, both strict. A prefix out of range counts as the
    /// nearest one within.
    public init(
        address: BindingMode = .strict, addressPrefixV4: Int = 32, addressPrefixV6: Int = 128,
        userAgent: BindingMode = .strict, userAgentForm: UserAgentForm = .exact
    ) {
        self.address = address
        self.addressPrefixV4 = min(max(addressPrefixV4, 0), 32)
        self.addressPrefixV6 = min(max(addressPrefixV6, 0), 128)
        self.userAgent = userAgent
        self.userAgentForm = userAgentForm
    }
}
