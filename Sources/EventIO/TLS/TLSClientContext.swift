internal import COpenSSL
internal import Synchronization

/// What all TLS connections of a client share: trust, its certificate, and the sessions that servers let it resume.
///
/// Made once, for all loops; making it reads files and blocks. Safe: OpenSSL's context is counted, ours is given back in
/// `deinit`. `@unchecked Sendable`: the context is not changed after `init`, and OpenSSL locks what it counts.
@safe
public final class TLSClientContext: @unchecked Sendable {
    let context: OpaquePointer
    private let settings: TLSClientSettings
    /// Sessions to resume, by the server's name, the newest last; each is used once (RFC 8446 appendix C.4).
    private let sessions = Mutex<[String: [KeptSession]]>([:])
    /// For how many names sessions are kept, and how many for each: a burst of connections may resume that many.
    private static let nameLimit = 256
    private static let sessionLimit = 16

    /// Reads the files; an error is a sentence that names the file.
    public init(_ settings: TLSClientSettings = TLSClientSettings()) throws(TLSError) {
        self.settings = settings
        unsafe context = try TLSMaterial.context(TLS_client_method())
        try configure()
    }

    deinit { unsafe SSL_CTX_free(context) }

    private func configure() throws(TLSError) {
        switch settings.trust {
        case .system:
            guard unsafe SSL_CTX_set_default_verify_paths(context) == 1 else {
                throw TLSError(.material, "the system's certificates cannot be read: \(TLSError.openSSLReason())")
            }
        case .authorities(let file): try unsafe TLSMaterial.trust(file: file, in: context)
        case .anybody: break
        }
        let mode = settings.trust == .anybody ? SSL_VERIFY_NONE : SSL_VERIFY_PEER
        unsafe SSL_CTX_set_verify(context, mode, nil)
        if let files = settings.certificate { try unsafe TLSMaterial.use(files, in: context) }
        let offer = TLSProtocolList.encoded(settings.protocols)
        // Zero is success here, unlike everywhere else.
        if !offer.isEmpty, unsafe SSL_CTX_set_alpn_protos(context, offer, UInt32(offer.count)) != 0 {
            throw TLSError(.material, "the list of protocols cannot be offered")
        }
        unsafe sallyport_tls_keep_sessions(context) { ssl, session in
            // The session object owns the SSL, and lives as long.
            guard let owner = unsafe SSL_get_ex_data(ssl, 0), let session = unsafe session else { return 0 }
            return unsafe Unmanaged<TLSSession>.fromOpaque(owner).takeUnretainedValue().keep(session) ? 1 : 0
        }
    }

    /// An SSL for a connection to a server.
    ///
    /// - Parameter serverName: a host's name or a numeric address; the server's certificate has to be for it.
    func makeSSL(serverName: String) throws(TLSError) -> OpaquePointer {
        ERR_clear_error()
        guard let ssl = unsafe SSL_new(context) else {
            throw TLSError(.violation, "TLS cannot begin: \(TLSError.openSSLReason())")
        }
        let name = serverName.hasSuffix(".") ? String(serverName.dropLast()) : serverName
        let isAddress = SocketAddress(numericHost: name, port: 0) != nil
        unsafe SSL_set_hostflags(ssl, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS))
        // RFC 6066 §3: an address is no server name.
        let isNamed =
            unsafe isAddress
            ? X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name) == 1
            : SSL_set1_host(ssl, name) == 1 && sallyport_tls_server_name(ssl, name) == 1
        guard isNamed, !name.isEmpty else {
            unsafe SSL_free(ssl)
            throw TLSError(.untrusted, "no certificate can be for a server without a name")
        }
        if let session = takeSession(for: serverName) {
            // A session that does not fit is not used, which costs a full handshake.
            _ = unsafe SSL_set_session(ssl, session.pointer)
        }
        unsafe SSL_set_connect_state(ssl)
        return unsafe ssl
    }

    /// Keeps a session for the next connection to the same server; takes the reference over.
    func keep(_ session: OpaquePointer, for serverName: String) {
        let kept = unsafe KeptSession(session)
        sessions.withLock { sessions in
            // Any of them may go: it is only about the time of a handshake.
            if sessions[serverName] == nil, sessions.count >= Self.nameLimit, let name = sessions.keys.first {
                sessions[name] = nil
            }
            var known = sessions[serverName] ?? []
            if known.count >= Self.sessionLimit { known.removeFirst() }
            known.append(kept)
            sessions[serverName] = known
        }
    }

    private func takeSession(for serverName: String) -> KeptSession? {
        sessions.withLock { $0[serverName]?.popLast() }
    }
}

/// A session that is kept. Safe: it owns one reference and gives it back. `@unchecked Sendable`: OpenSSL counts sessions
/// with atomic operations, and nobody changes one.
@safe
private final class KeptSession: @unchecked Sendable {
    let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) { unsafe self.pointer = pointer }

    deinit { unsafe SSL_SESSION_free(pointer) }
}
