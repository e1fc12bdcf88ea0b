internal import CNghttp2
internal import HTTPWire

/// The fields of one answer as nghttp2 wants them: pointers into bytes that somebody else holds. One block is reused.
///
/// Safe: pointers are made within ``withVector(over:_:)`` from ranges of the bytes that are lent for its duration, and the
/// status lies in a buffer of its own.
@safe
struct FieldBlock {
    private var lines: [(name: ByteRange, value: ByteRange, isSecret: Bool)] = []
    private var vector: [nghttp2_nv] = unsafe []
    private let status = OutputBuffer(capacity: 16)

    private static let statusName: StaticString = ":status"

    /// Begins a block.
    ///
    /// - Parameter status: nil for trailers.
    mutating func begin(status code: Int?) {
        lines.removeAll(keepingCapacity: true)
        status.removeAll()
        if let code { status.append(decimal: code) }
    }

    /// Adds the fields that may stand in HTTP/2: all but those of the connection (RFC 9113 §8.2.2), and what belongs to
    /// the handshake of a WebSocket (RFC 8441 §5).
    mutating func append(_ fields: [FieldLine]) {
        for line in fields where !line.known.isHopByHop && line.known != .secWebSocketAccept {
            lines.append((line.name, line.value, line.known == .setCookie))
        }
    }

    /// Lends the block as a vector.
    mutating func withVector<Result>(
        over bytes: UnsafeRawBufferPointer, _ body: (UnsafePointer<nghttp2_nv>?, Int) -> Result
    ) -> Result {
        unsafe vector.removeAll(keepingCapacity: true)
        return unsafe status.withUnsafeBytes { code in
            if code.count > 0 {
                unsafe vector.append(
                    Self.pair(
                        UnsafeRawBufferPointer(
                            start: Self.statusName.utf8Start, count: Self.statusName.utf8CodeUnitCount),
                        code, NGHTTP2_NV_FLAG_NONE))
            }
            for line in lines {
                // The ranges were found in these very bytes. A cookie has no place in a compression table.
                unsafe vector.append(
                    Self.pair(
                        UnsafeRawBufferPointer(rebasing: bytes[line.name.range]),
                        UnsafeRawBufferPointer(rebasing: bytes[line.value.range]),
                        line.isSecret ? NGHTTP2_NV_FLAG_NO_INDEX : NGHTTP2_NV_FLAG_NONE))
            }
            return unsafe vector.withUnsafeBufferPointer { unsafe body($0.baseAddress, $0.count) }
        }
    }

    private static func pair(
        _ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer, _ flag: nghttp2_nv_flag
    ) -> nghttp2_nv {
        // nghttp2 only reads through them; its type does not say so.
        unsafe nghttp2_nv(
            name: UnsafeMutablePointer(mutating: name.baseAddress?.assumingMemoryBound(to: UInt8.self)),
            value: UnsafeMutablePointer(mutating: value.baseAddress?.assumingMemoryBound(to: UInt8.self)),
            namelen: name.count, valuelen: value.count, flags: UInt8(flag.rawValue))
    }
}
