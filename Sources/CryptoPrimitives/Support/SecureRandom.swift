internal import COpenSSL

/// Bytes that nobody can guess, from the library's generator, which is seeded by the kernel.
public enum SecureRandom {
    /// Fills `output`. There is no way on without randomness, and no peer can bring its failure about: it ends the
    /// process rather than give a guessable identifier.
    public static func fill(_ output: inout MutableSpan<UInt8>) {
        unsafe output.withUnsafeMutableBufferPointer { buffer in
            // The buffer is as long as said, and written within this call.
            let result = unsafe RAND_bytes(buffer.baseAddress, CInt(buffer.count))
            precondition(buffer.isEmpty || result == 1, "the random generator failed")
        }
    }

    /// A new array of random bytes.
    public static func bytes(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var span = bytes.mutableSpan
        fill(&span)
        return bytes
    }
}
