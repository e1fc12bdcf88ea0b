internal import Tokens

/// A user's sessions, for operators: when each began, where it is used from, and until when it lives. No token is in it.
enum SessionsPage {
    /// The page.
    ///
    /// - Parameter now: seconds since the epoch.
    static func text(of user: String, _ sessions: [SessionRecord], now: Int64) -> String {
        let name = user.escapedForHTML
        let rows = sessions.map { session in
            """
            <tr><td class="text">\(session.identifier.escapedForHTML)<td class="text">\(session.clientAddress.escapedForHTML)\
            <td class="text">\((session.userAgent ?? "").escapedForHTML)<td>\(age(now - session.createdAt))\
            <td>\(age(now - session.lastSeenAt))<td>\(age(session.expiresAt - now))<td>\(session.current.number)

            """
        }.joined()
        let table = """
            <table><thead><tr><th scope="col">Session<th scope="col">Address<th scope="col">User-Agent<th scope="col">Began\
            <th scope="col">Seen<th scope="col">Ends in<th scope="col">Generation</thead><tbody>
            \(rows)</tbody></table>
            """
        return """
            <!doctype html>
            <html lang="en">
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>Sessions of \(name)</title>
            <link rel="stylesheet" href="/dashboard.css">
            <header><h1>Sessions of \(name)</h1><a href="/">Dashboard</a></header>
            <main><article>\(sessions.isEmpty ? "<p>There are none.</p>" : table)</article></main>
            </html>

            """
    }

    /// Seconds as people say them.
    private static func age(_ seconds: Int64) -> String {
        switch seconds {
        case ..<120: "\(max(seconds, 0)) s"
        case ..<7200: "\(seconds / 60) min"
        case ..<172_800: "\(seconds / 3600) h"
        default: "\(seconds / 86_400) days"
        }
    }
}
