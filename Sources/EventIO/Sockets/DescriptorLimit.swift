internal import CLibevent
internal import Glibc

/// How many descriptors the process may have open at once (RLIMIT_NOFILE).
public enum DescriptorLimit {
    /// The limit in force; `Int.max` where there is none.
    public static var current: Int { Int(clamping: limits.rlim_cur) }

    /// Takes as many as the process may have: what it was given is often the number that suits programs with `select`.
    public static func raise() {
        var limits = limits
        guard limits.rlim_cur < limits.rlim_max else { return }
        limits.rlim_cur = limits.rlim_max
        // Where it fails, the old limit stays, and is what `current` gives.
        _ = unsafe setrlimit(resource, &limits)
    }

    /// The number that the next descriptor gets, which is at the start how many there are; nil where there is no other one.
    public static var next: Int? {
        let descriptor = sallyport_eventfd()
        guard descriptor >= 0 else { return nil }
        _ = close(descriptor)
        return Int(descriptor)
    }

    private static let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)

    private static var limits: rlimit {
        var limits = rlimit()
        // The only failure is a resource that does not exist.
        _ = unsafe getrlimit(resource, &limits)
        return limits
    }
}
