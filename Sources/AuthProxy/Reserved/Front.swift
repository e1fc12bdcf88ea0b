internal import HTTPWire

/// A proxy that stands in front of an application and asks us about each request (forward-auth), and what of an answer
/// it can pass on to its client.
struct Front {
    /// What the front does with an answer.
    enum Kind: Equatable {
        /// It passes every refusal on as it is, redirects too, and each field of an answer as often as it is there:
        /// Traefik, Caddy, Envoy, HAProxy.
        case transparent
        /// nginx' `auth_request`: it lets 2xx pass, tells 401 and 403 apart and takes everything else for an error of
        /// ours, and it has one variable for all fields of a name.
        case nginx
    }

    let kind: Kind

    /// Reads the query of a question; nil for a wish that nobody knows.
    init?(query: ByteRange, in bytes: RawSpan) {
        if query.isEmpty {
            kind = .transparent
        } else if bytes.equals(query, "front=nginx") {
            kind = .nginx
        } else {
            return nil
        }
    }

    /// The form for fronts that ask by path.
    init() { kind = .transparent }

    /// An answer in the form that the front can pass on.
    ///
    /// For nginx a redirect is 401 with its Location, and each cookie comes a second time in a field of its own,
    /// `Sallyport-Set-Cookie-1` and `-2`: nginx before 1.23 sees the first of two fields only, and later ones join them.
    func adapted(_ answer: LocalAnswer) -> LocalAnswer {
        guard kind == .nginx else { return answer }
        var answer = answer
        if answer.status == 303 { answer.status = 401 }
        let prefix = Array("Set-Cookie: ".utf8)
        var number = 0
        var copies: [UInt8] = []
        for line in answer.cookies.split(separator: UInt8(ascii: "\n")) where line.starts(with: prefix) {
            number += 1
            copies += Array("Sallyport-Set-Cookie-\(number): ".utf8) + line.dropFirst(prefix.count) + [0x0a]
        }
        answer.cookies += copies
        return answer
    }
}
