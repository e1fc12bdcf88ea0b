/// One reply of RESP2.
enum RedisReply: Sendable, Equatable {
    case status(String)
    case error(String)
    case integer(Int64)
    case string(String)
    case null
    case array([RedisReply])

    /// The bytes of a string as text; nil for anything else.
    var text: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// The value of an integer; nil for anything else.
    var number: Int64? {
        guard case .integer(let number) = self else { return nil }
        return number
    }

    /// The elements of an array; nil for anything else.
    var elements: [RedisReply]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    /// The elements of an array that holds fields and their values in turn, as `HGETALL` gives them; nil for anything
    /// else.
    var fields: [String: String]? {
        guard let elements, elements.count.isMultiple(of: 2) else { return nil }
        var fields: [String: String] = [:]
        for index in stride(from: 0, to: elements.count, by: 2) {
            guard let name = elements[index].text, let value = elements[index + 1].text else { return nil }
            fields[name] = value
        }
        return fields
    }
}
