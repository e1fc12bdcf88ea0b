extension TLSClientConfiguration {
    /// Reads the `tls:` of a store or an upstream.
    ///
    /// - Parameter mayTrustAnybody: whether `verify: false` can be written.
    static func read(
        _ reader: MappingReader, _ context: ReadingContext, mayTrustAnybody: Bool
    ) -> TLSClientConfiguration {
        let files = TLSFileReader(context: context)
        var tls = TLSClientConfiguration()
        tls.authorities = files.authorities("ca", reader)
        tls.certificate = files.certificate(reader)
        tls.serverName = files.serverName(reader)
        if mayTrustAnybody { tls.readVerification(reader, context) }
        reader.finish()
        return tls
    }

    private mutating func readVerification(_ reader: MappingReader, _ context: ReadingContext) {
        reader.boolean("verify", into: &isVerified)
        guard !isVerified, let node = reader.value("verify") else { return }
        if reader.has("ca") {
            context.problems.report(node, "is false, so that nobody looks at the ca: remove one of the two")
        }
        context.problems.warn(
            node, "is false: whoever is on the way can read and change everything; name the server's ca instead")
    }
}
