internal import CYAML

/// The documents of a YAML text (YAML 1.1, as libyaml reads it).
///
/// It owns libyaml's parser and a copy of the text, freed in `deinit`, and lives on the thread that made it. How deep a text
/// nests and how many nodes aliases make of it is bounded while it is read, as what is beyond would take long to refuse.
///
/// Safe: the C objects are this one's own; libyaml reads the text only within calls of this class, and what it lends is
/// copied before the next call.
@safe
final class YAMLStream {
    private static let mostNodes = 100_000
    private static let mostLevels = 64

    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let text: UnsafeMutableBufferPointer<UInt8>
    private var nodesLeft = mostNodes
    /// What anchors of the document stand for.
    private var anchors: [String: YAMLNode] = [:]

    init(_ source: String) {
        let bytes = Array(source.utf8)
        unsafe text = .allocate(capacity: bytes.count)
        unsafe _ = text.initialize(from: bytes)
        unsafe parser = .allocate(capacity: 1)
        // It fails only where there is no memory, as Swift's own allocations would.
        precondition(unsafe yaml_parser_initialize(parser) == 1, "no memory for a parser")
        unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        unsafe yaml_parser_set_input_string(parser, text.baseAddress, text.count)
    }

    deinit {
        unsafe yaml_parser_delete(parser)
        unsafe parser.deallocate()
        unsafe text.deallocate()
    }

    /// The root of the next document; nil behind the last one.
    func nextDocument() throws(YAMLError) -> YAMLNode? {
        anchors = [:]
        while true {
            var event = try unsafe nextEvent()
            defer { unsafe yaml_event_delete(&event) }
            switch unsafe event.type {
            case YAML_STREAM_END_EVENT, YAML_NO_EVENT: return nil
            case YAML_DOCUMENT_START_EVENT:
                guard let root = try nextNode(level: 1) else { return nil }
                return unsafe YAMLNode(content: root.content, place: SourcePlace(event.start_mark))
            default: continue
            }
        }
    }

    private func nextEvent() throws(YAMLError) -> yaml_event_t {
        var event = unsafe yaml_event_t()
        guard unsafe yaml_parser_parse(parser, &event) == 1 else { throw flaw() }
        return unsafe event
    }

    /// The next node with all that it holds; nil where the sequence, mapping or document around it ends.
    private func nextNode(level: Int) throws(YAMLError) -> YAMLNode? {
        var event = try unsafe nextEvent()
        defer { unsafe yaml_event_delete(&event) }
        let place = unsafe SourcePlace(event.start_mark)
        guard level <= Self.mostLevels else {
            throw YAMLError(place: place, message: "is no YAML: it lies deeper than \(Self.mostLevels) levels")
        }
        // The kind of an event says which part of the union is there.
        switch unsafe event.type {
        case YAML_SCALAR_EVENT:
            let scalar = unsafe event.data.scalar
            let bytes = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            let isPlain = unsafe scalar.style == YAML_PLAIN_SCALAR_STYLE
            let text = unsafe String(decoding: bytes, as: UTF8.self)
            return try unsafe keep(.scalar(text, isPlain: isPlain), place, as: scalar.anchor)
        case YAML_SEQUENCE_START_EVENT:
            var elements: [YAMLNode] = []
            while let element = try nextNode(level: level + 1) { elements.append(element) }
            return try unsafe keep(.sequence(elements), place, as: event.data.sequence_start.anchor)
        case YAML_MAPPING_START_EVENT:
            var members: [(key: YAMLNode, value: YAMLNode)] = []
            while let key = try nextNode(level: level + 1), let value = try nextNode(level: level + 1) {
                members.append((key, value))
            }
            return try unsafe keep(.mapping(members), place, as: event.data.mapping_start.anchor)
        case YAML_ALIAS_EVENT:
            guard let node = anchors[unsafe String(cString: event.data.alias.anchor)] else {
                throw YAMLError(place: place, message: "is no YAML: found undefined alias")
            }
            try count(node.nodes, at: place)
            return node
        default: return nil
        }
    }

    private func keep(
        _ content: YAMLNode.Content, _ place: SourcePlace, as anchor: UnsafeMutablePointer<UInt8>?
    ) throws(YAMLError) -> YAMLNode {
        try count(1, at: place)
        let node = YAMLNode(content: content, place: place)
        if let anchor = unsafe anchor { anchors[unsafe String(cString: anchor)] = node }
        return node
    }

    private func count(_ nodes: Int, at place: SourcePlace) throws(YAMLError) {
        nodesLeft -= nodes
        guard nodesLeft >= 0 else {
            throw YAMLError(
                place: place, message: "holds more than \(Self.mostNodes) values: repeat fewer by aliases")
        }
    }

    /// What the parser has to say about its failure.
    private func flaw() -> YAMLError {
        let parser = unsafe parser.pointee
        let problem = unsafe parser.problem.map { unsafe String(cString: $0) } ?? "it cannot be read"
        if unsafe parser.error == YAML_READER_ERROR {
            return YAMLError(
                place: unsafe place(ofByte: parser.problem_offset),
                message: "is no YAML: \(problem): write printable characters in UTF-8")
        }
        let begun = unsafe parser.context.map { context in
            unsafe " (\(String(cString: context)), begun in line \(parser.context_mark.line + 1))"
        }
        return YAMLError(
            place: unsafe SourcePlace(parser.problem_mark), message: "is no YAML: \(problem)\(begun ?? "")")
    }

    private func place(ofByte offset: Int) -> SourcePlace {
        let before = unsafe Array(text.prefix(offset))
        let lines = before.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        // Continuation bytes of UTF-8 begin no character.
        let column = (lines.last ?? []).count { $0 & 0xC0 != 0x80 }
        return SourcePlace(line: lines.count, column: column + 1)
    }
}
