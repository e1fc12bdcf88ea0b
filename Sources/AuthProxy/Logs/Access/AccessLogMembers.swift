internal import HTTPWire

/// Members of access lines that are the same for many requests, written once: those of a route, or of an identity.
///
/// Bytes have no padding, so that their span is as good as its bytes.
public final class AccessLogMembers: Sendable {
    /// As members of a JSON object, each behind a comma.
    let json: [UInt8]
    /// What people see of them: the upstream, or the subject.
    let plain: [UInt8]

    /// A route and its upstream.
    ///
    /// - Parameters:
    ///   - route: the name or the pattern of the route; left out if it is empty, as is the upstream.
    ///   - upstream: the upstream's name.
    public init(route: [UInt8], upstream: [UInt8]) {
        plain = upstream
        json = Self.render { output in
            unsafe output.append(",\"route\":", jsonIfPresent: route.span.bytes)
            unsafe output.append(",\"upstream\":", jsonIfPresent: upstream.span.bytes)
        }
    }

    /// Who it is.
    ///
    /// - Parameters:
    ///   - subject: `sub` of the token; left out if it is empty, as is the other.
    ///   - tokenID: `jti` of the token.
    public init(subject: [UInt8], tokenID: [UInt8]) {
        plain = subject
        json = Self.render { output in
            unsafe output.append(",\"sub\":", jsonIfPresent: subject.span.bytes)
            unsafe output.append(",\"jti\":", jsonIfPresent: tokenID.span.bytes)
        }
    }

    private static func render(_ write: (OutputBuffer) -> Void) -> [UInt8] {
        let output = OutputBuffer(capacity: 128)
        write(output)
        // Copied before the buffer goes.
        return unsafe output.withUnsafeBytes { unsafe Array($0) }
    }
}
