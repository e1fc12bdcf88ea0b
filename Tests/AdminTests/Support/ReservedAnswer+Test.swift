import Testing
import Tokens

@testable import AuthProxy

extension ReservedAnswer {
    /// The body as JSON object.
    var object: JSONObject {
        get throws {
            let value = try JSONParser.parse(body.span)
            return try #require(value.object)
        }
    }

    /// The code in the body.
    var code: String? {
        get throws { try object["code"]?.string }
    }

    /// The kind of error in the body.
    var error: String? {
        get throws { try object["error"]?.string }
    }

    /// A field's value.
    func field(_ name: String) -> String? { fields.first { $0.name == name }?.value }

    /// The tokens that become cookies.
    var setTokens: IssuedTokens? {
        if case .set(let tokens) = cookies { tokens } else { nil }
    }

    /// What happens to the cookies, in a word.
    var cookieChange: String {
        switch cookies {
        case .unchanged: "unchanged"
        case .set: "set"
        case .cleared: "cleared"
        case .refreshCleared: "refresh cleared"
        }
    }
}
