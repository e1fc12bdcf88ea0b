internal import Logging
internal import Synchronization

/// What all loops of a server share; each part takes care of its own threads.
final class SharedParts: Sendable {
    let logWriter: LogWriter
    let audit: AuditLog
    let counters: Counters
    let logger: Logger
    let endpoints: (any ReservedEndpoints)?
    /// Client connections of all loops.
    let openConnections = Atomic<Int>(0)
    /// The same by client address.
    let addressCounts = AddressCounts()
    /// Failed authentications by client address.
    let throttle = AuthenticationThrottle()

    init(
        logWriter: LogWriter, audit: AuditLog, counters: Counters, logger: Logger, endpoints: (any ReservedEndpoints)?
    ) {
        self.logWriter = logWriter
        self.audit = audit
        self.counters = counters
        self.logger = logger
        self.endpoints = endpoints
    }
}
