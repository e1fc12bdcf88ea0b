internal import CHiredis

/// A command as the bytes that go to Redis, each argument length-prefixed, so that no argument can become a command.
struct RedisCommand: Sendable, Equatable {
    /// The encoded bytes.
    let bytes: [UInt8]
    /// Whether it may be sent a second time when the connection broke before its reply came: the effect of all of ours
    /// is the same, but some tell whether they were the first.
    let mayRepeat: Bool

    /// Encodes a command (`redisFormatCommandArgv`).
    init(_ arguments: [String], mayRepeat: Bool = true) {
        self.mayRepeat = mayRepeat
        let encoded = arguments.map { Array($0.utf8) }
        var all = encoded.flatMap { $0 }
        let lengths = encoded.map(\.count)
        bytes = unsafe all.withUnsafeMutableBytes { buffer in
            var pointers: [UnsafePointer<CChar>?] = unsafe []
            var offset = 0
            for length in lengths {
                // An empty buffer has no address; nothing is read through it then.
                unsafe pointers.append(
                    buffer.baseAddress.map { unsafe UnsafePointer(($0 + offset).assumingMemoryBound(to: CChar.self)) })
                offset += length
            }
            var command: UnsafeMutablePointer<CChar>?
            let count = unsafe redisFormatCommandArgv(&command, CInt(lengths.count), &pointers, lengths)
            // Its only failure is memory that is used up.
            guard count > 0, let command = unsafe command else { return [] }
            defer { unsafe redisFreeCommand(command) }
            return unsafe Array(UnsafeRawBufferPointer(start: command, count: Int(count)))
        }
    }
}
