/// The way from a callback of nghttp2 back to the session that it is about.
///
/// Safe: the pointer is this object's own address. The session holds the object for as long as nghttp2 may call back.
@safe
final class UserPointer {
    unowned(unsafe) var session: HTTP2Session?

    /// What nghttp2 hands to its callbacks.
    var pointer: UnsafeMutableRawPointer { unsafe Unmanaged.passUnretained(self).toOpaque() }

    /// The session behind a callback's pointer.
    static func session(_ pointer: UnsafeMutableRawPointer?) -> HTTP2Session? {
        guard let pointer = unsafe pointer else { return nil }
        // Both live for as long as the callback runs: it is called from a method of the session.
        return unsafe Unmanaged<UserPointer>.fromOpaque(pointer).takeUnretainedValue().session
    }
}
