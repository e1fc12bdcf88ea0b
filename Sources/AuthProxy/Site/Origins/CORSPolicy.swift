internal import SallyportConfiguration
internal import HTTPWire

/// A route's answers to pages of other origins (Fetch, "CORS protocol").
struct CORSPolicy: Sendable {
    private let origins: OriginList
    private let methods: [[UInt8]]
    private let headers: HeaderNameSet
    private let allowsPrivateNetwork: Bool
    /// What follows `Access-Control-Allow-Origin` on each answer that an allowed origin gets.
    let answerFields: [(name: String, value: String)]
    /// The same on the answer to a preflight.
    private let preflightFields: [(name: String, value: String)]

    init(_ configuration: CORSConfiguration) {
        origins = OriginList(configuration.allowedOrigins)
        methods = configuration.allowedMethods.map { Array($0.utf8) }
        headers = HeaderNameSet(configuration.allowedHeaders)
        allowsPrivateNetwork = configuration.allowsPrivateNetwork
        let credentials =
            configuration.allowsCredentials ? [(name: "Access-Control-Allow-Credentials", value: "true")] : []
        func list(_ name: String, _ names: [String]) -> [(name: String, value: String)] {
            names.isEmpty ? [] : [(name: name, value: names.joined(separator: ", "))]
        }
        answerFields = credentials + list("Access-Control-Expose-Headers", configuration.exposedHeaders)
        preflightFields =
            credentials + list("Access-Control-Allow-Methods", configuration.allowedMethods)
            + list("Access-Control-Allow-Headers", configuration.allowedHeaders)
            + [(name: "Access-Control-Max-Age", value: String(configuration.maxAgeSeconds))]
    }

    /// Whether an origin may call and read.
    func allows(_ origin: ByteRange, in bytes: RawSpan) -> Bool { origins.contains(origin, in: bytes) }

    /// Whether a request is a preflight (Fetch, "CORS-preflight request").
    static func isPreflight(_ head: borrowing RequestHead, in bytes: RawSpan) -> Bool {
        guard head.method == .options, head.table.contains(.origin) else { return false }
        return requestedMethod(head, in: bytes) != nil
    }

    /// The method that a preflight asks for.
    static func requestedMethod(_ head: borrowing RequestHead, in bytes: RawSpan) -> ByteRange? {
        for line in head.fields where bytes.equalsIgnoringCase(line.name, "access-control-request-method") {
            return line.value
        }
        return nil
    }

    /// The answer to a preflight: 204 where the page may, or 403 without a word of permission.
    func preflight(_ head: borrowing RequestHead, in bytes: RawSpan, requestID: String) -> LocalAnswer {
        var answer: LocalAnswer
        if let origin = head.first(.origin)?.value, !head.table.isRepeated(.origin), allows(origin, in: bytes),
            allowsMethod(head, bytes), allowsFields(head, bytes)
        {
            answer = LocalAnswer(204)
            answer.fields.append(("Access-Control-Allow-Origin", bytes.string(origin)))
            answer.fields += preflightFields
            if asksForPrivateNetwork(head, bytes) {
                answer.fields.append(("Access-Control-Allow-Private-Network", "true"))
            }
        } else {
            answer = LocalAnswer(
                403, error: "cross_origin", code: nil,
                message: "The route's CORS rules do not allow this origin, method or field.", requestID: requestID)
        }
        answer.fields.append(("Vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"))
        return answer
    }

    /// GET, HEAD and POST need no permission (Fetch, "CORS-safelisted method").
    private func allowsMethod(_ head: borrowing RequestHead, _ bytes: RawSpan) -> Bool {
        guard let method = Self.requestedMethod(head, in: bytes) else { return false }
        if bytes.equals(method, "GET") || bytes.equals(method, "HEAD") || bytes.equals(method, "POST") { return true }
        for allowed in methods where bytes.isEqual(method, to: allowed) { return true }
        return false
    }

    private func allowsFields(_ head: borrowing RequestHead, _ bytes: RawSpan) -> Bool {
        if asksForPrivateNetwork(head, bytes), !allowsPrivateNetwork { return false }
        for line in head.fields where bytes.equalsIgnoringCase(line.name, "access-control-request-headers") {
            var names = ListElements(line.value)
            while let name = names.next(in: bytes) {
                // Our own namespace is in each set, and no page has business there.
                if !headers.contains(name, in: bytes) || KnownField(bytes.bytes(name)) == .sallyport { return false }
            }
        }
        return true
    }

    private func asksForPrivateNetwork(_ head: borrowing RequestHead, _ bytes: RawSpan) -> Bool {
        for line in head.fields where bytes.equalsIgnoringCase(line.name, "access-control-request-private-network") {
            return bytes.equalsIgnoringCase(line.value, "true")
        }
        return false
    }
}
