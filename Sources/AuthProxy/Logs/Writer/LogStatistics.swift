/// What became of lines that could not be written at once; all numbers since the start.
public struct LogStatistics: Sendable, Equatable {
    /// Access lines that were dropped.
    public var accessDropped: UInt64 = 0
    /// Audit lines that went to standard error because their own place did not take them.
    public var auditDiverted: UInt64 = 0
    /// Audit lines that could not be written anywhere.
    public var auditLost: UInt64 = 0
    /// Diagnostic lines that were dropped.
    public var diagnosticsDropped: UInt64 = 0
    /// How often writing began to fail.
    public var writeFaults: UInt64 = 0
    /// How often a file could not be reopened.
    public var reopenFaults: UInt64 = 0
}
