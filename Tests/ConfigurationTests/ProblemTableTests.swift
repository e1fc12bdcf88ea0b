import Configuration
import Testing

@Suite("Problems of a configuration")
struct ProblemTableTests {
    /// A fragment, and the problems it makes.
    struct Row: Sendable, CustomTestStringConvertible {
        var fragment: String
        var problems: [String]
        init(_ fragment: String, _ problems: String...) { (self.fragment, self.problems) = (fragment, problems) }
        var testDescription: String { fragment }
    }

    @Test("A fragment in line 4 is told of with its place, and its good neighbour is taken", arguments: sectionRows)
    func section(_ row: Row) {
        #expect(SampleFile(SampleFile.base + row.fragment).problems() == row.problems)
    }

    @Test("A route in line 3 is told of with its place, and its good neighbour is taken", arguments: routeRows)
    func route(_ row: Row) {
        #expect(SampleFile(SampleFile.withoutRoutes + "routes: [" + row.fragment + "]").problems() == row.problems)
    }

    @Test("A listener in line 1 is told of with its place, and its good neighbour is taken", arguments: listenerRows)
    func listener(_ row: Row) {
        let rest = SampleFile.base.split(separator: "\n").dropFirst().joined(separator: "\n")
        #expect(SampleFile("listeners: [" + row.fragment + "]\n" + rest).problems() == row.problems)
    }

    @Test("An upstream in line 2 is told of with its place, and its good neighbour is taken", arguments: upstreamRows)
    func upstream(_ row: Row) {
        let lines = SampleFile.base.split(separator: "\n")
        let text = "\(lines[0])\nupstreams: {shop: \(row.fragment)}\n\(lines[2])\n"
        #expect(SampleFile(text).problems() == row.problems)
    }
}

private typealias Row = ProblemTableTests.Row

private let sectionRows: [Row] = [
    Row("workers: 4"),
    Row("workers: 0", "4:10: workers: is “0”: write auto for one per core, or a whole number from 1 to 1024"),
    Row("workers:", "4:1: workers: has no value: write one, or remove the key for the default"),
    Row("drain_timeout_seconds: 0"),
    Row(
        "drain_timeout_seconds: 30s",
        "4:24: drain_timeout_seconds: is “30s”, and must be a number: write seconds from 0 to 3600, without a unit"),
    Row(
        "drain_timeout_seconds: -1",
        "4:24: drain_timeout_seconds: is -1, which is out of range: write seconds from 0 to 3600"),
    Row("? [a]\n: b", "4:3: has a key that is a list or a mapping: write a word"),
    Row(
        "<<: {workers: 1}",
        "4:1: <<: is no known key; known here are: cookies, drain_timeout_seconds, issuers, limits, listeners, logging, routes, store, tokens, trusted_proxies, upstreams, workers"
    ),
    Row("\u{E000}: 1", "4:1: holds a character of the private use area: remove it"),
    Row(
        "workers: 1\nworkers: 2\nworkers: 3", "6:1: workers: stands twice, here and in line 4: keep one of the two",
        "6:1: workers: stands twice, here and in line 5: keep one of the two"),
    Row(
        "cookies: {\"secure\": true, 'secure': true}",
        "4:27: cookies.secure: stands twice, here and in line 4: keep one of the two"),
    Row("trusted_proxies: [10.0.0.0/8, 192.0.2.1, 2001:db8::/32]"),
    Row(
        "trusted_proxies: 10.0.0.0/8",
        "4:18: trusted_proxies: is a single value, and must be a list: write [ … ] or lines that begin with “- ”"),
    Row(
        "trusted_proxies: [10.0.0.1/8]",
        "4:19: trusted_proxies[0]: “10.0.0.1/8” has bits set behind its prefix: write 10.0.0.0/8, or 10.0.0.1 for the one address"
    ),
    Row(
        "trusted_proxies: [10.0.0.0/33]",
        "4:19: trusted_proxies[0]: “10.0.0.0/33” does not end in a prefix length from 0 to 32: write a range such as 10.0.0.0/8 or 2001:db8::/32"
    ),
    Row(
        "trusted_proxies: [proxy.local]",
        "4:19: trusted_proxies[0]: “proxy.local” is no range of addresses: write a range such as 10.0.0.0/8 or 2001:db8::/32"
    ),
    Row("trusted_proxies: [{}]", "4:19: trusted_proxies[0]: is a mapping, and must be a range such as 10.0.0.0/8"),
    Row(
        "issuers: [{issuer: a}]",
        "4:1: issuers: names foreign issuers, which this version does not offer: remove the section"),

    Row("tokens: {algorithm: HS512}"),
    Row(
        "tokens: {algorithm: HS255}",
        "4:21: tokens.algorithm: is “HS255”: write one of HS256, HS384, HS512; did you mean “HS256”?"),
    Row("tokens: {algorithm: none}", "4:21: tokens.algorithm: is “none”: write one of HS256, HS384, HS512"),
    Row(
        "tokens: {algorithm: RS256}",
        "4:21: tokens.algorithm: is RS256, which this version does not offer: write one of HS256, HS384, HS512"),
    Row(
        "tokens: {secret: hunter2}",
        "4:18: tokens.secret: holds text: a secret does not stand in this file; write {env: NAME} or {file: PATH}"),
    Row("tokens: {secret: {}}", "4:10: tokens.secret: names no source: write {env: NAME} or {file: PATH}"),
    Row(
        "tokens: {secret: {environment: A}}", "4:10: tokens.secret: names no source: write {env: NAME} or {file: PATH}",
        "4:19: tokens.secret.environment: is no known key; known here are: env, file"),
    Row(
        "tokens: {secret: {env: MISSING}}",
        "4:24: tokens.secret.env: needs the environment variable MISSING, which is not set: set it, or write {file: PATH}"
    ),
    Row(
        "tokens: {secret: {env: JWT_SECRET_KEY, file: a}}",
        "4:10: tokens.secret: names a variable and a file: keep one of the two"),
    Row(
        "tokens: {secret: {file: absent.key}}",
        "4:25: tokens.secret.file: names /etc/sallyport/absent.key, which cannot be read: there is no such file"),
    Row("tokens: {keys: [{kid: a, secret: {env: JWT_SECRET_KEY}}]}"),
    Row("tokens: {keys: []}", "4:10: tokens.keys: is empty: write at least one {kid: NAME, secret: {env: NAME}}"),
    Row(
        "tokens: {keys: [{}]}",
        "4:17: tokens.keys[0].kid: is missing: write a name that tells this key from the others",
        "4:17: tokens.keys[0].secret: is missing: write {env: NAME} or {file: PATH}"),
    Row(
        "tokens: {keys: [{kid: a, secret: {env: JWT_SECRET_KEY}}, {kid: a, secret: {env: JWT_SECRET_KEY}}]}",
        "4:64: tokens.keys[1].kid: is “a”, as in line 4: each key needs a kid of its own"),
    Row(
        "tokens: {secret: {env: JWT_SECRET_KEY}, keys: [{kid: a, secret: {env: JWT_SECRET_KEY}}]}",
        "4:10: tokens.secret: stands beside keys: keep one of the two"),
    Row(
        "tokens: {access_token_expire_seconds: 1800s}",
        "4:39: tokens.access_token_expire_seconds: is “1800s”, and must be a whole number: write a whole number from 1 to 315360000"
    ),
    Row(
        "tokens: {access_token_expire_seconds: \"1800\"}",
        "4:39: tokens.access_token_expire_seconds: is the quoted text “1800”, and must be a whole number: write a whole number from 1 to 315360000"
    ),
    Row(
        "tokens: {access_token_expire_seconds: 010}",
        "4:39: tokens.access_token_expire_seconds: is “010”, and must be a whole number: write a whole number from 1 to 315360000"
    ),
    Row(
        "tokens: {access_token_expire_seconds: 99999999999999999999}",
        "4:39: tokens.access_token_expire_seconds: is “99999999999999999999”, and must be a whole number: write a whole number from 1 to 315360000"
    ),
    Row(
        "tokens: {access_token_expire_seconds: 0}",
        "4:39: tokens.access_token_expire_seconds: is 0, which is out of range: write a whole number from 1 to 315360000"
    ),
    Row(
        "tokens: {access_token_expire: 5}",
        "4:10: tokens.access_token_expire: is no known key; did you mean “access_token_expire_seconds”?"),
    Row("tokens: {access_token_expire_seconds: 60, refresh_ahead_seconds: 59}"),
    Row(
        "tokens: {access_token_expire_seconds: 60, refresh_ahead_seconds: 60}",
        "4:66: tokens.refresh_ahead_seconds: is 60, and an access token lives 60: each request would refresh; write less than that"
    ),
    Row("tokens: {binding: {address: log}}"),
    Row(
        "tokens: {binding: {address: lax}}",
        "4:29: tokens.binding.address: is “lax”: write one of strict, log, off"),
    Row(
        "tokens: {binding: {address_prefix: {v4: 33}}}",
        "4:41: tokens.binding.address_prefix.v4: is 33, which is out of range: write a whole number from 1 to 32"),
    Row("tokens: {issuer: \"\"}", "4:18: tokens.issuer: is empty: write a value, or remove the key"),
    Row("tokens: {audience: [a, b]}", "4:10: tokens.audience: is a list, and must be text"),

    Row("cookies: {access: __Secure-a, refresh: __Host-b}"),
    Row("cookies: {secure: false, access: a, refresh: b}"),
    Row(
        "cookies: {secure: false}",
        "4:19: cookies.secure: is false, and the cookies' names begin with __Host-, which browsers take only from secure ones: write true, or choose names under access and refresh"
    ),
    Row(
        "cookies: {secure: false, access: a}",
        "4:1: cookies.refresh: keeps its default name, which begins with __Host- and needs secure: true: choose another one"
    ),
    Row(
        "cookies: {secure: false, access: __Host-a, refresh: b}",
        "4:34: cookies.access: “__Host-a” begins with a prefix that browsers take only from secure cookies: write secure: true, or choose another name"
    ),
    Row(
        "cookies: {access: __host-a}",
        "4:19: cookies.access: “__host-a” is close to a prefix that browsers know: write __Host- or __Secure-"),
    Row(
        "cookies: {access: a, refresh: a}",
        "4:31: cookies.refresh: is “a”, the name of the other cookie: choose two names"),
    Row(
        "cookies: {access: \"a b\"}",
        "4:19: cookies.access: “a b” is no cookie name: write letters, digits, “-” and “_”"),
    Row("cookies: {same_site: none}"),
    Row(
        "cookies: {same_site: Lax}",
        "4:22: cookies.same_site: is “Lax”: write one of strict, lax, none; did you mean “lax”?"),
    Row(
        "cookies: {same_site: none, secure: false, access: a, refresh: b}",
        "4:22: cookies.same_site: is none, which browsers take only from secure cookies: write secure: true, or lax"),
    Row("cookies: {secure: \"true\"}", "4:19: cookies.secure: is the quoted text “true”: write true or false"),

    Row("store: {url: 'memory:'}"),
    Row("store: {url: unix:///run/redis.sock}"),
    Row(
        "store: {url: redis}",
        "4:14: store.url: is no store URL: write memory:, sqlite:PATH, redis://HOST:PORT or unix://PATH"),
    Row(
        "store: {url: 'sqlite:'}",
        "4:14: store.url: names no file: write sqlite:PATH, such as sqlite:state/sallyport.db"),
    Row(
        "store: {url: 'mysql://:topsecret@h'}",
        "4:14: store.url: has an unknown scheme: write memory:, sqlite:PATH, redis://HOST:PORT or unix://PATH"),
    Row(
        "store: {url: 'rediss://:topsecret@h'}",
        "4:14: store.url: uses rediss://, which this version does not offer: write redis://HOST:PORT or unix://PATH"),
    Row(
        "store: {url: 'redis://:topsecret@h', password: {env: JWT_SECRET_KEY}}",
        "4:38: store.password: stands beside a password in the url: keep one of the two"),
    Row(
        "store: {url: 'memory:', password: {env: JWT_SECRET_KEY}}",
        "4:25: store.password: is for a Redis only: remove it"),
    Row(
        "store: {key_prefix: '{a}'}",
        "4:21: store.key_prefix: “{a}” is no key prefix: write up to 64 visible ASCII characters without braces"),
    Row(
        "store: {command_timeout_ms: 250ms}",
        "4:29: store.command_timeout_ms: is “250ms”, and must be a whole number: write a whole number from 1 to 60000"),

    Row("limits: {request_target_bytes: 32768}"),
    Row(
        "limits: {request_target_bytes: 32769}",
        "4:32: limits.request_target_bytes: leaves request_target_bytes at 32769, more than the 32768 of head_bytes: write no more than that"
    ),
    Row(
        "limits: {head_timeout: 1}", "4:10: limits.head_timeout: is no known key; did you mean “head_timeout_seconds”?"),
    Row("limits: [1]", "4:1: limits: is a list, and must be a mapping of keys to values"),

    Row("logging: {access: stdout, audit: logs/audit.jsonl}"),
    Row("logging: {access: ./stdot}"),
    Row(
        "logging: {access: stdot}", "4:19: logging.access: is “stdot”; did you mean “stdout”? Write ./stdot for a file"),
    Row(
        "logging: {level: warn}",
        "4:18: logging.level: is “warn”: write one of trace, debug, info, notice, warning, error, critical"),
    Row(
        "logging: {format: JSON}",
        "4:19: logging.format: is “JSON”: write one of auto, json, human; did you mean “json”?"),
]

private let routeRows: [Row] = [
    Row("", "3:1: routes: is empty: write at least one {upstream: NAME}"),
    Row("{}", "3:10: routes[0].upstream: is missing: write the name of an upstream"),
    Row("{upstream: shop, match: {path_prefix: /app}}, {upstream: shop, match: {path: /app}}"),
    Row("{upstream: shop, match: {path: /a}}, {upstream: shop, match: {host: a.example, path: /a}}"),
    Row(
        "{upstream: shop, match: {path: /a}}, {upstream: shop, match: {path: /a}}",
        "3:47: routes[1]: matches exactly what routes[0] in line 3 does, and would never be chosen: remove one of the two"
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
        "{upstream: shop, match: {host: '*.a'}}",
        "3:41: routes[0].match.host: “*.a” holds “*”: write one host, or leave host out for all of them"),
    Row(
        "{upstream: shop, match: {host: 'https://a'}}",
        "3:41: routes[0].match.host: “https://a” is no host: write a name such as shop.example.com, without a scheme"),
    Row(
        "{upstream: shop, match: {prefix: /a}}",
        "3:35: routes[0].match.prefix: is no known key; known here are: host, path, path_prefix"),
    Row(
        "{upstream: shop, name: a}, {upstream: shop, name: a, match: {path: /b}}",
        "3:60: routes[1].name: is “a”, as in line 3: each route needs a name of its own"),
    Row(
        "{upstream: shop, authentication: require}",
        "3:43: routes[0].authentication: is “require”: write one of required, optional, none; did you mean “required”?"),
    Row("{upstream: shop, token_sources: [authorization]}"),
    Row(
        "{upstream: shop, token_sources: []}",
        "3:27: routes[0].token_sources: is empty, so that nobody could come in: name a source, or remove the key"),
    Row(
        "{upstream: shop, token_sources: [cookie, cookie]}",
        "3:51: routes[0].token_sources[1]: “cookie” stands twice: remove one of the two"),
    Row(
        "{upstream: shop, token_sources: [query]}",
        "3:43: routes[0].token_sources[0]: is query, which this version does not offer: write authorization, cookie or websocket_protocol"
    ),
    Row(
        "{upstream: shop, token_sources: [header]}",
        "3:43: routes[0].token_sources[0]: is “header”: write one of authorization, cookie, websocket_protocol"),
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
    Row(
        "{upstream: shop, max_body_bytes: 10MB}",
        "3:43: routes[0].max_body_bytes: is “10MB”, and must be a whole number: write a whole number from 0 to 9223372036854775807"
    ),
]

private let listenerRows: [Row] = [
    Row("{address: 127.0.0.1:0}, {address: 127.0.0.1:0}"),
    Row(
        "{address: 127.0.0.1:8080}, {address: 127.0.0.1:8080}",
        "1:40: listeners[1]: listens where listeners[0] in line 1 does: remove one of the two"),
    Row("", "1:1: listeners: is empty: write at least one {address: HOST:PORT}"),
    Row("{}", "1:13: listeners[0].address: is missing: write HOST:PORT or unix:PATH"),
    Row(
        "{address: 8080}",
        "1:23: listeners[0].address: “8080” has no port: write 127.0.0.1:8080, [::]:8080 or unix:PATH"),
    Row(
        "{address: 'localhost:8080'}",
        "1:23: listeners[0].address: “localhost” is no numeric address: write 127.0.0.1:8080, [::]:8080 or unix:PATH"),
    Row("{address: '::1:8080'}", "1:23: listeners[0].address: an IPv6 address stands in brackets: write [::1]:8080"),
    Row(
        "{address: '[::g]:8080'}",
        "1:23: listeners[0].address: “[::g]” is no IPv6 address in brackets: write 127.0.0.1:8080, [::]:8080 or unix:PATH"
    ),
    Row(
        "{address: '127.0.0.1:65536'}",
        "1:23: listeners[0].address: “127.0.0.1:65536” does not end in a port from 0 to 65535: write 127.0.0.1:8080, [::]:8080 or unix:PATH"
    ),
    Row(
        "{address: '256.0.0.1:80'}",
        "1:23: listeners[0].address: “256.0.0.1” is no numeric address: write 127.0.0.1:8080, [::]:8080 or unix:PATH"),
    Row("{address: 'unix:'}", "1:23: listeners[0].address: unix: names no socket: write unix:PATH"),
    Row(
        "{address: 127.0.0.1:0, tls: {}}",
        "1:36: listeners[0].tls: asks for TLS, which this version does not offer: remove the key and let a TLS terminator stand in front"
    ),
    Row(
        "{address: 127.0.0.1:0, proxy_protocol: true}",
        "1:52: listeners[0].proxy_protocol: is on, and this version does not offer it: write false, or remove the key"),
    Row(
        "{address: 127.0.0.1:0, protocols: [h2, http/1.1]}",
        "1:48: listeners[0].protocols[0]: is h2, which this version does not offer: write [http/1.1]"),
    Row("{address: 127.0.0.1:0, protocols: [spdy]}", "1:48: listeners[0].protocols[0]: is “spdy”: write http/1.1"),
]

private let upstreamRows: [Row] = [
    Row("{endpoints: [app_1.internal:80, 'unix:app.sock']}"),
    Row(
        "{endpoints: []}", "2:20: upstreams.shop.endpoints: is empty: write at least one address such as 127.0.0.1:3000"
    ),
    Row("{}", "2:13: upstreams.shop.endpoints: is missing: write a list such as [127.0.0.1:3000]"),
    Row(
        "{endpoints: ['http://app:80']}",
        "2:32: upstreams.shop.endpoints[0]: “http://app:80” is no address: write 127.0.0.1:3000, [::1]:3000, app:3000 or unix:PATH, without a scheme and a path"
    ),
    Row(
        "{endpoints: [app]}",
        "2:32: upstreams.shop.endpoints[0]: “app” has no port: write 127.0.0.1:3000, [::1]:3000, app:3000 or unix:PATH"),
    Row(
        "{endpoints: ['app:0']}",
        "2:32: upstreams.shop.endpoints[0]: port 0 cannot be connected to: write the port of the application"),
    Row(
        "{endpoints: ['10.0.0.256:80']}",
        "2:32: upstreams.shop.endpoints[0]: “10.0.0.256” is no host name and no address: write 127.0.0.1:3000, [::1]:3000, app:3000 or unix:PATH"
    ),
    Row(
        "{endpoints: ['-a:80']}",
        "2:32: upstreams.shop.endpoints[0]: “-a” is no host name and no address: write 127.0.0.1:3000, [::1]:3000, app:3000 or unix:PATH"
    ),
    Row(
        "{endpoints: ['a:80', 'a:80']}", "2:40: upstreams.shop.endpoints[1]: “a:80” stands twice: remove one of the two"
    ),
    Row(
        "{endpoints: ['a:80'], max_idle_connections: -1}",
        "2:63: upstreams.shop.max_idle_connections: is -1, which is out of range: write a whole number from 0 to 65536"),
]
