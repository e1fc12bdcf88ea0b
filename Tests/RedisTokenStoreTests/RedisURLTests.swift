import Testing

@testable import RedisTokenStore

struct RedisURLTests {
    @Test(
        "A URL names the endpoint, the user, the password and the database",
        arguments: [
            ("redis://localhost", RedisURL.Endpoint.tcp(RedisHost(name: "localhost", port: 6379)), nil, nil, 0),
            ("redis://127.0.0.1:7000/3", .tcp(RedisHost(name: "127.0.0.1", port: 7000)), nil, nil, 3),
            ("REDIS://[::1]:7000/", .tcp(RedisHost(name: "::1", port: 7000)), nil, nil, 0),
            ("redis://:secret@host?db=2", .tcp(RedisHost(name: "host", port: 6379)), nil, "secret", 2),
            ("redis://app:p%40s%3As%2F@host", .tcp(RedisHost(name: "host", port: 6379)), "app", "p@s:s/", 0),
            ("redis://app:a@b:c@host:1", .tcp(RedisHost(name: "host", port: 1)), "app", "a@b:c", 0),
            ("redis://app@host", .tcp(RedisHost(name: "host", port: 6379)), "app", nil, 0),
            ("unix:///run/redis.sock", .unix(path: "/run/redis.sock"), nil, nil, 0),
            ("unix://app:x@/run/a@b%20c.sock?db=7", .unix(path: "/run/a@b c.sock"), "app", "x", 7),
            (
                "redis+sentinel://app:x@a,b:7000,[::1]/shop/2",
                .sentinel(
                    SentinelGroup(
                        hosts: [
                            RedisHost(name: "a", port: 26379), RedisHost(name: "b", port: 7000),
                            RedisHost(name: "::1", port: 26379),
                        ], service: "shop")), "app", "x", 2
            ),
            (
                "redis+sentinel://a/my%20shop?sentinel_user=u&sentinel_password=p%26",
                .sentinel(
                    SentinelGroup(
                        hosts: [RedisHost(name: "a", port: 26379)], service: "my shop", user: "u", password: "p&")),
                nil,
                nil, 0
            ),
            (
                "redis+cluster://app:x@a,b:7000/",
                .cluster([RedisHost(name: "a", port: 6379), RedisHost(name: "b", port: 7000)]), "app", "x", 0
            ),
            ("unix://state/redis.sock", .unix(path: "state/redis.sock"), nil, nil, 0),
        ] as [(String, RedisURL.Endpoint, String?, String?, Int)])
    func accepted(_ text: String, _ endpoint: RedisURL.Endpoint, _ user: String?, _ password: String?, _ db: Int) throws
    {
        let url = try RedisURL(text)
        #expect(url.endpoint == endpoint)
        #expect(url.credentials.user == user)
        #expect(url.credentials.password == password)
        #expect(url.database == db)
    }

    @Test(
        "A URL with rediss in front is the same, over TLS",
        arguments: [
            "redis://app:x@host:7000/3", "redis+sentinel://app:x@a,b:7000,[::1]/shop/2", "redis+cluster://a,b:7000",
            "REDIS://host",
        ])
    func secure(_ text: String) throws {
        let plain = try RedisURL(text)
        #expect(!plain.usesTLS)
        let secure = try RedisURL(text.replacing("redis", with: "rediss").replacing("REDIS", with: "REDISS"))
        var expected = plain
        expected.usesTLS = true
        #expect(secure == expected)
    }

    @Test(
        "A URL that is wrong is refused with a sentence that does not repeat its password",
        arguments: [
            "localhost:6379", "redis:localhost", "http://hunter2@host", "redis://", "redis://hunter2@",
            "redis://:hunter2@host:port", "redis://:hunter2@host:0", "redis://:hunter2@host:65536",
            "redis://:hunter2@host/x", "redis://:hunter2@host/-1", "redis://:hunter2@host/1/2",
            "redis://:hunter2@host?database=1", "redis://:hunter2@host?db=", "redis://:hunter2%zz@host",
            "redis://:hunter2%ff@host", "redis://:hunter2@[::1", "redis://:hunter2@[::1]7000",
            "redis://:hunter2@host#x", "unix://", "unix://:hunter2@", "unix:///run/%00redis",
            "rediss+unix://:hunter2@host",
            "redisss://:hunter2@host", "unixs://:hunter2@/a",
            "redis+sentinel://:hunter2@host", "redis+sentinel://:hunter2@/shop", "redis+sentinel://:hunter2@a,,b/shop",
            "redis+sentinel://:hunter2@a/shop/x", "redis+sentinel://:hunter2@a/shop?sentinel_key=hunter2",
            "redis://:hunter2@host?sentinel_user=a", "redis://:hunter2@host?db=1&db=2",
            "redis+cluster://:hunter2@host/1",
            "redis+cluster://:hunter2@a,b?db=1", "redis+cluster://:hunter2@",
        ])
    func refused(_ text: String) {
        let error = #expect(throws: RedisURLError.self) { _ = try RedisURL(text) }
        #expect(error?.description.contains("hunter2") == false)
    }
}
