import Hummingbird
import Tokens

/// What a request knows of its client: tokens are bound to that.
struct ClientContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    private let address: String

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        address = source.channel.remoteAddress?.ipAddress ?? ""
    }

    /// The client: the peer, and never a field that it wrote itself. Behind a proxy of your own, take the address that this
    /// one tells instead.
    func client(of request: Request) -> ClientIdentity {
        ClientIdentity(address: address, userAgent: request.headers[.userAgent])
    }
}
