internal import AuthProxy
internal import HTTPWire
internal import Tokens

/// The fields of a request's body, as a form or as JSON; its Content-Type decides which.
enum BodyFields {
    /// There is no body.
    case none
    /// `application/x-www-form-urlencoded`.
    case form(FormFields)
    /// `application/json`, an object.
    case json(JSONObject)

    /// Why a body is not taken.
    enum Fault: Error, Equatable {
        /// It is neither a form nor JSON (415).
        case mediaType
        /// It is not what its type says, or a field comes twice or is no text (400).
        case malformed
    }

    /// Reads a request's body; without a byte it is none, whatever its type.
    init(_ request: ReservedRequest) throws(Fault) {
        guard !request.body.isEmpty else {
            self = .none
            return
        }
        let type = request.contentType?.prefix { $0 != ";" } ?? ""
        switch type.filter({ $0 != " " && $0 != "\t" }).lowercased() {
        case "application/x-www-form-urlencoded":
            guard let form = FormFields(request.body) else { throw .malformed }
            self = .form(form)
        case "application/json":
            do throws(JSONError) {
                guard let object = try JSONParser.parse(request.body.span).object else {
                    throw JSONError(kind: .unexpectedByte, offset: 0)
                }
                self = .json(object)
            } catch {
                throw .malformed
            }
        default: throw .mediaType
        }
    }

    /// The text of a field; nil where there is none.
    ///
    /// - Throws: ``Fault/malformed`` for a field that comes twice (RFC 6749 §3.2) or is no text.
    func text(_ name: String) throws(Fault) -> String? {
        switch self {
        case .none: return nil
        case .form(let form):
            switch form.count(of: name) {
            case 0: return nil
            case 1: return form[name]
            default: throw .malformed
            }
        case .json(let object):
            guard let value = object[name] else { return nil }
            guard let text = value.string else { throw .malformed }
            return text
        }
    }
}
