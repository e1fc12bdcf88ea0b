/// Which side of TLS a stream is. It keeps the context alive that OpenSSL's callbacks use.
enum TLSRole {
    case client(TLSClientContext, serverName: String)
    case server(TLSServerContext)

    func makeSSL() throws(TLSError) -> OpaquePointer {
        switch self {
        case .client(let context, let serverName): try unsafe context.makeSSL(serverName: serverName)
        case .server(let context): try unsafe context.makeSSL()
        }
    }

    /// The peer's certificate, for sentences.
    var peer: String {
        switch self {
        case .client(_, let serverName): "the certificate of \(serverName)"
        case .server: "the client's certificate"
        }
    }
}
