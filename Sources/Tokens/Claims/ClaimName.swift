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
        let letters = name.utf8Span.span
        // A leading NUL would not change the number.
        guard 2...4 ~= letters.count, letters[0] != 0 else { return nil }
        var code: UInt32 = 0
        for index in letters.indices { code = code << 8 | UInt32(letters[index]) }
        self.init(rawValue: code)
    }

    /// The name.
    var text: String {
        switch self {
        case .iss: "iss"
        case .sub: "sub"
        case .aud: "aud"
        case .exp: "exp"
        case .nbf: "nbf"
        case .iat: "iat"
        case .jti: "jti"
        case .type: "type"
        case .sid: "sid"
        case .gen: "gen"
        case .fp: "fp"
        }
    }

    /// How many letters it has.
    var byteCount: Int {
        switch self {
        case .fp: 2
        case .type: 4
        default: 3
        }
    }

    /// Its number among all of them, from 0.
    var index: Int {
        switch self {
        case .iss: 0
        case .sub: 1
        case .aud: 2
        case .exp: 3
        case .nbf: 4
        case .iat: 5
        case .jti: 6
        case .type: 7
        case .sid: 8
        case .gen: 9
        case .fp: 10
        }
    }

    /// The claim whose name and closing quotation mark these eight bytes begin with, the first byte highest; nil for any other
    /// name.
    @inline(__always)
    init?(quoted bytes: UInt64) {
        let quote = UInt64(UInt8(ascii: "\""))
        let code: UInt32
        if bytes >> 32 & 0xff == quote {
            code = UInt32(truncatingIfNeeded: bytes >> 40)
            // A leading NUL would not change the number.
            guard code > 0xffff else { return nil }
        } else if bytes >> 40 & 0xff == quote {
            code = UInt32(truncatingIfNeeded: bytes >> 48)
            guard code > 0xff else { return nil }
        } else if bytes >> 24 & 0xff == quote {
            code = UInt32(truncatingIfNeeded: bytes >> 32)
            guard code > 0xff_ffff else { return nil }
        } else {
            return nil
        }
        self.init(rawValue: code)
    }
}
