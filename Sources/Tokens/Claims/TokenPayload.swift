/// The payload of a token: a JSON object, and where the claims that mean something to us stand in it.
struct TokenPayload {
    /// All that was claimed, an object.
    let value: JSONValue
    let positions: ClaimPositions

    /// Its members.
    var object: JSONObject { value.object ?? JSONObject() }

    /// Reads it.
    ///
    /// - Throws: `.malformed` for what is no JSON object as we take it.
    init(_ bytes: Span<UInt8>) throws(TokenError) {
        do throws(JSONError) {
            (value, positions) = try JSONParser.parsePayload(bytes)
        } catch {
            throw .malformed("the payload is not JSON as we take it: \(error)")
        }
        guard case .object = value else { throw .malformed("the payload is no JSON object") }
    }
}
