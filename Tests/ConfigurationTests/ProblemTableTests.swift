import SallyportConfiguration
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
        "4:1: <<: is no known key; known here are: admin, assertions, cookies, drain_timeout_seconds, issuers, limits, listeners, logging, routes, store, tokens, trusted_proxies, upstreams, workers"
    ),
    Row(
        "workers: 1\nworkers: 2\nworkers: 3", "5:1: workers: stands twice, here and in line 4: keep one of the two",
        "6:1: workers: stands twice, here and in line 4: keep one of the two"),
    Row(
        "cookies: {\"secure\": true, 'secure': true}",
        "4:27: cookies.secure: stands twice, here and in line 4: keep one of the two"),
    Row("admin: {address: 127.0.0.1:9901}"),
    Row("admin: {address: unix:admin.sock}"),
    Row("admin: {}", "4:1: admin.address: is missing: write 127.0.0.1:9901 or unix:PATH"),
    Row(
        "admin: {address: localhost:9901}",
        "4:18: admin.address: “localhost” is no numeric address: write 127.0.0.1:8080, [::]:8080 or unix:PATH"),
    Row("admin: {address: 127.0.0.1:9901, port: 1}", "4:34: admin.port: is no known key; known here are: address"),
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
        "issuers: {issuer: a}",
        "4:1: issuers: is a mapping, and must be a list: write [ … ] or lines that begin with “- ”"),

    Row(
        "assertions: {}", "4:1: assertions.keys: is missing: write a list such as [{kid: NAME, key: {file: PATH}}]"),
    Row(
        "assertions: {keys: [{kid: a, secret: {env: JWT_SECRET_KEY}}]}",
        "4:14: assertions.keys: holds the key “a” for HS256: assertions are signed with EdDSA or ES256"),
    Row("tokens: {algorithm: HS512}"),
    Row(
        "tokens: {algorithm: HS255}",
        "4:21: tokens.algorithm: is “HS255”: write one of HS256, HS384, HS512, RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA; did you mean “HS256”?"
    ),
    Row(
        "tokens: {algorithm: none}",
        "4:21: tokens.algorithm: is “none”: write one of HS256, HS384, HS512, RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA"
    ),
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
        "4:17: tokens.keys[0].secret: is missing: write {env: NAME} or {file: PATH}, or a key in place of it"),
    Row(
        "tokens: {keys: [{kid: a, secret: {env: JWT_SECRET_KEY}}, {kid: a, secret: {env: JWT_SECRET_KEY}}]}",
        "4:64: tokens.keys[1].kid: is “a”, as in line 4: each key needs a kid of its own"),
    Row(
        "tokens: {secret: {env: JWT_SECRET_KEY}, keys: [{kid: a, secret: {env: JWT_SECRET_KEY}}]}",
        "4:10: tokens.secret: stands beside keys: keep one of the two"),
    Row("tokens: {session_idle_seconds: 900, session_absolute_seconds: 86400, max_sessions_per_user: 5}"),
    Row(
        "tokens: {session_idle_seconds: 3}",
        "4:32: tokens.session_idle_seconds: is 3, which is out of range: write a whole number from 4 to 315360000"),
    Row(
        "tokens: {session_absolute_seconds: 0}",
        "4:36: tokens.session_absolute_seconds: is 0, which is out of range: write a whole number from 1 to 315360000"),
    Row(
        "tokens: {session_idle_seconds: 900, session_absolute_seconds: 899}",
        "4:63: tokens.session_absolute_seconds: is 899, less than the 900 of session_idle_seconds: a session would never get there"
    ),
    Row(
        "tokens: {max_sessions_per_user: 0}",
        "4:33: tokens.max_sessions_per_user: is 0, which is out of range: write a whole number from 1 to 1000"),
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
    Row("tokens: {binding: {user_agent_form: family}}"),
    Row(
        "tokens: {binding: {user_agent_form: exakt}}",
        "4:37: tokens.binding.user_agent_form: is “exakt”: write one of exact, family; did you mean “exact”?"),
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
    Row("store: {url: 'rediss://:topsecret@h'}"),
    Row("store: {url: 'rediss+sentinel://:topsecret@a,b/main', tls: {server_name: redis.internal}}"),
    Row("store: {url: 'rediss+cluster://[::1]:7000', tls: {server_name: '::1'}}"),
    Row(
        "store: {url: 'rediss+unix:///run/redis.sock'}",
        "4:14: store.url: has an unknown scheme: write memory:, sqlite:PATH, redis://HOST:PORT or unix://PATH"),
    Row(
        "store: {url: 'redis://h', tls: {}}",
        "4:27: store.tls: is for a Redis with TLS only: write rediss in place of redis in the url, or remove it"),
    Row(
        "store: {url: 'rediss://h', tls: {ca: ca.pem, certificate: none.pem, server_name: 'a b', verify: false}}",
        "4:28: store.tls.key: is missing beside certificate: name its file",
        "4:38: store.tls.ca: names /etc/sallyport/ca.pem, which cannot be read: there is no such file",
        "4:59: store.tls.certificate: names /etc/sallyport/none.pem, which cannot be read: there is no such file",
        "4:82: store.tls.server_name: “a b” is no host name and no address: write the name that the server's certificate is for",
        "4:89: store.tls.verify: is no known key; known here are: ca, certificate, key, server_name"),
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

    Row("store: {url: redis://127.0.0.1, revocation_staleness_max_ms: 200}"),
    Row(
        "store: {revocation_staleness_max_ms: 199}",
        "4:38: store.revocation_staleness_max_ms: is 199, which is out of range: write a whole number from 200 to 60000"
    ),

    Row("limits: {request_target_bytes: 32768}"),
    Row(
        "limits: {request_target_bytes: 32769}",
        "4:32: limits.request_target_bytes: leaves request_target_bytes at 32769, more than the 32768 of head_bytes: write no more than that"
    ),
    Row(
        "limits: {head_timeout: 1}", "4:10: limits.head_timeout: is no known key; did you mean “head_timeout_seconds”?"),
    Row(
        "limits: {slow_client_seconds: 0}",
        "4:31: limits.slow_client_seconds: is 0, which is out of range: write seconds from 0.1 to 86400"),
    Row("limits: {memory_bytes: 16777216}"),
    Row(
        "limits: {memory_bytes: 16777215}",
        "4:24: limits.memory_bytes: is 16777215, which is out of range: write a whole number from 16777216 to 1099511627776"
    ),
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
    Row("{upstream: shop, require: {roles: [admin, 'x y'], a.b: {all: [1, true], any: [x]}, level: 3, scope: read}}"),
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
        "3:49: routes[0].require: asks for claims where authentication: none looks at no token: remove one of the two"),
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
        "3:41: routes[0].match.host: “https://a” is no host: write a name such as shop.example.com, without a scheme"),
    Row(
        "{upstream: shop, match: {prefix: /a}}",
        "3:35: routes[0].match.prefix: is no known key; known here are: host, methods, path, path_prefix"),
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
    Row("{upstream: shop, token_sources: [websocket_protocol, query], query_parameter: ticket}"),
    Row(
        "{upstream: shop, token_sources: [query], query_parameter: 'a b'}",
        "3:68: routes[0].query_parameter: is “a b”, and no name that needs no escapes: write up to 64 letters, digits and -._~, such as access_token"
    ),
    Row(
        "{upstream: shop, token_sources: [header]}",
        "3:43: routes[0].token_sources[0]: is “header”: write one of authorization, cookie, websocket_protocol, query"),
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
        "3:121: routes[0].cors.max_age_seconds: is 90000, which is out of range: write a whole number from 0 to 86400"),
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
        "1:36: listeners[0].tls.certificates: is missing: write a list such as [{certificate: site.pem, key: site.key}]"
    ),
    Row(
        "{address: 127.0.0.1:0, tls: {certificates: []}}",
        "1:42: listeners[0].tls.certificates: is empty: write a list such as [{certificate: site.pem, key: site.key}]"
    ),
    Row(
        "{address: 127.0.0.1:0, tls: {certificates: [{}]}}",
        "1:57: listeners[0].tls.certificates[0].certificate: is missing: name a PEM file",
        "1:57: listeners[0].tls.certificates[0].key: is missing: name a PEM file"),
    Row(
        "{address: 127.0.0.1:0, tls: {certificates: [{certificate: a.pem}]}}",
        "1:57: listeners[0].tls.certificates[0].key: is missing beside certificate: name its file",
        "1:71: listeners[0].tls.certificates[0].certificate: names /etc/sallyport/a.pem, which cannot be read: there is no such file"
    ),
    Row(
        "{address: 127.0.0.1:0, tls: {certificates: [{certificate: a.pem, key: a.key, client_certificates: maybe}], client_certificates: required, minimum_version: 1.1, session_tickets: 1, hsts: {max_age_seconds: -1, preload: true}, x: 1}}",
        "1:71: listeners[0].tls.certificates[0].certificate: names /etc/sallyport/a.pem, which cannot be read: there is no such file",
        "1:83: listeners[0].tls.certificates[0].key: names /etc/sallyport/a.key, which cannot be read: there is no such file",
        "1:111: listeners[0].tls.certificates[0].client_certificates: is “maybe”: write one of off, optional, required",
        "1:141: listeners[0].tls.client_certificates: is required, and nobody says whose: name a PEM file under client_ca",
        "1:168: listeners[0].tls.minimum_version: is “1.1”: write one of 1.2, 1.3; did you mean “1.2”?",
        "1:190: listeners[0].tls.session_tickets: is “1”: write true or false",
        "1:217: listeners[0].tls.hsts.max_age_seconds: is -1, which is out of range: write a whole number from 0 to 63072000",
        "1:230: listeners[0].tls.hsts.preload: is true, which browsers' makers take only with include_subdomains: true and max_age_seconds of 31536000 at least",
        "1:237: listeners[0].tls.x: is no known key; known here are: certificates, client_ca, client_certificates, hsts, minimum_version, session_tickets"
    ),
    Row(
        "{address: 127.0.0.1:0, redirect_to_https: {hosts: [shop.example.com, '*.example.com'], port: 8443, status: 301}}"
    ),
    Row(
        "{address: 127.0.0.1:0, redirect_to_https: {}}",
        "1:36: listeners[0].redirect_to_https.hosts: is missing, and no listener has a certificate that would say which hosts are ours: list them"
    ),
    Row(
        "{address: 127.0.0.1:0, redirect_to_https: {hosts: ['https://a.example', '*', ''], port: 0, status: 303}}",
        "1:64: listeners[0].redirect_to_https.hosts[0]: is the quoted text “https://a.example”, and must be a host such as shop.example.com or *.example.com",
        "1:85: listeners[0].redirect_to_https.hosts[1]: is the quoted text “*”, and must be a host such as shop.example.com or *.example.com",
        "1:90: listeners[0].redirect_to_https.hosts[2]: is the quoted text “”, and must be a host such as shop.example.com or *.example.com",
        "1:101: listeners[0].redirect_to_https.port: is 0, which is out of range: write a whole number from 1 to 65535",
        "1:112: listeners[0].redirect_to_https.status: is 303, which is no redirect: write 301, 302, 307 or 308"),
    Row(
        "{address: 127.0.0.1:0, proxy_protocol: true}",
        "1:52: listeners[0].proxy_protocol: is on, and nobody may use it: name the balancers in trusted_proxies"),
    Row("{address: 127.0.0.1:0, protocols: [h2, http/1.1]}"),
    Row("{address: 127.0.0.1:0, protocols: [h2]}"),
    Row(
        "{address: 127.0.0.1:0, protocols: [spdy]}", "1:48: listeners[0].protocols[0]: is “spdy”: write h2 or http/1.1"),
    Row(
        "{address: 127.0.0.1:0, protocols: []}",
        "1:36: listeners[0].protocols: is empty: write [h2, http/1.1], or remove the key"),
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
    Row("{endpoints: ['a:443'], tls: {}}"),
    Row("{endpoints: ['unix:a.sock'], tls: {server_name: shop.internal}}"),
    Row(
        "{endpoints: ['unix:a.sock'], tls: {}}",
        "2:48: upstreams.shop.tls.server_name: is missing: no certificate is for a Unix socket; write a name"),
    Row(
        "{endpoints: ['a:443'], tls: true}",
        "2:47: upstreams.shop.tls: is a single value, and must be a mapping of keys to values"),
    Row(
        "{endpoints: ['a:443'], tls: {ca: none.pem, verify: false, key: k.pem, sni: b}}",
        "2:42: upstreams.shop.tls.certificate: is missing beside key: name its file",
        "2:52: upstreams.shop.tls.ca: names /etc/sallyport/none.pem, which cannot be read: there is no such file",
        "2:70: upstreams.shop.tls.verify: is false, so that nobody looks at the ca: remove one of the two",
        "2:82: upstreams.shop.tls.key: names /etc/sallyport/k.pem, which cannot be read: there is no such file",
        "2:89: upstreams.shop.tls.sni: is no known key; known here are: ca, certificate, key, server_name, verify"),
    Row(
        "{endpoints: ['a:80'], max_idle_connections: -1}",
        "2:63: upstreams.shop.max_idle_connections: is -1, which is out of range: write a whole number from 0 to 65536"),
    Row(
        "{endpoints: ['a:80'], balance: least_requests, resolve_interval_seconds: 5, max_connections: 8, queue: 0, retry_percent: 0}"
    ),
    Row(
        "{endpoints: ['a:80'], queue_timeout_seconds: 1, connect_timeout_seconds: 0.5, first_byte_timeout_seconds: 600, idle_timeout_seconds: 600, keep_alive_timeout_seconds: 0, max_connection_age_seconds: 600}"
    ),
    Row(
        "{endpoints: ['a:80'], ejection: {failures: 0, base_seconds: 2, max_seconds: 2, max_percent: 100}}"),
    Row(
        "{endpoints: ['a:80'], health_check: {path: '/health?deep=1', host: app.example:80, interval_seconds: 1, timeout_seconds: 1, unhealthy_after: 1, healthy_after: 1}}"
    ),
    Row(
        "{endpoints: ['a:80'], balance: random}",
        "2:50: upstreams.shop.balance: is “random”: write one of round_robin, least_requests"),
    Row(
        "{endpoints: ['a:80'], max_connections: 0}",
        "2:58: upstreams.shop.max_connections: is 0, which is out of range: write a whole number from 1 to 65536"),
    Row(
        "{endpoints: ['a:80'], queue_timeout_seconds: 0}",
        "2:64: upstreams.shop.queue_timeout_seconds: is 0, which is out of range: write seconds from 0.1 to 3600"),
    Row(
        "{endpoints: ['a:80'], retry_percent: 101}",
        "2:56: upstreams.shop.retry_percent: is 101, which is out of range: write a whole number from 0 to 100"),
    Row(
        "{endpoints: ['a:80'], ejection: {max_seconds: 0.5}}",
        "2:65: upstreams.shop.ejection.max_seconds: leaves max_seconds below base_seconds: write no less than the 1.0 seconds of that"
    ),
    Row(
        "{endpoints: ['a:80'], ejection: {percent: 5}}",
        "2:52: upstreams.shop.ejection.percent: is no known key; known here are: base_seconds, failures, max_percent, max_seconds"
    ),
    Row(
        "{endpoints: ['a:80'], health_check: {}}",
        "2:41: upstreams.shop.health_check.path: is missing: write what is asked for, such as /health"),
    Row(
        "{endpoints: ['a:80'], health_check: {path: health}}",
        "2:62: upstreams.shop.health_check.path: “health” is no path: write one that begins with “/”, in ASCII and without blanks and “#”"
    ),
    Row(
        "{endpoints: ['a:80'], health_check: {path: /h, host: 'a b'}}",
        "2:72: upstreams.shop.health_check.host: “a b” is no host: write a name such as app.example.com"),
]
