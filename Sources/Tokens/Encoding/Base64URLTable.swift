/// What each character of a group of four adds to its 24 bits, by its place: four tables of 256 words.
///
/// Unchecked: written once, before anybody can see it, and only read from then on; it lives as long as the process.
@safe struct Base64URLTable: @unchecked Sendable {
    static let shared = Base64URLTable()
    /// Of a character outside the alphabet, all bits beyond the 24 are set.
    let words: UnsafePointer<UInt32>

    private init() {
        let words = UnsafeMutablePointer<UInt32>.allocate(capacity: 4 * 256)
        for character in UInt8.min...UInt8.max {
            let sextet = Base64URL.sextet(character)
            for place in 0..<4 {
                let bits = UInt32(sextet) << UInt32(18 - 6 * place)
                unsafe words[place * 256 + Int(character)] = sextet < 64 ? bits : 0xff00_0000
            }
        }
        unsafe self.words = UnsafePointer(words)
    }
}
