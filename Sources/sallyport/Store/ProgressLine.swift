internal import Glibc

/// Tells on the standard error how far long work has come: once a second, and nothing about work that ends sooner.
struct ProgressLine {
    private let what: String
    private var toldAt: Int

    /// - Parameter what: what is counted, such as “sessions written”.
    init(_ what: String) {
        self.what = what
        toldAt = Self.seconds
    }

    /// Tells a count, if it is time to.
    mutating func tell(_ count: Int) {
        guard Self.seconds > toldAt else { return }
        toldAt = Self.seconds
        StandardError.writeLine("sallyport: \(count) \(what)")
    }

    private static var seconds: Int {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_MONOTONIC_COARSE, &time)
        return time.tv_sec
    }
}
