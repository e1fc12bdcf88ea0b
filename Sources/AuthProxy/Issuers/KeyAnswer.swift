/// A key server's answer: its body, and for how long that may be kept.
struct KeyAnswer: Sendable, Equatable {
    /// The body.
    var body: [UInt8]
    /// `max-age` of Cache-Control (RFC 9111 §5.2.2.1), 0 where the answer may not be kept; nil where nothing is said.
    var maxAgeSeconds: Int64?
}
