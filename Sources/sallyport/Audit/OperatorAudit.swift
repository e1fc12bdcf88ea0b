internal import AuthProxy
internal import SallyportConfiguration

/// Writes to the proxy's audit log what an operator did by a command.
///
/// Only a file is written to: where the proxy sends its audit lines to its own standard output or error, whoever
/// collects them does not see a command's.
enum OperatorAudit {
    /// Appends the events. Where that fails the command goes on, and says so: what was done is done.
    static func record(_ events: [AuditEvent], _ configuration: LoggingConfiguration) {
        guard case .file = configuration.audit, !events.isEmpty else { return }
        var only = configuration
        only.access = .off
        do throws(LogFileError) {
            let writer = try LogWriter(only)
            let log = AuditLog(writer)
            for event in events { log.record(event) }
            guard writer.close(timeout: .seconds(5)) else {
                return StandardError.writeLine("sallyport: the audit log did not take every line in time")
            }
        } catch {
            StandardError.writeLine("sallyport: \(error)")
        }
    }
}
