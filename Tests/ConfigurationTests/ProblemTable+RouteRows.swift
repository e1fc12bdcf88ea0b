extension ProblemTableTests {
    /// Fragments of a route, each with the problems it makes.
    static let routeRows = [
        Row("{upstream: shop, stale_ok_seconds: 20}"),
        Row("{upstream: shop, store_failure: stale, stale_ok_seconds: 20}"),
        Row("{upstream: shop, store_failure: closed}"),
        Row("{upstream: shop, stale_ok_seconds: 0, store_failure: closed}"),
        Row(
            "{upstream: shop, store_failure: stale}",
            "3:42: routes[0].store_failure: is stale without an end: write beside it for how many stale_ok_seconds"),
        Row(
            "{upstream: shop, store_failure: closed, stale_ok_seconds: 20}",
            "3:42: routes[0].store_failure: is closed beside stale_ok_seconds: remove one of the two"),
        Row(
            "{upstream: shop, store_failure: open}",
            "3:42: routes[0].store_failure: is “open”: write one of closed, stale"),
        Row("", "3:1: routes: is empty: write at least one {upstream: NAME}"),
        Row("{}", "3:10: routes[0].upstream: is missing: write the name of an upstream"),
        Row("{upstream: shop, match: {path_prefix: /app}}, {upstream: shop, match: {path: /app}}"),
        Row("{upstream: shop, match: {path: /a}}, {upstream: shop, match: {host: a.example, path: /a}}"),
        Row(
            "{upstream: shop, require: {roles: [admin, 'x y'], a.b: {all: [1, true], any: [x]}, level: 3, scope: read}}"
        ),
        Row(
            "{upstream: shop, require: {}}",
            "3:27: routes[0].require: is empty: write a claim and its values, such as {roles: [admin]}"),
        Row(
            "{upstream: shop, require: {roles: [], a..b: x, b: {}, c: {none: [x]}, d: [[x]], e: [x, x]}}",
            "3:37: routes[0].require.roles: is empty: write at least one value, or remove the key",
            "3:48: routes[0].require.a..b: “a..b” is no claim: write its name, nested members joined by dots, such as realm_access.roles",
            "3:57: routes[0].require.b: is empty: write {any: […]} or {all: […]}",
            "3:68: routes[0].require.c.none: is no known key; known here are: all, any",
            "3:84: routes[0].require.d[0]: is a list, and must be text, a whole number, true or false",
            "3:97: routes[0].require.e[1]: stands twice: remove one of the two"),
        Row(
            "{upstream: shop, require: {scope: 'read write', level: 1.5, big: 1e3}}",
            "3:44: routes[0].require.scope: “read write” is no scope: write each one by itself, without blanks",
            "3:65: routes[0].require.level: is 1.5: write a whole number in decimal digits, or put text into quotes",
            "3:75: routes[0].require.big: is 1e3: write a whole number in decimal digits, or put text into quotes"),
        Row(
            "{upstream: shop, authentication: none, require: {roles: [admin]}}",
            "3:49: routes[0].require: asks for claims where authentication: none looks at no token: remove one of the two"
        ),
        Row(
            "{upstream: shop, match: {path: /a}}, {upstream: shop, match: {path: /a}}",
            "3:47: routes[1]: matches exactly what routes[0] in line 3 does, and would never be chosen: remove one of the two"
        ),
        Row(
            "{upstream: shop, match: {path_prefix: /@a}}, {upstream: shop, match: {path_prefix: /%40a}}",
            "3:55: routes[1]: matches exactly what routes[0] in line 3 does, and would never be chosen: remove one of the two"
        ),
        Row(
            "{upstream: shop, match: {host: A.example}}, {upstream: shop, match: {host: a.example.}}",
            "3:54: routes[1]: matches exactly what routes[0] in line 3 does, and would never be chosen: remove one of the two"
        ),
        Row(
            "{upstream: shop, match: {path: /a, path_prefix: /b}}",
            "3:58: routes[0].match.path_prefix: stands beside path: keep one of the two"),
        Row("{upstream: shop, match: {path: a}}", "3:41: routes[0].match.path: “a” does not begin with “/”: write /a"),
        Row(
            "{upstream: shop, match: {path_prefix: /a/}}",
            "3:48: routes[0].match.path_prefix: “/a/” ends in “/”: write /a, which matches it and everything below"),
        Row(
            "{upstream: shop, match: {path: /a/../b}}",
            "3:41: routes[0].match.path: “/a/../b” is not how requests are compared: write /b"),
        Row(
            "{upstream: shop, match: {path: /a%2fb}}",
            "3:41: routes[0].match.path: “/a%2fb” is a path that no request may have: see the rules on escapes and separators"
        ),
        Row(
            "{upstream: shop, match: {path_prefix: /a*}}",
            "3:48: routes[0].match.path_prefix: “/a*” holds “*”, which stands for itself here: write path_prefix for everything below a path"
        ),
        Row(
            "{upstream: shop, match: {path: '/a?b'}}",
            "3:41: routes[0].match.path: “/a?b” holds a query or a fragment: routes are chosen by the path alone"),
        Row(
            "{upstream: shop, match: {path: /a;b}}",
            "3:41: routes[0].match.path: “/a;b” holds “;”: routes are chosen by the path without its parameters"),
        Row(
            "{upstream: shop, match: {path_prefix: /.sallyport/x}}",
            "3:48: routes[0].match.path_prefix: “/.sallyport/x” lies under /.sallyport/, which Sallyport answers itself: choose another path"
        ),
        Row(
            "{upstream: shop, match: {host: 'a:80'}}",
            "3:41: routes[0].match.host: “a:80” has a port: write a, which matches on each port"),
        Row(
            "{upstream: shop, match: {host: 'a*.example'}}",
            "3:41: routes[0].match.host: holds “*” elsewhere than in front of a host: write one such as *.example.com, or leave host out"
        ),
        Row("{upstream: shop, match: {host: '*.A.example'}}, {upstream: shop, match: {host: '*.example'}}"),
        Row(
            "{upstream: shop, match: {host: '*.[::1]'}}",
            "3:41: routes[0].match.host: “*.[::1]” can stand for no host: write a name of at most 16 parts behind “*.”"),
        Row("{upstream: shop, match: {methods: [GET]}}, {upstream: shop, match: {methods: [POST]}}, {upstream: shop}"),
        Row(
            "{upstream: shop, match: {methods: [GET]}}, {upstream: shop, match: {methods: [HEAD]}}",
            "3:53: routes[1]: matches exactly what routes[0] in line 3 does, for HEAD, and would never be chosen: remove one of the two"
        ),
        Row(
            "{upstream: shop, match: {methods: []}}",
            "3:35: routes[0].match.methods: is empty, so that nothing would match: name a method, or remove the key"),
        Row(
            "{upstream: shop, match: {methods: [get, 'P T', PUT, PUT]}}",
            "3:45: routes[0].match.methods[0]: “get” is another method than GET: write capitals",
            "3:50: routes[0].match.methods[1]: is the quoted text “P T”: write a method such as GET, in capitals",
            "3:62: routes[0].match.methods[3]: “PUT” stands twice: remove one of the two"),
        Row(
            "{upstream: shop, match: {host: 'https://a'}}",
            "3:41: routes[0].match.host: “https://a” is no host: write a name such as shop.example.com, without a scheme"
        ),
        Row(
            "{upstream: shop, match: {prefix: /a}}",
            "3:35: routes[0].match.prefix: is no known key; known here are: host, methods, path, path_prefix"),
        Row(
            "{upstream: shop, name: a}, {upstream: shop, name: a, match: {path: /b}}",
            "3:60: routes[1].name: is “a”, as in line 3: each route needs a name of its own"),
        Row(
            "{upstream: shop, authentication: require}",
            "3:43: routes[0].authentication: is “require”: write one of required, optional, none; did you mean “required”?"
        ),
        Row("{upstream: shop, token_sources: [authorization]}"),
        Row(
            "{upstream: shop, token_sources: []}",
            "3:27: routes[0].token_sources: is empty, so that nobody could come in: name a source, or remove the key"),
        Row(
            "{upstream: shop, token_sources: [cookie, cookie]}",
            "3:51: routes[0].token_sources[1]: “cookie” stands twice: remove one of the two"),
        Row("{upstream: shop, token_sources: [websocket_protocol, query], query_parameter: ticket}"),
        Row(
            "{upstream: shop, token_sources: [query], query_parameter: 'a b'}",
            "3:68: routes[0].query_parameter: is “a b”, and no name that needs no escapes: write up to 64 letters, digits and -._~, such as access_token"
        ),
        Row(
            "{upstream: shop, token_sources: [header]}",
            "3:43: routes[0].token_sources[0]: is “header”: write one of authorization, cookie, websocket_protocol, query"
        ),
        Row("{upstream: shop, accept: [access, websocket]}"),
        Row(
            "{upstream: shop, accept: []}",
            "3:27: routes[0].accept: is empty, so that no token would be good: write [access], or remove the key"),
        Row(
            "{upstream: shop, accept: [refresh]}",
            "3:36: routes[0].accept[0]: is refresh, and a refresh token opens nothing but /.sallyport/refresh: write access or websocket"
        ),
        Row("{upstream: shop, login_url: /login}"),
        Row(
            "{upstream: shop, login_url: https://evil.example/}",
            "3:38: routes[0].login_url: “https://evil.example/” is no path of this host: write a path that begins with one “/”, such as /login"
        ),
        Row(
            "{upstream: shop, login_url: '/\\evil.example'}",
            "3:38: routes[0].login_url: “/\\evil.example” holds characters that a URL has to escape: write them as %XX"),
        Row(
            "{upstream: shop, login_url: \"/\\t/evil\"}",
            "3:38: routes[0].login_url: “/\t/evil” holds characters that a URL has to escape: write them as %XX"),
        Row("{upstream: shop, client_certificate_headers: {X-Client: subject, X-Client-Names: dns_names}}"),
        Row(
            "{upstream: shop, identity_headers: {X-User: sub}, client_certificate_headers: {x-user: subject, X-Client: cn, Host: uris}}",
            "3:89: routes[0].client_certificate_headers.x-user: “x-user” is a field of identity_headers too: keep one of the two",
            "3:116: routes[0].client_certificate_headers.X-Client: is “cn”: write one of subject, dns_names, email_addresses, uris, ip_addresses, fingerprint",
            "3:120: routes[0].client_certificate_headers.Host: “Host” is a field with a meaning of its own, which no claim may set: choose another name, such as X-User-Id"
        ),
        Row("{upstream: shop, identity_headers: {X-User-Id: sub, X-Forwarded-User: sub}}"),
        Row(
            "{upstream: shop, identity_headers: {Authorization: sub}}",
            "3:46: routes[0].identity_headers.Authorization: “Authorization” is a field with a meaning of its own, which no claim may set: choose another name, such as X-User-Id"
        ),
        Row(
            "{upstream: shop, identity_headers: {X_User: sub}}",
            "3:46: routes[0].identity_headers.X_User: “X_User” holds “_”, which applications cannot tell from “-”: write X-User"
        ),
        Row(
            "{upstream: shop, identity_headers: {\"X User\": sub}}",
            "3:46: routes[0].identity_headers.X User: “X User” is no field name: write letters, digits and hyphens, such as X-User-Id"
        ),
        Row(
            "{upstream: shop, identity_headers: {X-User: sub, x-user: jti}}",
            "3:59: routes[0].identity_headers.x-user: “x-user” is the field of line 3 in another spelling: keep one of the two"
        ),
        Row(
            "{upstream: shop, identity_headers: {X-User: a..b}}",
            "3:54: routes[0].identity_headers.X-User: “a..b” is no claim: write its name, nested members joined by dots, such as address.country"
        ),
        Row(
            "{upstream: shop, identity_headers: {X-User: [a]}}",
            "3:46: routes[0].identity_headers.X-User: is a list, and must be text"),
        Row("{upstream: shop, cors: {allowed_origins: ['https://a.example', 'http://localhost:3000']}}"),
        Row(
            "{upstream: shop, cors: {allowed_origins: ['*']}}",
            "3:52: routes[0].cors.allowed_origins[0]: “*” would let every site read refusals of signed-in users: name the origins"
        ),
        Row(
            "{upstream: shop, cors: {allowed_origins: ['https://a.example/']}}",
            "3:52: routes[0].cors.allowed_origins[0]: “https://a.example/” has more than an origin: write a scheme, a host and a port if it is not the usual one, such as https://app.example.com"
        ),
        Row(
            "{upstream: shop, cors: {allowed_origins: ['https://a.example:443']}}",
            "3:52: routes[0].cors.allowed_origins[0]: “https://a.example:443” names the usual port, which browsers leave out: remove :443"
        ),
        Row("{upstream: shop, websocket: {close_code: 3000, close_reason: 'Sign in again.'}}"),
        Row("{upstream: shop, websocket: {allowed_origins: ['https://a.example', 'http://localhost:3000']}}"),
        Row("{upstream: shop, websocket: {allowed_origins: []}}"),
        Row(
            "{upstream: shop, websocket: {allowed_origins: ['*']}}",
            "3:57: routes[0].websocket.allowed_origins[0]: “*” would let every site open sockets in the name of its visitors: name the origins"
        ),
        Row(
            "{upstream: shop, websocket: {allowed_origins: ['https://a.example', 'https://a.example']}}",
            "3:78: routes[0].websocket.allowed_origins[1]: “https://a.example” stands twice: remove one of the two"),
        Row(
            "{upstream: shop, websocket: {close_code: 1006}}",
            "3:51: routes[0].websocket.close_code: is “1006”, and no code that a proxy may close with: write 1000, 1001, 1008 or a code from 3000 to 4999"
        ),
        Row(
            "{upstream: shop, websocket: {close_code: 5000}}",
            "3:51: routes[0].websocket.close_code: is “5000”, and no code that a proxy may close with: write 1000, 1001, 1008 or a code from 3000 to 4999"
        ),
        Row(
            "{upstream: shop, websocket: {close_reason: \(String(repeating: "a", count: 124))}}",
            "3:53: routes[0].websocket.close_reason: has 124 bytes, and a close frame has room for 123: write a shorter one"
        ),
        Row(
            "{upstream: shop, cors: {allowed_origins: ['https://*.a.example'], allowed_methods: [PUT], max_age_seconds: 0}}"
        ),
        Row(
            "{upstream: shop, cors: {allowed_origins: ['https://*.example', 'https://a.*.example']}}",
            "3:52: routes[0].cors.allowed_origins[0]: “https://*.example” would let every site of a top-level domain in: write more of the host",
            "3:73: routes[0].cors.allowed_origins[1]: “https://a.*.example” holds “*” elsewhere than in front of a host: write https://*.example.com, or each origin by itself"
        ),
        Row(
            "{upstream: shop, cors: {}}",
            "3:27: routes[0].cors: names no origin: write allowed_origins, such as [https://app.example.com]"),
        Row(
            "{upstream: shop, cors: {allowed_origins: ['https://a.example'], allowed_headers: ['*', A, a], max_age_seconds: 90000}}",
            "3:92: routes[0].cors.allowed_headers[0]: is the quoted text “*”: write a field name such as Content-Type; “*” is no choice with credentials",
            "3:100: routes[0].cors.allowed_headers[2]: “a” stands twice: remove one of the two",
            "3:121: routes[0].cors.max_age_seconds: is 90000, which is out of range: write a whole number from 0 to 86400"
        ),
        Row("{upstream: shop, csrf: {allowed_origins: ['https://*.a.example'], allow_same_site: true}}"),
        Row(
            "{upstream: shop, csrf: {allowed_origins: ['null']}}",
            "3:52: routes[0].csrf.allowed_origins[0]: “null” is no origin: write a scheme, a host and a port if it is not the usual one, such as https://app.example.com"
        ),
        Row("{upstream: shop, response_headers: {set: {X-Frame-Options: DENY}, remove: [Server]}}"),
        Row(
            "{upstream: shop, response_headers: {set: {Set-Cookie: a, X-A: \"a\\nb\"}, remove: [X_Y, x-a, Access-Control-Allow-Origin]}}",
            "3:52: routes[0].response_headers.set.Set-Cookie: “Set-Cookie” has a meaning for the connection, for caches or for sessions: leave it to the application",
            "3:72: routes[0].response_headers.set.X-A: holds what no field may: write printable ASCII of at most 8192 characters",
            "3:90: routes[0].response_headers.remove[0]: “X_Y” is no field name: write letters, digits and hyphens, such as X-Frame-Options",
            "3:95: routes[0].response_headers.remove[1]: “x-a” stands twice: remove one of the two",
            "3:100: routes[0].response_headers.remove[2]: “Access-Control-Allow-Origin” is the business of cors: write it there"
        ),
        Row("{upstream: shop, match: {path_prefix: /api}, strip_prefix: true}, {upstream: shop, rewrite: /v1}"),
        Row(
            "{upstream: shop, match: {path: /api}, strip_prefix: true}",
            "3:62: routes[0].strip_prefix: has no prefix to strip beside an exact path: write rewrite: /PATH"),
        Row(
            "{upstream: shop, match: {path_prefix: /api}, strip_prefix: true, rewrite: /v1}",
            "3:84: routes[0].rewrite: stands beside strip_prefix: keep one of the two"),
        Row(
            "{upstream: shop, rewrite: v1}",
            "3:36: routes[0].rewrite: “v1” does not begin with “/”: write /v1"),
        Row("{upstream: shop, limits: {upstream_first_byte_timeout_seconds: 2.5, body_idle_timeout_seconds: 3}}"),
        Row(
            "{upstream: shop, limits: {head_bytes: 2, tunnel_idle_timeout_seconds: 0}}",
            "3:36: routes[0].limits.head_bytes: is no known key; known here are: body_idle_timeout_seconds, tunnel_idle_timeout_seconds, upstream_first_byte_timeout_seconds, upstream_idle_timeout_seconds",
            "3:80: routes[0].limits.tunnel_idle_timeout_seconds: is 0, which is out of range: write seconds from 0.1 to 2592000"
        ),
        Row(
            "{upstream: shop, assertion: {audience: shop}}",
            "3:27: routes[0].assertion: has no key to sign with: write assertions: {keys: [{kid: NAME, key: {file: PATH}}]} at the top of the file"
        ),
        Row(
            "{upstream: shop, max_body_bytes: 10MB}",
            "3:43: routes[0].max_body_bytes: is “10MB”, and must be a whole number: write a whole number from 0 to 9223372036854775807"
        ),
    ]
}
