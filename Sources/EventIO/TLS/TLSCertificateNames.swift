internal import COpenSSL

/// The names in a certificate: its alternative ones, and its subject.
struct TLSCertificateNames {
    /// DNS names.
    private(set) var hosts: [String] = []
    /// Addresses, in numeric form.
    private(set) var addresses: [String] = []
    /// E-mail addresses.
    private(set) var mailboxes: [String] = []
    /// URIs.
    private(set) var uris: [String] = []
    /// The subject (RFC 2253): `CN=alice,O=Example`.
    let subject: String
    /// The subject's last common name.
    private let commonName: String?

    init(_ certificate: OpaquePointer) {
        let name = unsafe X509_get_subject_name(certificate)
        subject = unsafe Self.text(of: name)
        commonName = unsafe Self.commonName(of: name)
        guard let names = unsafe sallyport_alternative_names(certificate) else { return }
        defer { unsafe GENERAL_NAMES_free(names) }
        let count = unsafe sallyport_name_count(names)
        for index in 0..<count {
            var count: CInt = 0
            guard let bytes = unsafe sallyport_name_bytes(names, index, &count) else { continue }
            // The names own the bytes until they are freed.
            let value = unsafe UnsafeBufferPointer(start: bytes, count: Int(count))
            // A zero byte within a name is an old trick to be taken for another.
            switch unsafe sallyport_name_kind(names, index) {
            case GEN_IPADD: if let text = unsafe Self.address(value) { addresses.append(text) }
            case GEN_DNS: if unsafe !value.contains(0) { hosts.append(unsafe String(decoding: value, as: UTF8.self)) }
            case GEN_EMAIL:
                if unsafe !value.contains(0) { mailboxes.append(unsafe String(decoding: value, as: UTF8.self)) }
            case GEN_URI: if unsafe !value.contains(0) { uris.append(unsafe String(decoding: value, as: UTF8.self)) }
            default: break
            }
        }
    }

    /// The names that a server's certificate is for; the common name counts only where there is no other.
    var serverNames: [String] {
        hosts.isEmpty && addresses.isEmpty ? commonName.map { [$0] } ?? [] : hosts + addresses
    }

    private static func address(_ bytes: UnsafeBufferPointer<UInt8>) -> String? {
        switch bytes.count {
        case 4: return unsafe bytes.map { String($0) }.joined(separator: ".")
        case 16:
            let halves = unsafe (bytes.prefix(8), bytes.suffix(8))
            let high = unsafe halves.0.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            let low = unsafe halves.1.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            let text = SocketAddress(.ipv6(high: high, low: low, port: 0)).description
            return String(text.dropFirst().prefix { $0 != "]" })
        default: return nil
        }
    }

    private static func text(of name: OpaquePointer?) -> String {
        guard let writer = unsafe BIO_new(BIO_s_mem()) else { return "" }
        defer { unsafe BIO_free(writer) }
        // Everything that is not printable ASCII is escaped.
        guard unsafe X509_NAME_print_ex(writer, name, 0, sallyport_name_flags()) >= 0 else { return "" }
        var bytes: UnsafeMutablePointer<CChar>?
        let count = unsafe sallyport_memory_bytes(writer, &bytes)
        guard let bytes = unsafe bytes else { return "" }
        // The writer owns the bytes until it is freed.
        return unsafe String(decoding: UnsafeRawBufferPointer(start: bytes, count: count), as: UTF8.self)
    }

    private static func commonName(of name: OpaquePointer?) -> String? {
        var text = [CChar](repeating: 0, count: 256)
        let count = unsafe X509_NAME_get_text_by_NID(name, NID_commonName, &text, CInt(text.count))
        guard count > 0 else { return nil }
        let bytes = text.prefix(Int(count)).map { UInt8(bitPattern: $0) }
        return bytes.contains(0) ? nil : String(decoding: bytes, as: UTF8.self)
    }
}
