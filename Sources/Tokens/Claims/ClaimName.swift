/// The names of the claims that mean something to us. A raw value is the name's letters in one number, the first one
/// highest: one comparison finds the name, where texts would be compared one by one.
enum ClaimName: UInt32 {
    case iss = 0x69_7373
    case sub = 0x73_7562
    case aud = 0x61_7564
    case exp = 0x65_7870
    case nbf = 0x6e_6266
    case iat = 0x69_6174
    case jti = 0x6a_7469
    case type = 0x7479_7065
    case sid = 0x73_6964
    case gen = 0x67_656e
    case fp = 0x6670

    /// The claim of this very name; nil for any other.
    init?(_ name: String) {
        let letters = name.utf8
        // A leading NUL would not change the number.
        guard letters.count <= 4, letters.first != 0 else { return nil }
        var code: UInt32 = 0
        for letter in letters { code = code << 8 | UInt32(letter) }
        self.init(rawValue: code)
    }
}
