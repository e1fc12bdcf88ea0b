/// Whether a request comes from somebody who looks at pages or from a program: it decides between a redirect to the
/// login page and a plain 401.
public enum AcceptPreference: Sendable, Equatable {
    /// A browser that opens a page.
    case navigation
    /// A program, a script on a page, or a part of a page.
    case api
    /// The request does not tell.
    case undecided

    /// Judges by Sec-Fetch-Mode and Sec-Fetch-Dest (Fetch Metadata §2), which only browsers set, then by Accept.
    public static func of(_ head: borrowing RequestHead, in bytes: RawSpan) -> AcceptPreference {
        if let mode = head.first(.secFetchMode) {
            return bytes.equalsIgnoringCase(mode.value, "navigate") ? .navigation : .api
        }
        if let destination = head.first(.secFetchDest) {
            return bytes.equalsIgnoringCase(destination.value, "document") ? .navigation : .api
        }
        if head.isUpgrade { return .api }
        guard head.table.contains(.accept) else { return .undecided }
        var page = 0
        var data = 0
        for line in head.fields where line.known == .accept {
            var elements = ListElements(line.value)
            while let element = elements.next(in: bytes) {
                let media = MediaRange(element, in: bytes)
                if media.isPage { page = max(page, media.quality) }
                if media.isData { data = max(data, media.quality) }
            }
        }
        if page == 0 && data == 0 { return .undecided }
        return page >= data ? .navigation : .api
    }
}
