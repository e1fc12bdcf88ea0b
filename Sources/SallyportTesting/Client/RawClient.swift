/// A client that sends exactly the bytes a test gives it, in the pieces it asks for, and reads strictly. It blocks.
public final class RawClient {
    /// How a request's bytes leave.
    public enum Pacing: Sendable {
        /// In one piece.
        case whole
        /// One byte at a time.
        case byteByByte
        /// In two pieces, cut before the given position.
        case split(at: Int)
    }

    /// Reads what comes.
    public let reader: WireReader
    /// The connection.
    public var socket: Socket { reader.socket }

    /// Connects.
    ///
    /// - Parameters:
    ///   - source: a local address to come from, such as `127.0.0.9`.
    ///   - receiveBuffer: the kernel's receive buffer in bytes.
    ///   - patience: how long each step may take.
    public init(
        _ address: SocketAddress, from source: String? = nil, receiveBuffer: Int32? = nil,
        patience: Duration = .seconds(20)
    ) throws(SocketFailure) {
        let deadline = Deadline(in: patience)
        let socket = try Socket.connect(to: address, from: source, receiveBuffer: receiveBuffer, deadline: deadline)
        reader = WireReader(socket, patience: patience)
    }

    /// Sends bytes.
    public func send(_ bytes: [UInt8], _ pacing: Pacing = .whole) throws(SocketFailure) {
        let deadline = Deadline(in: reader.patience)
        switch pacing {
        case .whole: try socket.send(bytes, deadline: deadline)
        case .byteByByte: for byte in bytes { try socket.send([byte], deadline: deadline) }
        case .split(let position):
            try socket.send(bytes[..<position], deadline: deadline)
            try socket.send(bytes[position...], deadline: deadline)
        }
    }

    /// Sends a text as UTF-8.
    public func send(_ text: String, _ pacing: Pacing = .whole) throws(SocketFailure) {
        try send(Array(text.utf8), pacing)
    }

    /// Sends the end of the stream and goes on reading.
    public func finishSending() { socket.finishSending() }

    /// Reads the next response.
    public func response(to method: String = "GET") throws(SocketFailure) -> RawResponse {
        try reader.response(to: method)
    }

    /// Sends a request and reads its response; the connection stays open.
    public func exchange(
        _ method: String = "GET", _ target: String = "/", _ fields: [(String, String)] = [], body: String? = nil
    ) throws(SocketFailure) -> RawResponse {
        try send(MessageText.request(method, target, fields, body: body))
        return try response(to: method)
    }

    /// Whether the peer closes, or resets, before the deadline without sending another byte.
    public func isClosedByPeer(_ deadline: Deadline = .soon) -> Bool {
        do { return try socket.receive(deadline: deadline).isEmpty } catch { return error == .reset }
    }

    /// Whether the peer sends nothing and keeps the connection for a while; a short while is enough to see an answer
    /// that came too early.
    public func isQuiet(for duration: Duration) -> Bool {
        do { _ = try socket.receive(deadline: Deadline(in: duration)) } catch {
            if case .timedOut = error { return true }
        }
        return false
    }

    /// Closes.
    public func close() { socket.close() }
}
