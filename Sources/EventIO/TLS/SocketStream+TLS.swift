internal import CLibevent
internal import Glibc

extension SocketStream {
    /// How long a handshake may take unless it is said otherwise, in milliseconds.
    public static let handshakeMilliseconds: Int64 = 10_000

    /// Speaks TLS from now on, as the client: on a socket that is connected, before any byte is read or written.
    ///
    /// ``tlsEstablished()`` or ``tlsFailed(_:)`` follow, perhaps during this call, and at the latest when the time is up.
    /// Until then ``receive(into:)`` has nothing and ``send(_:)`` takes nothing; afterwards they are used as ever.
    /// What is asked for with ``startReading()`` and ``startWriting()`` begins with the bytes.
    ///
    /// An end of the peer without TLS' own farewell is `.failed(ECONNRESET)`: it may be anybody's.
    ///
    /// - Parameters:
    ///   - context: whom to trust.
    ///   - serverName: a host's name or a numeric address (without brackets); the certificate has to be for it.
    public final func beginTLS(
        _ context: TLSClientContext, serverName: String, timeoutMilliseconds: Int64 = handshakeMilliseconds
    ) {
        beginTLS(.client(context, serverName: serverName), timeoutMilliseconds)
    }

    /// Speaks TLS from now on, as the server: on a socket that was just accepted. Otherwise as for a client.
    public final func beginTLS(
        _ context: TLSServerContext, timeoutMilliseconds: Int64 = handshakeMilliseconds
    ) {
        beginTLS(.server(context), timeoutMilliseconds)
    }

    /// What was agreed on; nil without TLS, and before its handshake is done.
    public final var tlsInformation: TLSInformation? { tls?.information }

    /// The peer's certificate, where it showed one and it was accepted.
    public final var tlsPeerCertificate: TLSPeerCertificate? { tls?.peerCertificate }

    /// Why TLS ended that was established: what the peer has said against it, where ``receive(into:)`` or ``send(_:)`` failed.
    ///
    /// In TLS 1.3 a client is done before the server has seen its certificate: a refusal of it comes this way.
    public final var tlsRefusal: TLSError? { tls?.refusal }

    /// Whether the peer was given up for what it has sent that was no content: ``receive(into:)`` has failed then.
    public final var isTLSFlooded: Bool { tls?.isFlooded == true }

    /// What this server has asked of the client; nil for others.
    public final var tlsClientPolicy: TLSClientPolicy? { tls?.clientPolicy }

    /// What the peer has sent first, left where it is: before TLS begins, it tells who speaks something else.
    ///
    /// - Returns: `.bytes` with the byte itself in place of a count.
    public final func peekAtFirstByte() -> ReceiveResult {
        var byte: UInt8 = 0
        // One byte of memory for one byte.
        let count = unsafe recv(descriptor, &byte, 1, CInt(MSG_PEEK | MSG_DONTWAIT))
        if count > 0 { return .bytes(Int(byte)) }
        if count == 0 { return .end }
        return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? .wouldBlock : .failed(errno)
    }

    /// Whether TLS is spoken, or begun.
    public final var isTLS: Bool { tls != nil }

    final func beginTLS(_ role: TLSRole, _ timeoutMilliseconds: Int64) {
        precondition(tls == nil, "TLS begins once")
        do throws(TLSError) {
            let session = try TLSSession(role, of: self)
            tls = session
            session.begin(timeoutMilliseconds: timeoutMilliseconds)
        } catch {
            tlsFailed(error)
        }
    }
}
