internal import EventIO
internal import HTTPWire

/// An exchange that lives on after it was decided, a WebSocket or an answer without an end, as long as its token does.
///
/// It belongs to its loop, from ``LiveTokens/add(_:isEventStream:)`` until the exchange is over. Its deadline is that of its
/// farewell.
final class LiveExchange: WheelEntry {
    /// It outlives this object: it lets go of it when it is over.
    unowned let exchange: Exchange
    /// What it rests on, which holds it too until the exchange is over.
    var token: LiveToken?
    /// Where it lies in the token's list.
    var index = -1
    /// Whether a client takes the end of the answer for what it is, and comes again.
    let isEventStream: Bool
    /// Where the frames to a WebSocket's client begin.
    var frames = WebSocketFrameBoundary()
    /// Why it ends; nil while it does not.
    var ending: LiveEnding?

    init(_ exchange: Exchange, isEventStream: Bool) {
        self.exchange = exchange
        self.isEventStream = isEventStream
        super.init()
    }

    override func deadlineReached() { exchange.farewellTimedOut() }
}

/// Why an exchange ends with its token.
enum LiveEnding {
    case expired
    case revoked

    /// For the access log.
    var reason: StaticString {
        switch self {
        case .expired: "token_expired"
        case .revoked: "token_revoked"
        }
    }

    /// For a WebSocket's client.
    var sentence: String {
        switch self {
        case .expired: "The token has expired."
        case .revoked: "The token was revoked."
        }
    }
}
