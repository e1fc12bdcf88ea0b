extension ProblemTableTests {
    /// Fragments of a upstream, each with the problems it makes.
    static let upstreamRows = [
        Row("{endpoints: [app_1.internal:80, 'unix:app.sock']}"),
        Row(
            "{endpoints: []}",
            "2:20: upstreams.shop.endpoints: is empty: write at least one address such as 127.0.0.1:3000"
        ),
        Row("{}", "2:13: upstreams.shop.endpoints: is missing: write a list such as [127.0.0.1:3000]"),
        Row(
            "{endpoints: ['http://app:80']}",
            "2:32: upstreams.shop.endpoints[0]: “http://app:80” is no address: write 127.0.0.1:3000, [::1]:3000, app:3000 or unix:PATH, without a scheme and a path"
        ),
        Row(
            "{endpoints: [app]}",
            "2:32: upstreams.shop.endpoints[0]: “app” has no port: write 127.0.0.1:3000, [::1]:3000, app:3000 or unix:PATH"
        ),
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
            "{endpoints: ['a:80', 'a:80']}",
            "2:40: upstreams.shop.endpoints[1]: “a:80” stands twice: remove one of the two"
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
            "2:63: upstreams.shop.max_idle_connections: is -1, which is out of range: write a whole number from 0 to 65536"
        ),
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
}
