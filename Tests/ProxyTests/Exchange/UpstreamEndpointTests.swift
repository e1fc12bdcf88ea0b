import AuthProxy
import SallyportConfiguration
import SallyportTesting
import Testing

/// Issue 5, "Upstreams": which of several endpoints gets a request, and what happens when they fail.
@Suite(.threadOfItsOwn, .timeLimit(.minutes(5)))
struct UpstreamEndpointTests {
    private func count(_ name: String, _ label: String, _ proxy: ProxyFixture) -> Int64 {
        proxy.server.server.counters.families().first { $0.name == name }?
            .samples.first { $0.label == label }?.value ?? -1
    }

    /// Changes the upstream of all routes.
    private func shop(_ change: @escaping (inout UpstreamConfiguration) -> Void) -> (inout ProxyConfiguration) -> Void {
        { configuration in
            guard var upstream = configuration.upstreams["shop"] else { return }
            change(&upstream)
            configuration.upstreams["shop"] = upstream
        }
    }

    @Test("With least requests, the endpoint that hangs gets none while the other is free")
    func leastRequests() async throws {
        let gate = try Gate()
        let slow = try TestOrigin(script: { exchange in
            try gate.wait()
            try exchange.perform(.echo(exchange.request))
        })
        defer { slow.stop() }
        try await ProxyFixture.run(
            configure: shop {
                $0.balance = .leastRequests
                $0.endpoints.append(ProxyFixture.endpoint(of: slow))
            }
        ) { proxy throws in
            // Until one hangs there, which of the two idle ones is drawn is open.
            let hanging = try proxy.client()
            #expect(
                try waitUntil {
                    let client = try proxy.client(patience: .milliseconds(300))
                    try client.send(MessageText.request("GET", "/public"))
                    return (try? client.response().status) == nil
                })
            let before = slow.requests.count
            for _ in 0..<20 { #expect(try proxy.client().exchange("GET", "/public").status == 200) }
            #expect(slow.requests.count == before)
            gate.open()
            hanging.close()
        }
    }

    @Test("A dead endpoint is left out after its failures, and is back by itself when it works again")
    func ejection() async throws {
        let dead = try DeadPort()
        let port = dead.number
        try await ProxyFixture.run(
            configure: shop {
                $0.endpoints.append(.tcp(host: "127.0.0.1", port: port))
                $0.ejection.failures = 3
                $0.ejection.baseSeconds = 0.2
                $0.ejection.maxSeconds = 0.2
            }
        ) { proxy throws in
            let client = try proxy.client()
            for _ in 0..<12 { #expect(try client.exchange("POST", "/public", [], body: "x").status == 200) }
            #expect(count("upstream_errors_total", "ejection", proxy) >= 1)
            // Tried again now and then, at the price of no request.
            let failures = count("upstream_errors_total", "connect", proxy)
            #expect(failures < 6)
        }
    }

    @Test("When no endpoint can be connected to, requests get 503 at once; when one is back, it serves")
    func allDown() async throws {
        let port = try DeadPort()
        try await ProxyFixture.run(
            configure: shop {
                $0.endpoints = [.tcp(host: "127.0.0.1", port: port.number)]
                $0.ejection.failures = 2
                $0.ejection.baseSeconds = 3600
                $0.ejection.maxSeconds = 3600
            }
        ) { proxy throws in
            let client = try proxy.client()
            for _ in 0..<6 {
                let answer = try client.exchange("GET", "/public")
                #expect(answer.status == 503 && answer.header("Retry-After") != nil, "\(answer)")
            }
            #expect(count("upstream_errors_total", "connect", proxy) == 2, "the others were not tried")
            #expect(count("upstream_errors_total", "no_endpoint", proxy) == 4)
        }
    }

    @Test("What a request may have caused never puts out the only endpoint")
    func poison() async throws {
        try await ProxyFixture.run(
            configure: shop { $0.ejection.failures = 2 },
            origin: { exchange in
                if exchange.request.target == "/public/bad" { return exchange.ending = .reset }
                try exchange.perform(.echo(exchange.request))
            },
            { proxy throws in
                for _ in 0..<10 { #expect(try proxy.client().exchange("POST", "/public/bad").status == 502) }
                #expect(try proxy.client().exchange("GET", "/public/good").status == 200)
                #expect(count("upstream_errors_total", "ejection", proxy) == 0)
            })
    }

    @Test("An endpoint that resets what it takes is left out, and repeatable requests go to the other one meanwhile")
    func resets() async throws {
        let bad = try TestOrigin(script: { $0.ending = .reset })
        defer { bad.stop() }
        try await ProxyFixture.run(
            configure: shop {
                $0.endpoints.append(ProxyFixture.endpoint(of: bad))
                $0.ejection.failures = 3
                $0.ejection.baseSeconds = 3600
                $0.ejection.maxSeconds = 3600
            }
        ) { proxy throws in
            for _ in 0..<12 { #expect(try proxy.client().exchange("GET", "/public").status == 200) }
            #expect(bad.requests.count == 3)
            #expect(count("upstream_errors_total", "ejection", proxy) == 1)
            #expect(try proxy.client().exchange("POST", "/public").status == 200)
        }
    }

    @Test("Health checks take an endpoint out before a request fails, and bring it back")
    func healthChecks() async throws {
        let gate = try Gate()
        let sick = try TestOrigin(script: { exchange in
            if exchange.request.target == "/health" {
                return try exchange.perform(.response(gate.isOpen ? 204 : 500, []))
            }
            try exchange.perform(.echo(exchange.request))
        })
        defer { sick.stop() }
        try await ProxyFixture.run(
            configure: shop {
                $0.endpoints.append(ProxyFixture.endpoint(of: sick))
                var check = UpstreamConfiguration.HealthCheck(path: "/health")
                (check.intervalSeconds, check.unhealthyAfter, check.healthyAfter) = (0.1, 2, 2)
                $0.healthCheck = check
            },
            origin: { try $0.perform(.echo($0.request)) },
            { proxy throws in
                func served() throws -> Int {
                    let before = sick.requests.count { $0.target == "/public" }
                    for _ in 0..<4 { #expect(try proxy.client().exchange("GET", "/public").status == 200) }
                    return sick.requests.count { $0.target == "/public" } - before
                }
                #expect(try waitUntil { try served() == 0 }, "it is out")
                gate.open()
                #expect(try waitUntil { try served() == 2 }, "it is back")
                let check = try #require(sick.requests.first { $0.target == "/health" })
                #expect(check.header("host") == "shop")
            })
    }

    @Test("A request that waits too long for a connection gets 503, and one that waits less is served")
    func queueTimeout() async throws {
        let gate = try Gate()
        try await ProxyFixture.run(
            configure: shop {
                $0.maxConnections = 1
                $0.queueTimeoutSeconds = 0.3
            },
            origin: { exchange in
                if exchange.request.target == "/public/slow" { try gate.wait() }
                try exchange.perform(.echo(exchange.request))
            },
            { proxy throws in
                let first = try proxy.client()
                try first.send(MessageText.request("GET", "/public/slow"))
                #expect(waitUntil { proxy.requests.count == 1 })
                let second = try proxy.client().exchange("GET", "/public")
                #expect(second.status == 503, "\(second)")
                #expect(count("limits_hit_total", "upstream_queue_timeout", proxy) == 1)
                gate.open()
                #expect(try first.response().status == 200)
                #expect(try proxy.client().exchange("GET", "/public").status == 200)
                #expect(proxy.origin.connectionCount == 1)
            })
    }

    @Test("A connection that is too old serves no further request")
    func age() async throws {
        try await ProxyFixture.run(configure: shop { $0.maxConnectionAgeSeconds = 0.2 }) { proxy throws in
            let client = try proxy.client()
            #expect(try client.exchange("GET", "/public").status == 200)
            #expect(try client.exchange("GET", "/public").status == 200)
            #expect(waitUntil { proxy.origin.openConnectionCount == 0 })
            #expect(try client.exchange("GET", "/public").status == 200)
            #expect(proxy.origin.connectionCount >= 2)
        }
    }

    @Test("Time-outs of an upstream come before those of the limits")
    func timeouts() async throws {
        let gate = try Gate()
        try await ProxyFixture.run(
            configure: shop { $0.firstByteTimeoutSeconds = 0.2 },
            origin: { exchange in
                try gate.wait()
                try exchange.perform(.echo(exchange.request))
            },
            { proxy throws in
                #expect(try proxy.client().exchange("GET", "/public").status == 504)
                gate.open()
            })
    }

    @Test("Requests are repeated as far as the budget goes")
    func budget() async throws {
        let bad = try TestOrigin(script: { $0.ending = .reset })
        defer { bad.stop() }
        try await ProxyFixture.run(
            configure: shop {
                $0.endpoints.append(ProxyFixture.endpoint(of: bad))
                $0.ejection.failures = 0
                $0.retryPercent = 0
            }
        ) { proxy throws in
            let statuses = try (0..<6).map { _ in try proxy.client().exchange("GET", "/public").status }
            #expect(statuses.count { $0 == 200 } == 3 && statuses.count { $0 == 502 } == 3, "\(statuses)")
            #expect(count("limits_hit_total", "retry_budget", proxy) == 3)
        }
    }
}
