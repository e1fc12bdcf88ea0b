internal import COpenSSL

extension AsymmetricKey {
    /// The numbers of an RSA private key besides `n` and `e` (RFC 7518 §6.3.2), each with the highest byte first.
    public struct RSAPrivateNumbers: Sendable {
        public var d: [UInt8]
        public var p: [UInt8]
        public var q: [UInt8]
        public var dp: [UInt8]
        public var dq: [UInt8]
        public var qi: [UInt8]

        public init(d: [UInt8], p: [UInt8], q: [UInt8], dp: [UInt8], dq: [UInt8], qi: [UInt8]) {
            (self.d, self.p, self.q, self.dp, self.dq, self.qi) = (d, p, q, dp, dq, qi)
        }
    }

    /// A key from one block of PEM (RFC 7468): SubjectPublicKeyInfo, PKCS #8, or the older forms of RSA and EC. A
    /// block that needs a password is refused.
    public convenience init(pem: [UInt8], isPrivate: Bool) throws(CryptoError) {
        // The decoder keeps pointers to the result and to the format's name until it has run: both stay in place.
        let result = UnsafeMutablePointer<OpaquePointer?>.allocate(capacity: 1)
        unsafe result.initialize(to: nil)
        defer { unsafe result.deallocate() }
        let format: StaticString = "PEM"
        let selection = KeySelection.of(isPrivate: isPrivate)
        guard
            let context = unsafe OSSL_DECODER_CTX_new_for_pkey(result, format.cString, nil, nil, selection, nil, nil)
        else { throw .failed(operation: "reading PEM") }
        defer { unsafe OSSL_DECODER_CTX_free(context) }
        // Without a password, no terminal is asked for one.
        _ = unsafe OSSL_DECODER_CTX_set_passphrase(context, [UInt8](), 0)
        let isRead = unsafe pem.withUnsafeBufferPointer { bytes in
            var (start, count) = (bytes.baseAddress, bytes.count)
            return unsafe OSSL_DECODER_from_data(context, &start, &count) == 1
        }
        ERR_clear_error()
        guard isRead, let key = unsafe result.pointee else {
            throw .keyRefused("the PEM block holds no key that can be read without a password")
        }
        try unsafe self.init(taking: key, isPrivate: isPrivate)
    }

    /// The key in an X.509 certificate in PEM. The certificate itself is not judged: whoever gives it vouches for it.
    public convenience init(certificatePEM pem: [UInt8]) throws(CryptoError) {
        let key = unsafe pem.withUnsafeBufferPointer { bytes -> OpaquePointer? in
            // The memory outlives the reader, which copies nothing and writes nothing.
            guard let reader = unsafe BIO_new_mem_buf(bytes.baseAddress, CInt(clamping: bytes.count)) else {
                return nil
            }
            defer { unsafe BIO_free(reader) }
            // With a password given, no terminal is asked for one.
            let password = unsafe UnsafeMutablePointer(mutating: ("none" as StaticString).cString)
            guard let certificate = unsafe PEM_read_bio_X509(reader, nil, nil, password) else { return nil }
            defer { unsafe X509_free(certificate) }
            return unsafe X509_get_pubkey(certificate)
        }
        ERR_clear_error()
        guard let key = unsafe key else { throw .keyRefused("the PEM block holds no certificate") }
        try unsafe self.init(taking: key, isPrivate: false)
    }

    /// An RSA key from its numbers, each with the highest byte first.
    public convenience init(
        rsaModulus n: [UInt8], exponent e: [UInt8], privateNumbers: RSAPrivateNumbers? = nil
    ) throws(CryptoError) {
        // Beyond this the numbers are not worth the time to look at them.
        guard n.count <= 1025, e.count <= 16 else { throw .keyRefused("the RSA key has more than 8192 bits") }
        let parameters = try KeyParameters()
        try parameters.push("n", number: n)
        try parameters.push("e", number: e)
        if let numbers = privateNumbers {
            try parameters.push("d", number: numbers.d)
            try parameters.push("rsa-factor1", number: numbers.p)
            try parameters.push("rsa-factor2", number: numbers.q)
            try parameters.push("rsa-exponent1", number: numbers.dp)
            try parameters.push("rsa-exponent2", number: numbers.dq)
            try parameters.push("rsa-coefficient1", number: numbers.qi)
        }
        let isPrivate = privateNumbers != nil
        try unsafe self.init(taking: parameters.makeKey("RSA", isPrivate: isPrivate), isPrivate: isPrivate)
    }

    /// A key on a curve from its point's coordinates and, where it can sign, its private number; each has exactly the
    /// length of a coordinate (RFC 7518 §6.2).
    public convenience init(
        curve: EllipticCurve, x: [UInt8], y: [UInt8], privateNumber d: [UInt8]? = nil
    ) throws(CryptoError) {
        guard x.count == curve.byteCount, y.count == curve.byteCount, d?.count ?? curve.byteCount == curve.byteCount
        else { throw .keyRefused("a number of the \(curve.rawValue) key has not \(curve.byteCount) bytes") }
        let parameters = try KeyParameters()
        try parameters.push("group", text: curve.groupName)
        try parameters.push("pub", octets: [0x04] + x + y)
        if let d { try parameters.push("priv", number: d) }
        try unsafe self.init(taking: parameters.makeKey("EC", isPrivate: d != nil), isPrivate: d != nil)
    }

    /// An Ed25519 key from its public and, where it can sign, its private bytes, 32 each (RFC 8032 §5.1.5).
    public convenience init(ed25519 x: [UInt8], privateBytes d: [UInt8]? = nil) throws(CryptoError) {
        guard x.count == 32, d?.count ?? 32 == 32 else { throw .keyRefused("the Ed25519 key has not 32 bytes") }
        let parameters = try KeyParameters()
        try parameters.push("pub", octets: x)
        if let d { try parameters.push("priv", octets: d) }
        try unsafe self.init(taking: parameters.makeKey("ED25519", isPrivate: d != nil), isPrivate: d != nil)
    }

    /// A new key pair; RSA gets 2048 bits.
    public static func generate(for scheme: SignatureScheme) throws(CryptoError) -> AsymmetricKey {
        let pointer: OpaquePointer?
        switch scheme {
        case .rsaPKCS1, .rsaPSS: unsafe pointer = unsafe sallyport_generate_rsa(2048)
        case .ecdsa(let curve): unsafe pointer = unsafe sallyport_generate_ec(curve.groupName.cString)
        case .ed25519: unsafe pointer = unsafe sallyport_generate_ed25519()
        }
        guard let pointer = unsafe pointer else {
            ERR_clear_error()
            throw .failed(operation: "making a key")
        }
        return try unsafe AsymmetricKey(taking: pointer, isPrivate: true)
    }
}
