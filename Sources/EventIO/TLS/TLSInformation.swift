internal import COpenSSL

/// What a TLS handshake came to.
public struct TLSInformation: Sendable, Equatable {
    /// `TLSv1.2` or `TLSv1.3`.
    public var version: String
    /// OpenSSL's name of the cipher suite.
    public var cipher: String
    /// The protocol that was chosen (ALPN, RFC 7301); nil where none was spoken of.
    public var applicationProtocol: String?
    /// The name that the client asked for (SNI, RFC 6066).
    public var serverName: String?
    /// Whether an earlier session was resumed.
    public var isResumed: Bool

    /// Reads it from a connection whose handshake is done.
    init(_ ssl: OpaquePointer) {
        // All of these are static strings or belong to the connection, and are copied.
        version = unsafe String(cString: SSL_get_version(ssl))
        cipher = unsafe SSL_CIPHER_get_name(SSL_get_current_cipher(ssl)).map { unsafe String(cString: $0) } ?? ""
        serverName = unsafe SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name).map { unsafe String(cString: $0) }
        isResumed = unsafe SSL_session_reused(ssl) == 1
        var bytes: UnsafePointer<UInt8>?
        var count: UInt32 = 0
        unsafe SSL_get0_alpn_selected(ssl, &bytes, &count)
        applicationProtocol = unsafe bytes.map {
            unsafe String(decoding: UnsafeBufferPointer(start: $0, count: Int(count)), as: UTF8.self)
        }
    }
}
