/// Tells the RSA moduli of a widespread generator whose private keys can be computed (CVE-2017-15361): each of its
/// primes is a power of 65537 modulo many small primes, and so is their product.
///
/// Of other moduli about one in 2¹⁵⁰ looks like that.
enum ROCAFingerprint {
    private static let primes: [UInt32] = [
        3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109,
        113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
    ]

    /// Whether the modulus (bytes, the highest first) looks like one of that generator's.
    static func matches(_ modulus: [UInt8]) -> Bool {
        primes.allSatisfy { prime in
            var rest: UInt32 = 0
            for byte in modulus { rest = (rest << 8 | UInt32(byte)) % prime }
            var power: UInt32 = 1
            repeat {
                if power == rest { return true }
                power = power * (65537 % prime) % prime
            } while power != 1
            return false
        }
    }
}
