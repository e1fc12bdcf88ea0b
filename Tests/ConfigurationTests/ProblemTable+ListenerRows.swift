extension ProblemTableTests {
    /// Fragments of a listener, each with the problems it makes.
    static let listenerRows = [
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
            "1:23: listeners[0].address: “localhost” is no numeric address: write 127.0.0.1:8080, [::]:8080 or unix:PATH"
        ),
        Row(
            "{address: '::1:8080'}", "1:23: listeners[0].address: an IPv6 address stands in brackets: write [::1]:8080"),
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
            "1:23: listeners[0].address: “256.0.0.1” is no numeric address: write 127.0.0.1:8080, [::]:8080 or unix:PATH"
        ),
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
            "{address: 127.0.0.1:0, protocols: [spdy]}",
            "1:48: listeners[0].protocols[0]: is “spdy”: write h2 or http/1.1"),
        Row(
            "{address: 127.0.0.1:0, protocols: []}",
            "1:36: listeners[0].protocols: is empty: write [h2, http/1.1], or remove the key"),
    ]
}
