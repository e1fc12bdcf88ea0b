import SallyportTesting

extension Browser {
    /// Sends a POST to the reserved path as a script of the application's own page does.
    mutating func post(_ endpoint: String, _ more: [(String, String)] = [], body: String? = nil) throws -> RawResponse {
        try visit("POST", "/.sallyport/\(endpoint)", Self.ownPage + more, body: body)
    }

    /// What a browser says of a request that the application's own page sends.
    static let ownPage = [("Origin", "https://shop.example"), ("Sec-Fetch-Site", "same-origin")]

    /// What it says of one that another site's page sends.
    static let otherPage = [("Origin", "https://evil.example"), ("Sec-Fetch-Site", "cross-site")]
}
