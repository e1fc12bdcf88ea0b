internal import COpenSSL
internal import Glibc

/// Reads certificates and keys from PEM files into OpenSSL's contexts. It blocks: never on a loop.
enum TLSMaterial {
    /// No file of certificates or keys is larger.
    private static let fileLimit = 4 * 1024 * 1024

    /// A context with what holds for both sides: TLS 1.2 and 1.3, Mozilla's "intermediate" ciphers, no compression, no
    /// renegotiation, buffers only while bytes are in them.
    static func context(_ method: OpaquePointer?) throws(TLSError) -> OpaquePointer {
        ERR_clear_error()
        guard let context = unsafe SSL_CTX_new(method) else {
            throw TLSError(.material, "TLS cannot be set up: \(TLSError.openSSLReason())")
        }
        let ciphers =
            "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
            + "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305"
        guard unsafe sallyport_tls_basics(context) == 1, unsafe SSL_CTX_set_cipher_list(context, ciphers) == 1 else {
            unsafe SSL_CTX_free(context)
            throw TLSError(.material, "TLS cannot be set up: \(TLSError.openSSLReason())")
        }
        // Without this OpenSSL would ask for a passphrase on the terminal.
        unsafe SSL_CTX_set_default_passwd_cb(context) { _, _, _, _ in 0 }
        return unsafe context
    }

    /// Has a context present a certificate and its chain.
    static func use(_ files: TLSCertificateFiles, in context: OpaquePointer) throws(TLSError) {
        let chain = try TLSCertificates(file: files.certificate)
        ERR_clear_error()
        guard unsafe SSL_CTX_use_certificate(context, chain.first) == 1 else {
            throw TLSError(
                .material, "the certificate in \(files.certificate) cannot be used: \(TLSError.openSSLReason())")
        }
        for index in chain.indices.dropFirst() {
            // The context takes a reference of its own.
            guard unsafe sallyport_tls_add_chain(context, chain[index]) == 1 else {
                throw TLSError(
                    .material, "the chain in \(files.certificate) cannot be used: \(TLSError.openSSLReason())")
            }
        }
        let key = try unsafe privateKey(contents(of: files.key, called: "the private key"), file: files.key)
        defer { unsafe EVP_PKEY_free(key) }
        try unsafe match(key, chain, files)
        ERR_clear_error()
        guard unsafe SSL_CTX_use_PrivateKey(context, key) == 1 else {
            throw TLSError(.material, "the private key in \(files.key) cannot be used: \(TLSError.openSSLReason())")
        }
    }

    /// Has a context accept peers whose certificates lead to one of a file's. Returns the file's bytes.
    @discardableResult
    static func trust(file: String, in context: OpaquePointer, asksForIt: Bool = false) throws(TLSError) -> [UInt8] {
        let authorities = try TLSCertificates(file: file)
        let store = unsafe SSL_CTX_get_cert_store(context)
        for index in authorities.indices {
            ERR_clear_error()
            // Store and list take references of their own. A certificate that is there twice is no error.
            guard unsafe X509_STORE_add_cert(store, authorities[index]) == 1 else {
                throw TLSError(.material, "a certificate in \(file) cannot be used: \(TLSError.openSSLReason())")
            }
            if asksForIt { _ = unsafe SSL_CTX_add_client_CA(context, authorities[index]) }
        }
        return authorities.bytes
    }

    /// Whether a key is that of a chain's first certificate.
    private static func match(
        _ key: OpaquePointer, _ chain: TLSCertificates, _ files: TLSCertificateFiles
    ) throws(TLSError) {
        defer { ERR_clear_error() }
        guard unsafe X509_check_private_key(chain.first, key) == 1 else {
            throw TLSError(
                .material, "the private key in \(files.key) does not belong to the certificate in \(files.certificate)")
        }
    }

    /// What would be wrong with files of these contents, for whoever judges before they are used.
    static func judge(
        _ files: TLSCertificateFiles, certificate: [UInt8], key: [UInt8]
    ) throws(TLSError) {
        let chain = try TLSCertificates(certificate, file: files.certificate)
        let key = try unsafe privateKey(key, file: files.key)
        defer { unsafe EVP_PKEY_free(key) }
        try unsafe match(key, chain, files)
    }

    /// A private key, which the caller frees.
    private static func privateKey(_ bytes: consuming [UInt8], file: String) throws(TLSError) -> OpaquePointer {
        defer { for index in bytes.indices { bytes[index] = 0 } }
        ERR_clear_error()
        // The memory is only read, and outlives the reader.
        let key = unsafe bytes.withUnsafeBytes { memory -> OpaquePointer? in
            guard let reader = unsafe BIO_new_mem_buf(memory.baseAddress, CInt(memory.count)) else { return nil }
            defer { unsafe BIO_free(reader) }
            return unsafe PEM_read_bio_PrivateKey(reader, nil, { _, _, _, _ in 0 }, nil)
        }
        guard let key = unsafe key else {
            let isEncrypted = bytes.span.holds("ENCRYPTED")
            ERR_clear_error()
            throw TLSError(
                .material,
                isEncrypted
                    ? "the private key in \(file) is encrypted with a passphrase: store it without one"
                    : "\(file) holds no private key in PEM form")
        }
        return unsafe key
    }

    /// A file's bytes.
    static func contents(of file: String, called what: String) throws(TLSError) -> [UInt8] {
        let descriptor = unsafe open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw TLSError(.material, "\(what) \(file) cannot be read: \(IOError.last("").reason)")
        }
        defer { _ = Glibc.close(descriptor) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 16 * 1024)
        while true {
            let count = unsafe read(descriptor, &part, part.count)
            if count == 0 { break }
            guard count > 0 else {
                if errno == EINTR { continue }
                throw TLSError(.material, "\(what) \(file) cannot be read: \(IOError.last("").reason)")
            }
            bytes += part[..<count]
            guard bytes.count <= fileLimit else { throw TLSError(.material, "\(what) \(file) is too large") }
        }
        return bytes
    }
}

extension Span<UInt8> {
    /// Whether a word occurs.
    fileprivate func holds(_ word: StaticString) -> Bool {
        let length = word.utf8CodeUnitCount
        guard count >= length else { return false }
        // A static string's letters live for ever.
        for start in 0...(count - length)
        where (0..<length).allSatisfy({ unsafe self[start + $0] == word.utf8Start[$0] }) {
            return true
        }
        return false
    }
}
