internal import COpenSSL

/// The parameters that a key is built from; it owns the library's builder and all that was given to it until the key
/// is made, and wipes it then. It stays on one thread.
@safe final class KeyParameters {
    private let builder: OpaquePointer
    private var numbers: [OpaquePointer] = unsafe []
    /// What the builder only refers to.
    private var octets: [UnsafeMutableBufferPointer<UInt8>] = unsafe []

    init() throws(CryptoError) {
        guard let builder = unsafe OSSL_PARAM_BLD_new() else { throw .failed(operation: "building a key") }
        unsafe self.builder = unsafe builder
    }

    deinit {
        unsafe OSSL_PARAM_BLD_free(builder)
        unsafe numbers.forEach { unsafe BN_clear_free($0) }
        unsafe octets.forEach {
            unsafe OPENSSL_cleanse($0.baseAddress, $0.count)
            unsafe $0.deallocate()
        }
    }

    /// A number, with the highest byte first.
    func push(_ name: StaticString, number bytes: [UInt8]) throws(CryptoError) {
        guard let number = unsafe BN_bin2bn(bytes, CInt(clamping: bytes.count), nil) else {
            throw .failed(operation: "building a key")
        }
        unsafe numbers.append(number)
        guard unsafe OSSL_PARAM_BLD_push_BN(builder, name.cString, number) == 1 else {
            throw .failed(operation: "building a key")
        }
    }

    /// A name.
    func push(_ name: StaticString, text: StaticString) throws(CryptoError) {
        guard unsafe OSSL_PARAM_BLD_push_utf8_string(builder, name.cString, text.cString, 0) == 1 else {
            throw .failed(operation: "building a key")
        }
    }

    /// Bytes.
    func push(_ name: StaticString, octets bytes: [UInt8]) throws(CryptoError) {
        let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count)
        _ = unsafe buffer.initialize(from: bytes)
        unsafe octets.append(buffer)
        guard unsafe OSSL_PARAM_BLD_push_octet_string(builder, name.cString, buffer.baseAddress, bytes.count) == 1
        else {
            throw .failed(operation: "building a key")
        }
    }

    /// The key, which the caller owns.
    func makeKey(_ type: String, isPrivate: Bool) throws(CryptoError) -> OpaquePointer {
        guard let context = unsafe EVP_PKEY_CTX_new_from_name(nil, type, nil) else {
            throw .failed(operation: "building a key")
        }
        defer { unsafe EVP_PKEY_CTX_free(context) }
        guard let parameters = unsafe OSSL_PARAM_BLD_to_param(builder) else {
            throw .failed(operation: "building a key")
        }
        defer { unsafe OSSL_PARAM_free(parameters) }
        var key: OpaquePointer?
        guard unsafe EVP_PKEY_fromdata_init(context) == 1,
            unsafe EVP_PKEY_fromdata(context, &key, KeySelection.of(isPrivate: isPrivate), parameters) == 1,
            let key = unsafe key
        else {
            ERR_clear_error()
            throw .keyRefused("the numbers make no \(type) key")
        }
        return unsafe key
    }
}

/// Which parts of a key an operation of the library is about.
enum KeySelection {
    static func of(isPrivate: Bool) -> CInt {
        isPrivate ? sallyport_selection_key_pair() : sallyport_selection_public_key()
    }
}

extension StaticString {
    /// The text as a C string, which lives as long as the process.
    var cString: UnsafePointer<CChar> {
        // A static string that is no single scalar is stored with a NUL byte behind it.
        unsafe UnsafeRawPointer(utf8Start).assumingMemoryBound(to: CChar.self)
    }
}
