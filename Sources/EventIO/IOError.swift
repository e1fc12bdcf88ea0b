internal import CLibevent
internal import Glibc

/// A system call that failed: which one, with which `errno`. Whether the peer, the network or we are to blame is for the
/// caller to say, who knows what it was doing.
public struct IOError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The `errno` value.
    public var code: CInt
    /// What was being done: a phrase such as `bind to 127.0.0.1:80`.
    public var action: String

    /// A failure.
    public init(_ code: CInt, _ action: String) {
        self.code = code
        self.action = action
    }

    /// The failure of the system call that just returned.
    static func last(_ action: @autoclosure () -> String) -> IOError {
        let code = errno
        return IOError(code, action())
    }

    /// Whether the process or the system has run out of descriptors or memory: nobody else's fault, and over in a moment.
    public var isExhaustion: Bool { code == EMFILE || code == ENFILE || code == ENOBUFS || code == ENOMEM }

    /// The system's words for `code`.
    public var reason: String {
        var buffer = [CChar](repeating: 0, count: 128)
        // glibc's own strerror_r may return a static string instead of filling the buffer; thread-safe either way.
        guard let text = unsafe sallyport_strerror(code, &buffer, buffer.count) else { return "error \(code)" }
        return unsafe String(cString: text)
    }

    public var description: String { "cannot \(action): \(reason)" }
}
