/// SHA-256 (FIPS 180-4) and HMAC (RFC 2104) for forged tokens, independent of what is tested.
enum SHA256Sum {
    private static let constants: [UInt32] = {
        // The first 32 bits of the fractional parts of the cube roots of the first 64 primes.
        var primes: [UInt64] = []
        var candidate: UInt64 = 2
        while primes.count < 64 {
            if primes.allSatisfy({ candidate % $0 != 0 }) { primes.append(candidate) }
            candidate += 1
        }
        return primes.map { root(of: $0, power: 3) }
    }()

    private static let start: [UInt32] = [2, 3, 5, 7, 11, 13, 17, 19].map { root(of: $0, power: 2) }

    /// The first 32 bits of the fraction of a root, by bisection in 128-bit integers.
    private static func root(of number: UInt64, power: Int) -> UInt32 {
        var low: UInt128 = 0
        var high: UInt128 = 1 << 37
        let wanted = UInt128(number) << (32 * UInt128(power))
        while high - low > 1 {
            let middle = (low + high) / 2
            let value = power == 2 ? middle * middle : middle * middle * middle
            if value <= wanted { low = middle } else { high = middle }
        }
        return UInt32(truncatingIfNeeded: low)
    }

    static func sum(of message: [UInt8]) -> [UInt8] {
        var state = start
        var padded = message + [0x80]
        while padded.count % 64 != 56 { padded.append(0) }
        let bits = UInt64(message.count) * 8
        for shift in stride(from: 56, through: 0, by: -8) { padded.append(UInt8(truncatingIfNeeded: bits >> shift)) }
        for position in stride(from: 0, to: padded.count, by: 64) {
            mix(padded[position..<(position + 64)], into: &state)
        }
        return state.flatMap { word in
            stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: word >> $0) }
        }
    }

    static func authentication(of message: [UInt8], key: [UInt8]) -> [UInt8] {
        var block = key.count > 64 ? sum(of: key) : key
        block += [UInt8](repeating: 0, count: 64 - block.count)
        let inner = sum(of: block.map { $0 ^ 0x36 } + message)
        return sum(of: block.map { $0 ^ 0x5C } + inner)
    }

    private static func mix(_ block: ArraySlice<UInt8>, into state: inout [UInt32]) {
        func rotated(_ word: UInt32, _ count: UInt32) -> UInt32 { word >> count | word << (32 - count) }
        var words = (0..<16).map { index in
            (0..<4).reduce(UInt32(0)) { $0 << 8 | UInt32(block[block.startIndex + index * 4 + $1]) }
        }
        for index in 16..<64 {
            let (early, late) = (words[index - 15], words[index - 2])
            let small = rotated(early, 7) ^ rotated(early, 18) ^ early >> 3
            let large = rotated(late, 17) ^ rotated(late, 19) ^ late >> 10
            words.append(words[index - 16] &+ small &+ words[index - 7] &+ large)
        }
        var value = state
        for index in 0..<64 {
            let (a, b, c, e) = (value[0], value[1], value[2], value[4])
            let choice = (e & value[5]) ^ (~e & value[6])
            let first =
                value[7] &+ (rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)) &+ choice &+ constants[index]
                &+ words[index]
            let second = (rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)) &+ ((a & b) ^ (a & c) ^ (b & c))
            value = [first &+ second, a, b, c, value[3] &+ first, e, value[5], value[6]]
        }
        for index in 0..<8 { state[index] &+= value[index] }
    }
}
