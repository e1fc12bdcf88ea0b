/// Why the beginning of a connection is no header of the PROXY protocol that can be believed; the connection ends.
public enum ProxyHeaderError: UInt8, Error, Sendable, CaseIterable {
    /// The first bytes are something else, such as a request.
    case notPresent
    /// A version, a command or a kind of address that is not known, or datagrams.
    case unsupported
    /// Longer than the protocol or we allow.
    case tooLong
    /// A word, an address, a port, a line's end or an extension that is malformed.
    case malformed
    /// The checksum over it is wrong.
    case checksum

    /// The stable word.
    public var text: StaticString {
        switch self {
        case .notPresent: "not_present"
        case .unsupported: "unsupported"
        case .tooLong: "too_long"
        case .malformed: "malformed"
        case .checksum: "checksum"
        }
    }
}
