/// The file system as the loader sees it; a test gives another one.
public struct ConfigurationFiles: Sendable {
    /// What was read.
    public struct Content: Sendable, Equatable {
        /// The bytes.
        public var bytes: [UInt8]
        /// Permission bits, such as 0o600.
        public var permissions: UInt32

        /// Describes a file.
        public init(bytes: [UInt8], permissions: UInt32 = 0o600) {
            self.bytes = bytes
            self.permissions = permissions
        }
    }

    /// Reads a whole file.
    public var read: @Sendable (_ path: String) -> Result<Content, ConfigurationFileError>

    /// A file system of one's own.
    public init(read: @escaping @Sendable (_ path: String) -> Result<Content, ConfigurationFileError>) {
        self.read = read
    }
}
