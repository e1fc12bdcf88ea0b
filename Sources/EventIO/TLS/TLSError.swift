internal import COpenSSL
internal import Glibc

/// TLS that did not come about, or material that cannot be used for it. The reason is a sentence's part and holds no secret.
public struct TLSError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of failure it is.
    public enum Kind: Sendable, Equatable {
        /// A file with certificates or a key cannot be used.
        case material
        /// The peer's certificate is not accepted: unknown authority, another name, expired, none at all.
        case untrusted
        /// The peer has refused the connection with an alert.
        case refused
        /// The peer does not speak TLS, or none of the versions and ciphers that we do.
        case violation
        /// The connection ended or broke before the handshake did.
        case closed
        /// The handshake took too long.
        case timedOut
    }

    /// What kind of failure it is.
    public var kind: Kind
    /// What is wrong.
    public var reason: String

    /// A failure.
    public init(_ kind: Kind, _ reason: String) {
        self.kind = kind
        self.reason = reason
    }

    public var description: String { reason }

    /// OpenSSL's words for the oldest error of this thread's queue, which is emptied.
    static func openSSLReason() -> String {
        let code = ERR_get_error()
        ERR_clear_error()
        guard code != 0 else { return "no reason given" }
        if sallyport_error_is_system(code) != 0 { return IOError(sallyport_error_reason(code), "").reason }
        // A static string of the library.
        guard let words = unsafe ERR_reason_error_string(code) else { return "error \(code)" }
        return unsafe String(cString: words)
    }
}
