extension RedisStore {
    /// Judges a URL without connecting: what ``init(url:keyPrefix:tls:commandTimeout:on:watchesVerdicts:stalenessBound:log:)``
    /// would say against it.
    public static func check(url: String) throws(RedisURLError) {
        _ = try RedisURL(url)
    }
}
