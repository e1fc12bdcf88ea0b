internal import Glibc

/// Reads and writes whole amounts of bytes, whatever the system does in one call.
enum FileBytes {
    /// Writes all bytes; false with `errno` set if that fails.
    static func write(_ bytes: [UInt8], to descriptor: CInt) -> Bool {
        var offset = 0
        while offset < bytes.count {
            // The offset lies within the buffer, by the loop's condition.
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.write(descriptor, buffer.baseAddress?.advanced(by: offset), buffer.count - offset)
            }
            if count < 0 {
                if errno == EINTR { continue }
                return false
            }
            offset += count
        }
        return true
    }

    /// Reads up to `limit` bytes and appends them; the number read, 0 at the end, negative with `errno` set.
    static func read(from descriptor: CInt, limit: Int, into bytes: inout [UInt8]) -> Int {
        var block = [UInt8](repeating: 0, count: limit)
        while true {
            // The block has `limit` bytes.
            let count = unsafe block.withUnsafeMutableBytes { buffer in
                unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            }
            if count < 0, errno == EINTR { continue }
            if count > 0 { bytes.append(contentsOf: block[..<count]) }
            return count
        }
    }
}
