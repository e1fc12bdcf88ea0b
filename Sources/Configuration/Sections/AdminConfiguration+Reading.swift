internal import HTTPWire

extension AdminConfiguration {
    /// Reads `admin:`; nil without the section.
    static func read(
        _ root: MappingReader, _ context: ReadingContext, beside listeners: [ListenerConfiguration]
    ) -> AdminConfiguration? {
        guard let reader = root.section("admin", context) else { return nil }
        defer { reader.finish() }
        guard let (text, node) = reader.string("address") else {
            if !reader.has("address") {
                reader.reportMissing("address", "is missing: write 127.0.0.1:9901 or unix:PATH")
            }
            return nil
        }
        switch AddressText.read(text, mayBeName: false, context) {
        case .refused(let message): context.problems.report(node, message)
        case .address(let address):
            if !isAnyPort(address), listeners.contains(where: { $0.address == address }) {
                context.problems.report(
                    node, "is where a listener serves clients, who would see it: choose another port or unix:PATH")
            }
            if case .tcp(let host, _) = address, !isLoopback(host) {
                context.problems.warn(
                    node, "is reached from other machines, and asks nobody who he is: keep them away, or use 127.0.0.1")
            }
            return AdminConfiguration(address: address)
        }
        return nil
    }

    private static func isAnyPort(_ address: ListenerConfiguration.Address) -> Bool {
        if case .tcp(_, 0) = address { true } else { false }
    }

    private static func isLoopback(_ host: String) -> Bool {
        guard let address = IPAddress(host) else { return false }
        let four = IPAddress(v4: 0x7f00_0000)
        return address.isContained(in: four, prefixLength: 104) || address == IPAddress(high: 0, low: 1)
    }
}
