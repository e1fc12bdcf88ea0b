internal import CryptoPrimitives
internal import Glibc

/// The private folder in which the demo keeps what outlives it: the secret, the store and the audit log.
public struct StateFolder: Sendable {
    /// The folder.
    public let path: String
    /// The key that signs the demo's tokens: 64 characters of base64url, made of 48 random bytes.
    public let secret: [UInt8]

    /// The embedded store.
    public var database: String { path + "/sallyport.db" }
    /// The audit log.
    public var auditLog: String { path + "/audit.jsonl" }

    private static let secretLength = 64
    private static let secretLimit = 4096

    /// Opens the folder, and makes it (mode 0700) and its secret (mode 0600) where they do not exist yet. Two processes
    /// may do so at the same time: they get the same secret.
    public init(at path: String) throws(StateFolderError) {
        self.path = path
        if unsafe mkdir(path, 0o700) != 0, errno != EEXIST {
            throw .system(action: "create the folder", path: path, code: errno)
        }
        let file = path + "/secret"
        if let found = try Self.read(file) {
            secret = found
        } else {
            try Self.create(file)
            guard let made = try Self.read(file) else { throw .secretIsUnusable(path: file) }
            secret = made
        }
    }

    /// The secret in a file; nil if there is no file.
    private static func read(_ path: String) throws(StateFolderError) -> [UInt8]? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw .system(action: "read", path: path, code: errno)
        }
        defer { _ = close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw .secretIsUnusable(path: path)
        }
        guard status.st_mode & 0o077 == 0 else { throw .secretIsNotPrivate(path: path) }
        var bytes = [UInt8](repeating: 0, count: secretLimit)
        // The array is as long as the count says.
        let count = unsafe Glibc.read(descriptor, &bytes, bytes.count)
        guard count >= 0 else { throw .system(action: "read", path: path, code: errno) }
        bytes.removeLast(bytes.count - count)
        while let last = bytes.last, last <= UInt8(ascii: " ") { bytes.removeLast() }
        guard bytes.count >= secretLength else { throw .secretIsUnusable(path: path) }
        return bytes
    }

    /// Writes a new secret beside its place and links it there: a file of that name is whole, and none is replaced.
    private static func create(_ path: String) throws(StateFolderError) {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        // Six bits of each random byte choose a character.
        let text = SecureRandom.bytes(secretLength).map { alphabet[Int($0 & 63)] }
        let draft = path + "." + String(decoding: SecureRandom.bytes(8).map { alphabet[Int($0 & 63)] }, as: UTF8.self)
        let descriptor = unsafe open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .system(action: "create", path: draft, code: errno) }
        defer { _ = unsafe unlink(draft) }
        // The array is as long as the count says; 64 bytes go to a file at once or not at all.
        let isWritten = unsafe write(descriptor, text, text.count) == text.count && fsync(descriptor) == 0
        let code = errno
        _ = close(descriptor)
        guard isWritten else { throw .system(action: "write", path: draft, code: code) }
        // Another process may have been faster: then its secret is the one.
        if unsafe link(draft, path) != 0, errno != EEXIST {
            throw .system(action: "create", path: path, code: errno)
        }
    }
}
