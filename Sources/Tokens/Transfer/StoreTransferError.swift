/// Why a line is no part of an export. It holds nothing of the line.
package enum StoreTransferError: Error, Sendable, Equatable, CustomStringConvertible {
    /// It is no JSON object.
    case notJSON
    /// Its `kind` is none that this version knows.
    case unknownKind
    /// A member is missing, has another type, or is out of its range.
    case member(String)
    /// It begins an export of a version that this one does not know.
    case version

    package var description: String {
        switch self {
        case .notJSON: "is no JSON object"
        case .unknownKind: "is of a kind that this version does not know"
        case .member(let name): "has no usable “\(name)”"
        case .version: "comes from a newer version of Sallyport"
        }
    }
}
