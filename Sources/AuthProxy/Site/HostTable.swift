internal import HTTPWire

/// Finds what is served for a host: by its exact name, by `*.` in front of a part of it, or without a name.
///
/// The exact name comes first, then the longest part behind a star, then what names no host; each is asked whether it
/// serves the path. A host's parts are hashed once, from its end, so that the time grows with the dots in a host and not
/// with the number of hosts.
struct HostTable<Value: Sendable>: Sendable {
    private var entries: [(host: [UInt8], value: Value)] = []
    /// By the hash of a host from its end, indices into `entries`.
    private var exact: [UInt64: [Int]] = [:]
    /// The same for what stands behind `*`, the dot included.
    private var wildcards: [UInt64: [Int]] = [:]

    /// The labels that a host may have behind its star.
    static var wildcardLabels: Int { 16 }

    /// Whether it names no host.
    var isEmpty: Bool { entries.isEmpty }

    /// The index of a host's entry, which is made where there is none.
    ///
    /// - Parameter host: in lower case; `*.` in front stands for one label or more.
    mutating func index(of host: String, orMake value: @autoclosure () -> Value) -> Int {
        let isWildcard = host.hasPrefix("*.")
        let name = Array(isWildcard ? host.utf8.dropFirst() : host.utf8[...])
        let key = PathHash.of(name.reversed())
        let known = (isWildcard ? wildcards[key] : exact[key]) ?? []
        if let index = known.first(where: { entries[$0].host == name }) { return index }
        entries.append((name, value()))
        if isWildcard {
            wildcards[key, default: []].append(entries.count - 1)
        } else {
            exact[key, default: []].append(entries.count - 1)
        }
        return entries.count - 1
    }

    subscript(_ index: Int) -> Value {
        get { entries[index].value }
        set { entries[index].value = newValue }
    }

    /// Asks what is served for a host, the most specific entry first, until one has an answer.
    ///
    /// - Parameter host: in lower case without port.
    @inline(__always)
    func find<Found>(_ host: RawSpan, _ ask: (borrowing Value) -> Found?) -> Found? {
        let end = host.byteCount
        var hash = PathHash()
        // Where parts behind a star were found, the shortest first.
        var parts = InlineArray<16, Int>(repeating: 0)
        var count = 0
        var offset = end
        while offset > 0 {
            offset &-= 1
            let byte = host.byteAt(offset)
            hash.add(byte)
            guard byte == UInt8(ascii: "."), offset > 0, !wildcards.isEmpty, let known = wildcards[hash.value] else {
                continue
            }
            for index in known where host.isEqual(ByteRange(offset, end), to: entries[index].host) && count < 16 {
                parts[count] = index
                count &+= 1
            }
        }
        if let known = exact[hash.value] {
            for index in known where host.isEqual(ByteRange(0, end), to: entries[index].host) {
                if let found = ask(entries[index].value) { return found }
            }
        }
        while count > 0 {
            count &-= 1
            if let found = ask(entries[parts[count]].value) { return found }
        }
        return nil
    }
}
