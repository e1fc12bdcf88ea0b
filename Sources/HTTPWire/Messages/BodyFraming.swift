/// How the end of a message's body is known (RFC 9112 §6.3).
public enum BodyFraming: Sendable, Equatable {
    /// No body: neither field in a request, or a response that never has one.
    case none
    /// Content-Length.
    case length(Int64)
    /// Transfer-Encoding: chunked.
    case chunked
    /// Until the connection closes; responses only.
    case untilClose
}
