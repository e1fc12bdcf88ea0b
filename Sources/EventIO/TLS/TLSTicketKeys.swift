internal import COpenSSL
internal import Glibc
internal import Synchronization

/// The keys with which session tickets are sealed (RFC 5077, RFC 8446 §4.6.1): of all loops together, so that a client
/// resumes wherever the kernel puts its next connection.
///
/// A key seals for four hours and opens for eight; then it is gone, and with it the way into what was recorded under it.
/// Safe to share: the keys are behind a mutex.
public final class TLSTicketKeys: Sendable {
    private struct Key {
        var name: [UInt8]
        var sealing: [UInt8]
        var authentication: [UInt8]
        var madeAt: Int64
    }

    /// The newest first.
    private let keys = Mutex<[Key]>([])
    /// For how long a key seals, in milliseconds.
    static let sealingMilliseconds: Int64 = 4 * 3600 * 1000

    /// Keys that are made when they are first needed.
    public init() {}

    /// Has a context make and read its tickets with these keys.
    func attach(to context: OpaquePointer) {
        _ = unsafe SSL_CTX_set_timeout(context, Int(Self.sealingMilliseconds / 1000))
        _ = unsafe SSL_CTX_set_tlsext_ticket_key_evp_cb(context) { ssl, name, vector, cipher, mac, isSealing in
            guard let keys = unsafe TLSServerContext.of(ssl), let name = unsafe name, let vector = unsafe vector else {
                return -1
            }
            return unsafe isSealing == 1
                ? keys.seal(name, vector, cipher, mac, now: MonotonicTime.coarseMilliseconds)
                : keys.open(
                    name, vector, cipher, mac, now: MonotonicTime.coarseMilliseconds,
                    isSingleUse: SSL_version(ssl) >= TLS1_3_VERSION)
        }
    }

    /// Prepares the sealing of a ticket: 1, or -1 for none.
    private func seal(
        _ name: UnsafeMutablePointer<UInt8>, _ vector: UnsafeMutablePointer<UInt8>, _ cipher: OpaquePointer?,
        _ mac: OpaquePointer?, now: Int64
    ) -> CInt {
        guard let key = sealingKey(now), unsafe RAND_bytes(vector, 16) == 1 else { return -1 }
        // OpenSSL gives 16 bytes for the name and as many as the cipher's vector has, which are 16.
        for (index, byte) in key.name.enumerated() { unsafe name[index] = byte }
        return unsafe Self.prepare(key, vector, cipher, mac, isSealing: true) ? 1 : -1
    }

    /// Prepares the opening of a ticket: 1, 2 if the client should get a new one too, or 0 for one that is not ours.
    ///
    /// - Parameter isSingleUse: whether clients show a ticket once only (TLS 1.3, RFC 8446 §C.4): without a new one, every
    ///   second handshake would be a full one.
    private func open(
        _ name: UnsafeMutablePointer<UInt8>, _ vector: UnsafeMutablePointer<UInt8>, _ cipher: OpaquePointer?,
        _ mac: OpaquePointer?, now: Int64, isSingleUse: Bool
    ) -> CInt {
        // As above: 16 bytes.
        let wanted = unsafe UnsafeBufferPointer(start: name, count: 16)
        let found = keys.withLock { keys in
            keys.first { unsafe $0.name.elementsEqual(wanted) && now - $0.madeAt < 2 * Self.sealingMilliseconds }
        }
        guard let found, unsafe Self.prepare(found, vector, cipher, mac, isSealing: false) else { return 0 }
        return isSingleUse || now - found.madeAt >= Self.sealingMilliseconds ? 2 : 1
    }

    private func sealingKey(_ now: Int64) -> Key? {
        keys.withLock { keys in
            if let newest = keys.first, now - newest.madeAt < Self.sealingMilliseconds { return newest }
            keys.removeAll { now - $0.madeAt >= 2 * Self.sealingMilliseconds }
            guard let name = Self.random(16), let sealing = Self.random(32), let authentication = Self.random(32)
            else { return nil }
            let key = Key(name: name, sealing: sealing, authentication: authentication, madeAt: now)
            keys.insert(key, at: 0)
            return key
        }
    }

    private static func prepare(
        _ key: Key, _ vector: UnsafeMutablePointer<UInt8>, _ cipher: OpaquePointer?, _ mac: OpaquePointer?,
        isSealing: Bool
    ) -> Bool {
        let ready =
            unsafe isSealing
            ? EVP_EncryptInit_ex(cipher, EVP_aes_256_cbc(), nil, key.sealing, vector)
            : EVP_DecryptInit_ex(cipher, EVP_aes_256_cbc(), nil, key.sealing, vector)
        guard ready == 1 else { return false }
        var authentication = key.authentication
        // The parameters point to the copy and to a static word for this call only, in which OpenSSL copies them.
        return unsafe authentication.withUnsafeMutableBytes { bytes in
            unsafe sallyport_ticket_mac(mac, bytes.baseAddress, bytes.count) == 1
        }
    }

    private static func random(_ count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        return unsafe RAND_bytes(&bytes, CInt(count)) == 1 ? bytes : nil
    }
}
