/// What a head may cost.
public struct HeadLimits: Sendable, Equatable {
    /// The whole head, in bytes (431, or 414 within the request line).
    public var headBytes: Int
    /// Field lines in a head or a trailer section (431).
    public var fields: Int
    /// One field line with its CRLF, in bytes (431).
    public var lineBytes: Int
    /// The request target, in bytes (414).
    public var targetBytes: Int

    /// Describes limits. All are held between 1 and 16 MiB (`fields`: 4096), so that offsets fit their types.
    public init(headBytes: Int = 32768, fields: Int = 100, lineBytes: Int = 16384, targetBytes: Int = 8192) {
        let most = 16 << 20
        self.headBytes = min(max(headBytes, 1), most)
        self.fields = min(max(fields, 1), 4096)
        self.lineBytes = min(max(lineBytes, 1), most)
        self.targetBytes = min(max(targetBytes, 1), most)
    }
}
