internal import HTTPWire

/// Why an exchange failed that was not refused for its credentials: who is to blame, and what the client is told.
struct ProxyFault {
    /// The status code.
    var status: Int
    /// The kind of error in the body.
    var error: String
    /// One sentence without anything that a peer sent.
    var message: String
    /// The same in a word, for the access log.
    var reason: StaticString

    init(_ status: Int, _ error: String, _ message: String, reason: StaticString) {
        self.status = status
        self.error = error
        self.message = message
        self.reason = reason
    }

    /// A message that was refused for its form.
    init(_ flaw: HTTPParseError) {
        let isResponse = flaw.message == .response
        status = flaw.status
        error =
            isResponse ? "bad_gateway" : status == 431 || status == 413 || status == 414 ? "too_large" : "bad_request"
        message = isResponse ? "The application's answer is malformed." : flaw.sentence
        reason = isResponse ? "malformed_answer" : "malformed_request"
    }

    /// No route for host and path.
    static let noRoute = ProxyFault(404, "not_found", "Nothing is served at this address.", reason: "no_route")
    /// The upstream could not be reached.
    static let unreachable = ProxyFault(
        503, "service_unavailable", "The application cannot be reached.", reason: "upstream_unreachable")
    /// The upstream is not who it should be, or refuses us, or speaks no TLS.
    static let untrusted = ProxyFault(
        502, "bad_gateway", "The application cannot be reached safely.", reason: "upstream_tls")
    /// No connection to the upstream in time.
    static let connectTimeout = ProxyFault(
        503, "service_unavailable", "The application cannot be reached.", reason: "upstream_connect_timeout")
    /// Too many requests wait for the upstream.
    static let busy = ProxyFault(
        503, "service_unavailable", "The application has too much to do.", reason: "upstream_queue_full")
    /// No connection to the upstream became free in time.
    static let queueTimeout = ProxyFault(
        503, "service_unavailable", "The application has too much to do.", reason: "upstream_queue_timeout")
    /// It kept others from the application.
    static let slowClient = ProxyFault(
        408, "timeout", "The request took too long, and others wait for the application.", reason: "slow_client")
    /// There is no memory for so many who are slow.
    static let noMemory = ProxyFault(
        503, "service_unavailable", "There are too many slow clients at the moment.", reason: "memory")
    /// None of the upstream's endpoints works.
    static let noEndpoint = ProxyFault(
        503, "service_unavailable", "The application cannot be reached.", reason: "upstream_down")
    /// The upstream closed or broke the connection before its answer began.
    static let closedEarly = ProxyFault(
        502, "bad_gateway", "The application ended the connection without an answer.", reason: "upstream_closed")
    /// The upstream did not answer in time.
    static let firstByteTimeout = ProxyFault(
        504, "gateway_timeout", "The application did not answer in time.", reason: "upstream_timeout")
    /// The answer of the upstream has no place in HTTP.
    static let badAnswer = ProxyFault(
        502, "bad_gateway", "The application's answer is malformed.", reason: "malformed_answer")
    /// What the application wants of a session is malformed.
    static let badSession = ProxyFault(
        502, "bad_gateway", "The application's answer about the session is malformed.", reason: "malformed_session")
    /// The request's body is larger than the route takes.
    static let bodyTooLarge = ProxyFault(
        413, "too_large", "The request's body is larger than is taken here.", reason: "body_too_large")
    /// The head did not come in time.
    static let headTimeout = ProxyFault(408, "timeout", "The request's head took too long.", reason: "head_timeout")
    /// The body did not come in time.
    static let bodyTimeout = ProxyFault(408, "timeout", "The request's body took too long.", reason: "body_timeout")
    /// Bytes came before the protocol was switched.
    static let earlyBytes = ProxyFault(
        400, "bad_request", "Bytes came before the protocol was switched.", reason: "early_bytes")
    /// A page of another origin wanted to change something with the user's cookies.
    static let crossOrigin = ProxyFault(
        403, "cross_origin", "With cookies this takes a page of the same origin (Sec-Fetch-Site or Origin).",
        reason: "cross_origin")
    /// The statement for the application could not be signed.
    static let noAssertion = ProxyFault(
        503, "service_unavailable", "The request cannot be signed for the application.", reason: "assertion")
    /// The address has failed to authenticate too often.
    static let throttled = ProxyFault(
        429, "too_many_requests", "There were too many failed authentications from this address.", reason: "throttled")
    /// Something else is asked of the host's clients than was asked of this one when it connected.
    static let misdirected = ProxyFault(
        421, "misdirected_request", "This host is not served on this connection; connect to it anew.",
        reason: "misdirected")
    /// HTTP without TLS where TLS is spoken.
    static let plainHTTP = ProxyFault(
        400, "bad_request", "This port takes HTTPS only: use https:// instead of http://.", reason: "plain_http")
    /// What the client's certificate says cannot be told to the application.
    static let badCertificate = ProxyFault(
        403, "forbidden", "What the client's certificate says cannot be told to the application.",
        reason: "client_certificate")
    /// Too many connections of one address.
    static let tooManyConnections = ProxyFault(
        429, "too_many_requests", "There are too many connections from this address.", reason: "connections")

    /// Somebody asks about a request of others who is no front of ours.
    static let strangeFront = ProxyFault(
        403, "forbidden", "Only a proxy that is named in trusted_proxies may ask for somebody.", reason: "not_trusted")
    /// A front asks about a path that we answer ourselves: it has to send such requests to us.
    static let reservedTarget = ProxyFault(
        403, "forbidden", "Requests for this path belong to Sallyport itself.", reason: "reserved_path")

    /// A front asks about a preflight, whose permission it could not pass on.
    static let preflightOfFront = ProxyFault(
        403, "cross_origin", "Preflights of routes with cors are the front's to answer.", reason: "preflight")

    /// A front asks a question that cannot be answered.
    init(_ fault: OriginalRequest.Fault) {
        self.init(400, "bad_request", fault.sentence, reason: "malformed_question")
    }

    /// The answer.
    func answer(requestID: String, closes: Bool) -> LocalAnswer {
        var answer = LocalAnswer(status, error: error, code: nil, message: message, requestID: requestID)
        answer.closes = closes
        if status == 503 || status == 429 { answer.fields.append(("Retry-After", "1")) }
        return answer
    }
}
