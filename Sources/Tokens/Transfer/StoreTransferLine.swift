/// A line of an export (JSON lines): the head, one line for each denial and each session, and the end, without which a
/// file was cut off.
package enum StoreTransferLine: Sendable, Equatable {
    /// `{"kind":"sallyport-store","version":2,"exported_at":…}`.
    case head(exportedAt: Int64)
    /// An entry of the deny-list; see ``DenialEntry/json``.
    case denial(DenialEntry)
    /// One session; see ``StoredSession/json``.
    case session(StoredSession)
    /// `{"kind":"end","sessions":…,"denials":…}`: how many lines of each there were.
    case end(sessions: Int64, denials: Int64)

    /// The version that is written; a reader refuses newer ones. The first one had no denials.
    package static let version: Int64 = 2

    /// The line's text, without its end.
    package var text: String {
        switch self {
        case .head(let exportedAt):
            JSONWriter.text([
                "kind": "sallyport-store", "version": .integer(Self.version), "exported_at": .integer(exportedAt),
            ])
        case .denial(let entry): JSONWriter.text(entry.json)
        case .session(let session): JSONWriter.text(session.json)
        case .end(let sessions, let denials):
            JSONWriter.text(["kind": "end", "sessions": .integer(sessions), "denials": .integer(denials)])
        }
    }

    /// Reads a line.
    package init(_ line: [UInt8]) throws(StoreTransferError) {
        let value: JSONValue
        do throws(JSONError) { value = try JSONParser.parse(line.span) } catch { throw .notJSON }
        guard let object = value.object else { throw .notJSON }
        let members = TransferMembers(object)
        switch object["kind"]?.string {
        case "sallyport-store":
            guard try 1...Self.version ~= members.integer("version") else { throw .version }
            self = .head(exportedAt: try members.integer("exported_at"))
        case "session": self = .session(try StoredSession(members))
        case "denial": self = .denial(try DenialEntry(members))
        case "end":
            self = .end(
                sessions: try members.integer("sessions"), denials: try members.optionalInteger("denials") ?? 0)
        default: throw .unknownKind
        }
    }
}

/// The members of a line, read with their types.
struct TransferMembers {
    private let object: JSONObject

    init(_ object: JSONObject) { self.object = object }

    func integer(_ name: String) throws(StoreTransferError) -> Int64 {
        guard let value = object[name]?.integer else { throw .member(name) }
        return value
    }

    /// An integer that may be missing or null.
    func optionalInteger(_ name: String) throws(StoreTransferError) -> Int64? {
        object[name] ?? .null == .null ? nil : try integer(name)
    }

    func string(_ name: String) throws(StoreTransferError) -> String {
        guard let value = object[name]?.string else { throw .member(name) }
        return value
    }

    /// A text that may be missing or null.
    func optionalString(_ name: String) throws(StoreTransferError) -> String? {
        object[name] ?? .null == .null ? nil : try string(name)
    }

    func boolean(_ name: String) throws(StoreTransferError) -> Bool {
        guard case .boolean(let value)? = object[name] else { throw .member(name) }
        return value
    }

    /// An object that may be missing or null.
    func optionalMembers(_ name: String) throws(StoreTransferError) -> TransferMembers? {
        guard let value = object[name], value != .null else { return nil }
        guard let members = value.object else { throw .member(name) }
        return TransferMembers(members)
    }

    /// A list of objects.
    func list<Value>(
        _ name: String, _ read: (TransferMembers) throws(StoreTransferError) -> Value
    ) throws(StoreTransferError) -> [Value] {
        guard let elements = object[name]?.array else { throw .member(name) }
        var values: [Value] = []
        for element in elements {
            guard let members = element.object else { throw .member(name) }
            values.append(try read(TransferMembers(members)))
        }
        return values
    }
}
