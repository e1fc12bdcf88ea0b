internal import EventIO
internal import HTTPWire

/// TLS in front of the requests: the handshake, and which hosts the client may speak for afterwards.
extension DownstreamConnection {
    /// The type of a handshake record (RFC 8446 §5.1).
    private static let handshakeRecord = 22

    /// Whether the client has yet to begin its handshake, or to end it.
    var isHandshaking: Bool { phase == .handshake }

    /// Something has come, and TLS has not begun: until here a connection costs no more than a plain one.
    func beginHandshake() {
        switch peekAtFirstByte() {
        case .wouldBlock: break
        case .end, .failed: handshakeFailed(TLSError(.closed, "the client said nothing"))
        case .bytes(Self.handshakeRecord):
            guard let context = rules.tls else { return end() }
            handshakeNumber = worker.handshakeBegan(self)
            // Our own deadline goes on, and is reached first.
            beginTLS(context, timeoutMilliseconds: worker.times.tlsHandshake)
        case .bytes(let byte):
            worker.counters.count(TLSCounter.plain)
            // Whoever speaks HTTP without TLS, by mistake most likely, gets to read so; a method begins with a letter.
            guard (0x41...0x5a).contains(byte) else { return end() }
            refuse(.plainHTTP)
        }
    }

    /// The handshake is done: the protocol was agreed on with it (RFC 7301).
    func handshakeDone() {
        endHandshake()
        guard let information = tlsInformation, let policy = tlsClientPolicy else { return end() }
        secureClient = SecureClient(information, policy)
        worker.counters.count(information.isResumed ? TLSCounter.resumed : .full)
        phase = .idle
        wait(worker.isDraining ? min(worker.times.head, Self.drainMilliseconds) : worker.times.head)
        if information.applicationProtocol == "h2" { return beginHTTP2() }
        // RFC 9113 §3.2: over TLS, HTTP/2 is agreed on or not spoken.
        if !rules.protocols.http1 { end() }
    }

    /// There will be no TLS with this client.
    func handshakeFailed(_ error: TLSError) {
        endHandshake()
        worker.note(error, of: self)
        switch error.kind {
        case .closed, .timedOut, .material: end()
        case .untrusted, .refused, .violation:
            // A reset, for what the client has sent behind it, would take the alert away from it.
            endTLS()
            linger()
        }
    }

    /// It leaves the queue of those that are under way.
    func endHandshake() {
        guard handshakeNumber >= 0 else { return }
        worker.handshakeEnded(handshakeNumber)
        handshakeNumber = -1
    }

    /// The time is over before the handshake was.
    func handshakeTimedOut() {
        handshakeFailed(TLSError(.timedOut, "the TLS handshake took too long"))
    }

    /// Others that have just come need the place.
    func cutHandshake() {
        worker.counters.count(.tlsHandshakes)
        endHandshake()
        end()
    }

    // MARK: Hosts

    /// Whether requests for a host may come on this connection: where something else is asked of the host's clients than
    /// was asked of this one when it connected, they may not (RFC 9110 §15.5.20). Otherwise a certificate would be asked of
    /// those only who name the host in their handshake too.
    ///
    /// - Parameter host: in lower case, without port.
    func maySpeakFor(_ host: RawSpan) -> Bool {
        guard let context = rules.tls else { return true }
        // A plain connection from before a reload was asked for nothing.
        return secureClient?.maySpeak(for: host, rules, context) ?? !context.asksForCertificates
    }

    /// The client's certificate as header lines for an application.
    func certificateLines(_ mapping: CertificateMapping) throws(IdentityMapping.Failure) -> [UInt8] {
        try secureClient?.lines(mapping, of: tlsPeerCertificate) ?? []
    }
}
