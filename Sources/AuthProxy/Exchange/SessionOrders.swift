internal import HTTPWire
internal import Tokens

/// What an application's answer says about sessions: it signs a user in, changes what is known of one, or signs one out.
/// Read from routes that may do so only; the fields themselves never reach a client.
struct SessionOrders: Sendable {
    /// Why an order cannot be followed.
    struct Flaw: Error, Equatable {
        /// A sentence for the operator, without anything that the application said.
        var sentence: String
    }

    /// Whom an end concerns.
    enum End: Sendable, Equatable {
        case session, all
    }

    /// `Sallyport-Issue-Session`: the claims, `sub` among them.
    private(set) var issue: (subject: String, claims: JSONObject)?
    /// `Sallyport-Update-Session`: the new claims.
    private(set) var update: JSONObject?
    /// `Sallyport-End-Session`.
    private(set) var end: End?

    /// The bytes that claims may have.
    static let limit = 8 * 1024

    /// Reads an answer's fields.
    init(_ head: borrowing ResponseHead, in bytes: RawSpan) throws(Flaw) {
        for line in head.fields where line.known == .sallyport {
            if bytes.equalsIgnoringCase(line.name, "sallyport-issue-session") {
                guard issue == nil else { throw Flaw(sentence: "Sallyport-Issue-Session is there more than once.") }
                let claims = try Self.claims(line.value, bytes, "Sallyport-Issue-Session")
                guard let subject = claims["sub"]?.string, !subject.isEmpty else {
                    throw Flaw(sentence: "Sallyport-Issue-Session has no sub: who signs in?")
                }
                issue = (subject, claims)
            } else if bytes.equalsIgnoringCase(line.name, "sallyport-update-session") {
                guard update == nil else { throw Flaw(sentence: "Sallyport-Update-Session is there more than once.") }
                update = try Self.claims(line.value, bytes, "Sallyport-Update-Session")
            } else if bytes.equalsIgnoringCase(line.name, "sallyport-end-session") {
                guard end == nil else { throw Flaw(sentence: "Sallyport-End-Session is there more than once.") }
                if bytes.equals(line.value, "session") {
                    end = .session
                } else if bytes.equals(line.value, "all") {
                    end = .all
                } else {
                    throw Flaw(sentence: "Sallyport-End-Session is neither session nor all.")
                }
            }
        }
        guard issue == nil || (update == nil && end == nil) else {
            throw Flaw(sentence: "The answer issues a session and changes or ends one at once.")
        }
    }

    private static func claims(_ range: ByteRange, _ bytes: RawSpan, _ name: String) throws(Flaw) -> JSONObject {
        guard range.count <= limit else { throw Flaw(sentence: "\(name) has more than \(limit) bytes.") }
        let text = bytes.array(range)
        guard text.allSatisfy({ $0 < 0x80 }) else {
            throw Flaw(sentence: "\(name) holds letters that are not ASCII: write them as \\u escapes.")
        }
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONParser.parse(text.span)
        } catch {
            throw Flaw(sentence: "\(name) is not JSON as we take it: \(error)")
        }
        guard let object = value.object else { throw Flaw(sentence: "\(name) is no JSON object.") }
        return object
    }
}
