/// Finds the client behind proxies that are trusted: the right-most address of the chain that is not one of them.
///
/// Each proxy appends the address that it was called from, so only what trusted proxies appended can be believed, and
/// that is at the right end. X-Forwarded-For is read where it is there, Forwarded (RFC 7239) otherwise: a trusted proxy
/// has to set or remove both. The walk stops at the first element that is no address (`unknown`, an obfuscated name,
/// rubbish): what stands left of it is anybody's claim.
public enum ForwardedFor {
    /// The client's address.
    ///
    /// - Parameters:
    ///   - peer: who is connected to us; the answer unless `isTrusted` says yes to it.
    ///   - isTrusted: whether an address is one of the trusted proxies.
    public static func client(
        _ table: borrowing FieldTable, in bytes: RawSpan, peer: IPAddress, isTrusted: (IPAddress) -> Bool
    ) -> IPAddress {
        guard isTrusted(peer) else { return peer }
        var nearest = peer
        if table.contains(.xForwardedFor) {
            for line in table.lines.reversed() where line.known == .xForwardedFor {
                if !walkList(line.value, bytes, &nearest, isTrusted) { break }
            }
        } else if table.contains(.forwarded) {
            for line in table.lines.reversed() where line.known == .forwarded {
                if !walkElements(line.value, bytes, &nearest, isTrusted) { break }
            }
        }
        return nearest
    }

    /// Walks one X-Forwarded-For value from right to left.
    ///
    /// - Returns: whether to go on with the line before.
    private static func walkList(
        _ value: ByteRange, _ bytes: RawSpan, _ nearest: inout IPAddress, _ isTrusted: (IPAddress) -> Bool
    ) -> Bool {
        var end = Int(value.end)
        let first = Int(value.start)
        while true {
            var start = end
            while start > first, bytes.byte(start - 1) != ASCII.comma { start -= 1 }
            let element = bytes.trimmed(start, end)
            guard let found = IPAddress.parse(withPort: bytes.bytes(element))?.address else { return false }
            nearest = found
            guard isTrusted(found) else { return false }
            if start == first { return true }
            end = start - 1
        }
    }

    private static func walkElements(
        _ value: ByteRange, _ bytes: RawSpan, _ nearest: inout IPAddress, _ isTrusted: (IPAddress) -> Bool
    ) -> Bool {
        guard let elements = ForwardedElement.parse(value, in: bytes) else { return false }
        for element in elements.reversed() {
            guard let range = element.for, let found = IPAddress.parse(withPort: bytes.bytes(range))?.address else {
                return false
            }
            nearest = found
            guard isTrusted(found) else { return false }
        }
        return true
    }
}
