/// A range of addresses in CIDR notation, such as `10.0.0.0/8` or `2001:db8::/32`. An IPv4 range also holds its
/// addresses' mapped form (`::ffff:a.b.c.d`).
public struct AddressRange: Sendable, Hashable {
    /// The range as 16 bytes; IPv4 in mapped form.
    public var bytes: [UInt8]
    /// How many leading bits of ``bytes`` count, 0 to 128; an IPv4 prefix has 96 added.
    public var prefixLength: Int

    /// Describes a range.
    public init(bytes: [UInt8], prefixLength: Int) {
        self.bytes = bytes
        self.prefixLength = prefixLength
    }
}
