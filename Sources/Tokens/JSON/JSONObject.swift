/// The members of a JSON object, each name once, in the order they were written; two objects are equal whatever their
/// order.
public struct JSONObject: Sendable, Equatable {
    /// One member.
    public struct Member: Sendable, Equatable {
        /// Its name.
        public var name: String
        /// Its value.
        public var value: JSONValue
    }

    /// The members in their order.
    public private(set) var members: [Member] = []

    /// An empty object.
    public init() {}

    /// An object of the given members; the last one of equal names stands, in the first one's place.
    public init(_ members: [(String, JSONValue)]) {
        for (name, value) in members { self[name] = value }
    }

    /// Members whose names are known to differ.
    init(distinct members: [Member]) {
        self.members = members
    }

    /// The value of a member; nil where there is none. Setting nil removes it; a new member comes last.
    public subscript(name: String) -> JSONValue? {
        get {
            // Borrowed one by one: copies of names and values would be counted.
            let members = members.span
            for index in members.indices where members[index].name == name { return members[index].value }
            return nil
        }
        set {
            let index = members.firstIndex { $0.name == name }
            switch (index, newValue) {
            case (let index?, let value?): members[index].value = value
            case (let index?, nil): members.remove(at: index)
            case (nil, let value?): members.append(Member(name: name, value: value))
            case (nil, nil): break
            }
        }
    }

    /// Adds a member whose name is known to be new.
    mutating func append(_ name: String, _ value: JSONValue) {
        members.append(Member(name: name, value: value))
    }

    public static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.members == right.members
            || left.members.count == right.members.count && left.members.allSatisfy { right[$0.name] == $0.value }
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    /// The last one of equal names stands.
    public init(dictionaryLiteral elements: (String, JSONValue)...) { self.init(elements) }
}
