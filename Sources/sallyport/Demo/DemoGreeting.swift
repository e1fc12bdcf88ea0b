internal import DemoApplication

/// What `sallyport demo` says when it is ready.
enum DemoGreeting {
    /// The address, and three lines to try: signing in, being known, and fifty requests at once.
    static func text(address: String, state: StateFolder) -> String {
        // Browsers and people know the loopback address by this name.
        let origin = "http://" + address.replacing("127.0.0.1", with: "localhost")
        let options = "-Z --parallel-immediate --no-progress-meter -o /dev/null -w '%{http_code} '"
        return """

            Sallyport stands in front of a demo application. Open \(origin) and sign in as alice
            with the password wonderland, or try:

              curl -c jar -d 'username=alice&password=wonderland' \(origin)/login
              curl -b jar -c jar \(origin)/whoami
              curl -b jar \(options) '\(origin)/whoami?n=[1-50]'

            Secret, sessions and audit log are in \(state.path). Ctrl-C ends it.

            """
    }
}
