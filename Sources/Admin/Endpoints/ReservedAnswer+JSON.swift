internal import AuthProxy
internal import Tokens

extension ReservedAnswer {
    /// An answer with a JSON object.
    static func json(_ status: Int, _ object: JSONObject) -> ReservedAnswer {
        var answer = ReservedAnswer(status)
        answer.body = JSONWriter.bytes(.object(object)) + [0x0a]
        return answer
    }

    /// The refusal of a request that has no identity.
    static func refusing(_ request: ReservedRequest) -> ReservedAnswer {
        guard let refusal = request.refusal else { return ReservedAnswer(.missing, requestID: request.requestID) }
        return ReservedAnswer(refusal: refusal, requestID: request.requestID)
    }

    /// A body that is not taken.
    static func refusing(_ fault: BodyFields.Fault, _ request: ReservedRequest) -> ReservedAnswer {
        switch fault {
        case .mediaType:
            ReservedAnswer(
                415, error: "unsupported_media_type",
                message: "The body has to be application/json or application/x-www-form-urlencoded.",
                requestID: request.requestID)
        case .malformed: invalidRequest("The body is malformed.", request)
        }
    }

    /// A request that lacks something (RFC 6749 §5.2).
    static func invalidRequest(_ message: String, _ request: ReservedRequest) -> ReservedAnswer {
        ReservedAnswer(400, error: "invalid_request", message: message, requestID: request.requestID)
    }
}
