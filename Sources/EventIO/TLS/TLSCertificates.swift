internal import COpenSSL

/// The certificates of a PEM file, at least one.
///
/// Safe: it owns one reference to each certificate and gives them back in `deinit`.
@safe
final class TLSCertificates {
    private var certificates: [OpaquePointer] = unsafe []
    /// The file as it was read.
    let bytes: [UInt8]

    convenience init(file: String) throws(TLSError) {
        try self.init(try TLSMaterial.contents(of: file, called: "the certificate file"), file: file)
    }

    /// - Parameter file: what the bytes were read from, for sentences.
    init(_ bytes: [UInt8], file: String) throws(TLSError) {
        self.bytes = bytes
        ERR_clear_error()
        // The memory is only read, and outlives the reader.
        unsafe bytes.withUnsafeBytes { memory in
            guard let reader = unsafe BIO_new_mem_buf(memory.baseAddress, CInt(memory.count)) else { return }
            defer { unsafe BIO_free(reader) }
            while let certificate = unsafe PEM_read_bio_X509(reader, nil, { _, _, _, _ in 0 }, nil) {
                unsafe certificates.append(certificate)
            }
        }
        // The reader ends at the file's end with "no start line"; anything else is a certificate that it could not read.
        let code = ERR_peek_last_error()
        let isEnd = sallyport_error_reason(code) == PEM_R_NO_START_LINE
        let reason = TLSError.openSSLReason()
        if unsafe certificates.isEmpty {
            throw TLSError(.material, "\(file) holds no certificate in PEM form")
        }
        guard isEnd else { throw TLSError(.material, "a certificate in \(file) cannot be read: \(reason)") }
    }

    deinit { for index in unsafe certificates.indices { unsafe X509_free(certificates[index]) } }

    var indices: Range<Int> { unsafe certificates.indices }
    subscript(index: Int) -> OpaquePointer { unsafe certificates[index] }
    var first: OpaquePointer { unsafe certificates[0] }
}
