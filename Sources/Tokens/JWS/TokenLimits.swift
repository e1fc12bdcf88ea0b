/// The most that is looked at before a token is refused as malformed.
public struct TokenLimits: Sendable, Equatable {
    /// The whole compact form, in bytes.
    public var tokenBytes: Int
    /// The encoded JOSE header, in bytes.
    public var headerBytes: Int

    /// Limits; by default 64 KiB and 8 KiB.
    public init(tokenBytes: Int = 65_536, headerBytes: Int = 8192) {
        self.tokenBytes = tokenBytes
        self.headerBytes = headerBytes
    }
}
