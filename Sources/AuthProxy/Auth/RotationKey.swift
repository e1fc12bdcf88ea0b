internal import HTTPWire

/// What requests have in common that may wait for one rotation together: the token, and the client that it is bound to.
/// Each part stands for itself; nothing is joined.
struct RotationKey: Hashable, Sendable {
    var token: [UInt8]
    var address: IPAddress
    var userAgent: [UInt8]?
}
