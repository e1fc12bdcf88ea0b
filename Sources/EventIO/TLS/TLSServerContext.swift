internal import COpenSSL

/// What all TLS connections of a listener share: certificates by name, what is asked of clients, the keys of
/// tickets.
///
/// Made once, for all loops; making it reads files and blocks. After a reload the old one lives as long as connections
/// that were made with it. Safe: OpenSSL's contexts are counted, ours are given back in `deinit`.
/// `@unchecked Sendable`: nothing is changed after `init`, and OpenSSL locks what it counts.
@safe
public final class TLSServerContext: @unchecked Sendable {
    /// One for each site; the first is where every connection begins.
    private let contexts: [OpaquePointer]
    private let policies: [TLSClientPolicy]
    private let names: TLSServerNames
    private let tickets: TLSTicketKeys
    private let protocols: [String]
    /// Whether any client is asked for a certificate.
    public let asksForCertificates: Bool

    /// Reads the files; an error is a sentence that names the file.
    ///
    /// - Parameter tickets: the keys with which clients resume sessions; given on to the next context after a reload, so
    ///   that they can go on to.
    public init(_ settings: TLSServerSettings, tickets: TLSTicketKeys = TLSTicketKeys()) throws(TLSError) {
        guard !settings.sites.isEmpty else { throw TLSError(.material, "a TLS listener needs a certificate") }
        self.tickets = tickets
        protocols = settings.protocols
        var made: [OpaquePointer] = unsafe []
        var policies: [TLSClientPolicy] = []
        var names = TLSServerNames()
        do throws(TLSError) {
            for (index, site) in settings.sites.enumerated() {
                let context = try unsafe TLSMaterial.context(TLS_server_method())
                unsafe made.append(context)
                try unsafe TLSMaterial.use(site.certificate, in: context)
                policies.append(try unsafe Self.ask(site, in: context))
                try unsafe Self.set(settings, in: context)
                guard let certificate = unsafe SSL_CTX_get0_certificate(context) else { continue }
                for name in unsafe TLSCertificateNames(certificate).serverNames { names.add(name, index) }
            }
        } catch {
            for index in unsafe made.indices { unsafe SSL_CTX_free(made[index]) }
            throw error
        }
        unsafe contexts = made
        self.policies = policies
        self.names = names
        asksForCertificates = policies.contains(where: \.asksForCertificate)
        install()
    }

    deinit { for index in unsafe contexts.indices { unsafe SSL_CTX_free(contexts[index]) } }

    /// Has OpenSSL ask us. The session object keeps this one alive, and an SSL lives no longer than that.
    private func install() {
        let argument = unsafe Unmanaged.passUnretained(self).toOpaque()
        for index in unsafe contexts.indices {
            let context = unsafe contexts[index]
            unsafe SSL_CTX_set_ex_data(context, 0, argument)
            unsafe SSL_CTX_set_alpn_select_cb(
                context,
                { _, chosen, length, offer, count, argument in
                    guard let argument = unsafe argument else { return SSL_TLSEXT_ERR_NOACK }
                    return unsafe Unmanaged<TLSServerContext>.fromOpaque(argument).takeUnretainedValue()
                        .choose(chosen, length, UnsafeBufferPointer(start: offer, count: Int(count)))
                }, protocols.isEmpty ? nil : argument)
        }
        // Before anything else of the client's first message is looked at, above all its ticket: a session that was made
        // where less was asked of the client must not be resumed where more is.
        unsafe SSL_CTX_set_client_hello_cb(
            contexts[0],
            { ssl, _, argument in
                if let ssl = unsafe ssl, let argument = unsafe argument {
                    unsafe Unmanaged<TLSServerContext>.fromOpaque(argument).takeUnretainedValue().choose(ssl)
                }
                return SSL_CLIENT_HELLO_SUCCESS
            }, argument)
        // The name was followed above; this only acknowledges it.
        unsafe sallyport_tls_on_server_name(contexts[0], { _, _, _ in SSL_TLSEXT_ERR_OK }, argument)
        // Tickets are made and read with the context where a connection begins.
        unsafe tickets.attach(to: contexts[0])
    }

    private static func set(_ settings: TLSServerSettings, in context: OpaquePointer) throws(TLSError) {
        // Early data can be repeated by anybody who recorded it (RFC 8446 §8).
        _ = unsafe SSL_CTX_set_max_early_data(context, 0)
        let oldest = settings.minimumVersion == .tls13 ? TLS1_3_VERSION : TLS1_2_VERSION
        guard unsafe sallyport_tls_minimum(context, oldest) == 1,
            unsafe settings.hasTickets || sallyport_tls_no_tickets(context) == 1
        else { throw TLSError(.material, "TLS cannot be set up: \(TLSError.openSSLReason())") }
    }

    private static func ask(
        _ site: TLSServerSettings.Site, in context: OpaquePointer
    ) throws(TLSError) -> TLSClientPolicy {
        // A session may be resumed only where the same was asked of the client: mode and authorities name the sessions.
        var identity = Array("\(site.clientCertificates.rawValue)\n".utf8)
        switch site.clientCertificates {
        case .off: unsafe SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nil)
        case .optional, .required:
            guard let file = site.clientAuthorities else {
                throw TLSError(.material, "clients' certificates need a file of authorities")
            }
            identity += try unsafe TLSMaterial.trust(file: file, in: context, asksForIt: true)
            let isRequired = site.clientCertificates == .required
            unsafe SSL_CTX_set_verify(
                context, SSL_VERIFY_PEER | (isRequired ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0), nil)
        }
        var digest = [UInt8](repeating: 0, count: 32)
        var length: UInt32 = 0
        guard unsafe EVP_Digest(identity, identity.count, &digest, &length, EVP_sha256(), nil) == 1,
            unsafe SSL_CTX_set_session_id_context(context, digest, length) == 1
        else { throw TLSError(.material, "TLS cannot be set up: \(TLSError.openSSLReason())") }
        return TLSClientPolicy(digest: digest, asksForCertificate: site.clientCertificates != .off)
    }

    // MARK: Sites

    /// Whether one of the certificates is for a host.
    ///
    /// - Parameter host: in lower case, without a dot at its end.
    public func isFor(_ host: String) -> Bool { names.index(of: host) != nil }

    /// What a client is asked for that names this host.
    public func clientPolicy(for host: String) -> TLSClientPolicy { clientPolicy(ofSite: names.index(of: host) ?? 0) }

    /// What the clients of a site are asked for.
    func clientPolicy(ofSite index: Int) -> TLSClientPolicy { policies[index] }

    /// An SSL for a connection of a client.
    func makeSSL() throws(TLSError) -> OpaquePointer {
        ERR_clear_error()
        guard let ssl = unsafe SSL_new(contexts[0]) else {
            throw TLSError(.violation, "TLS cannot begin: \(TLSError.openSSLReason())")
        }
        unsafe SSL_set_accept_state(ssl)
        return unsafe ssl
    }

    /// Takes the site for the name that the client asks for; any other name gets the first one.
    private func choose(_ ssl: OpaquePointer) {
        guard let name = unsafe Self.serverName(ssl), let index = names.index(of: name), index != 0 else { return }
        let context = unsafe contexts[index]
        _ = unsafe SSL_set_SSL_CTX(ssl, context)
        // What the connection has taken from the first site already does not follow by itself.
        unsafe SSL_set_verify(ssl, SSL_CTX_get_verify_mode(context), nil)
        guard let session = unsafe SSL_get_ex_data(ssl, 0) else { return }
        unsafe Unmanaged<TLSSession>.fromOpaque(session).takeUnretainedValue().site = index
    }

    /// The name in the client's first message (RFC 6066 §3). OpenSSL reads the same bytes later, and refuses what is
    /// malformed there.
    private static func serverName(_ ssl: OpaquePointer) -> String? {
        var bytes: UnsafePointer<UInt8>?
        var count = 0
        guard unsafe SSL_client_hello_get0_ext(ssl, UInt32(TLSEXT_TYPE_server_name), &bytes, &count) == 1 else {
            return nil
        }
        // The message's own memory, for this call. A list of two bytes' length, of which OpenSSL takes one name: kind,
        // two bytes' length, and the name itself.
        let list = unsafe UnsafeBufferPointer(start: bytes, count: count)
        guard count > 5, unsafe Int(list[0]) << 8 | Int(list[1]) == count - 2, unsafe list[2] == 0,
            unsafe Int(list[3]) << 8 | Int(list[4]) == count - 5
        else { return nil }
        let name = unsafe list[5...]
        return unsafe name.contains(0) ? nil : String(decoding: name, as: UTF8.self)
    }

    /// Takes our best protocol that the client offers (RFC 7301 §3.2: none is an alert).
    private func choose(
        _ chosen: UnsafeMutablePointer<UnsafePointer<UInt8>?>?, _ length: UnsafeMutablePointer<UInt8>?,
        _ offer: UnsafeBufferPointer<UInt8>
    ) -> CInt {
        for name in protocols {
            var index = 0
            while index < offer.count {
                let start = index + 1
                let end = unsafe start + Int(offer[index])
                guard end <= offer.count else { return SSL_TLSEXT_ERR_ALERT_FATAL }
                if unsafe name.utf8.elementsEqual(offer[start..<end]) {
                    // OpenSSL copies the name out of the client's own list, which outlives this call.
                    unsafe chosen?.pointee = offer.baseAddress.map { unsafe $0 + start }
                    unsafe length?.pointee = UInt8(end - start)
                    return SSL_TLSEXT_ERR_OK
                }
                index = end
            }
        }
        return SSL_TLSEXT_ERR_ALERT_FATAL
    }

    /// Makes or finds the key of a ticket; see ``TLSTicketKeys``.
    static func of(_ ssl: OpaquePointer?) -> TLSTicketKeys? {
        guard let argument = unsafe SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), 0) else { return nil }
        return unsafe Unmanaged<TLSServerContext>.fromOpaque(argument).takeUnretainedValue().tickets
    }
}
