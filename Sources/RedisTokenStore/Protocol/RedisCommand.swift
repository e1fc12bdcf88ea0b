internal import CHiredis

/// A command as the bytes that go to Redis, each argument length-prefixed, so that no argument can become a command.
struct RedisCommand: Sendable, Equatable {
    /// The encoded bytes.
    let bytes: [UInt8]

    /// Encodes a command (`redisFormatCommandArgv`).
    init(_ arguments: [String]) {
        var all: [UInt8] = []
        all.reserveCapacity(arguments.reduce(1) { $0 + $1.utf8.count })
        for argument in arguments { all.append(contentsOf: argument.utf8) }
        // The buffer of no bytes has no address, and each argument needs one, though nothing is read through it.
        if all.isEmpty { all.append(0) }
        bytes = unsafe all.withUnsafeBytes { buffer in
            unsafe withUnsafeTemporaryAllocation(of: Int.self, capacity: arguments.count) { lengths in
                unsafe withUnsafeTemporaryAllocation(
                    of: UnsafePointer<CChar>?.self, capacity: arguments.count
                ) { pointers in
                    var offset = 0
                    for (index, argument) in arguments.enumerated() {
                        let length = argument.utf8.count
                        unsafe lengths.initializeElement(at: index, to: length)
                        // The arguments lie one behind the other, so that the offset stays within the buffer.
                        let address = unsafe buffer.baseAddress.map {
                            unsafe UnsafePointer(($0 + offset).assumingMemoryBound(to: CChar.self))
                        }
                        unsafe pointers.initializeElement(at: index, to: address)
                        offset += length
                    }
                    return unsafe Self.format(arguments.count, pointers, lengths)
                }
            }
        }
    }

    private static func format(
        _ count: Int, _ pointers: UnsafeMutableBufferPointer<UnsafePointer<CChar>?>,
        _ lengths: UnsafeMutableBufferPointer<Int>
    ) -> [UInt8] {
        var command: UnsafeMutablePointer<CChar>?
        let length = unsafe redisFormatCommandArgv(
            &command, CInt(count), pointers.baseAddress, UnsafePointer(lengths.baseAddress))
        // Its only failure is memory that is used up.
        guard length > 0, let command = unsafe command else { return [] }
        defer { unsafe redisFreeCommand(command) }
        return unsafe Array(UnsafeRawBufferPointer(start: command, count: Int(length)))
    }
}
