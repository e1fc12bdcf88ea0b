extension ProblemTableTests {
    /// Fragments of a section, each with the problems it makes.
    static let sectionRows = [
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
            "tokens: {secret: {environment: A}}",
            "4:10: tokens.secret: names no source: write {env: NAME} or {file: PATH}",
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
            "4:36: tokens.session_absolute_seconds: is 0, which is out of range: write a whole number from 1 to 315360000"
        ),
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
            "4:22: cookies.same_site: is none, which browsers take only from secure cookies: write secure: true, or lax"
        ),
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
            "4:29: store.command_timeout_ms: is “250ms”, and must be a whole number: write a whole number from 1 to 60000"
        ),

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
            "limits: {head_timeout: 1}",
            "4:10: limits.head_timeout: is no known key; did you mean “head_timeout_seconds”?"),
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
            "logging: {access: stdot}",
            "4:19: logging.access: is “stdot”; did you mean “stdout”? Write ./stdot for a file"),
        Row(
            "logging: {level: warn}",
            "4:18: logging.level: is “warn”: write one of trace, debug, info, notice, warning, error, critical"),
        Row(
            "logging: {format: JSON}",
            "4:19: logging.format: is “JSON”: write one of auto, json, human; did you mean “json”?"),
    ]
}
