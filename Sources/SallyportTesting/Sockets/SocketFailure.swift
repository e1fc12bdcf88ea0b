/// Why a test's own socket did not do what the test asked for.
public enum SocketFailure: Error, Sendable, Equatable {
    /// A system call failed.
    case system(call: String, code: Int32)
    /// The peer closed in the middle of what was read.
    case ended(within: String)
    /// The peer reset the connection.
    case reset
    /// Nothing more came before the deadline.
    case timedOut(waitingFor: String)
    /// What came breaks a rule of HTTP/1.1 (RFC 9112).
    case malformed(String)
}
