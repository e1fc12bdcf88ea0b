internal import HTTPWire
internal import Synchronization

/// The audit log: one line for each event in a session's life. Any thread may record.
public final class AuditLog: Sendable {
    private struct State {
        var sampler = RejectionSampler()
        var timestamp = LogTimestamp()
        let output = OutputBuffer(capacity: 1024)
        /// How many events there were of each kind, by its number.
        var counts = [UInt64](repeating: 0, count: AuditEvent.Kind.names.count)
    }

    private let writer: LogWriter
    private let isOff: Bool
    private let state: Mutex<State>

    /// An audit log whose lines the writer puts where the configuration says.
    public init(_ writer: LogWriter) {
        self.writer = writer
        isOff = writer.queue.isOff(.audit)
        state = Mutex(State())
    }

    /// Writes an event. Refused tokens are sampled by code; the next line of the code tells how many were left out.
    public func record(_ event: AuditEvent) {
        state.withLock { state in
            state.counts[event.kind.number] += 1
            guard !isOff else { return }
            let time = writer.clock.now
            var suppressed: UInt64 = 0
            if case .tokenRejected(let code) = event.kind {
                guard case .write(let count) = state.sampler.decide(code, at: time) else { return }
                suppressed = count
            }
            AuditLine.append(
                event, at: time, suppressed: suppressed, style: writer.styles.audit, &state.timestamp,
                to: state.output)
            submit(state.output)
        }
    }

    /// How many events there were of each kind, also of those that were sampled or not written at all. Names are words for
    /// metrics: `session_issued`.
    public var counts: [(name: String, count: UInt64)] {
        let counts = state.withLock { $0.counts }
        return zip(AuditEvent.Kind.names, counts).map { name, count in
            (String(name.description.map { $0 == "." ? "_" : $0 }), count)
        }
    }

    /// Writes how many refused tokens were left out and not told of yet. To be called now and then (each minute), and
    /// before the writer is closed.
    public func reportSuppressed() {
        guard !isOff else { return }
        state.withLock { state in
            for (code, count) in state.sampler.takeSuppressed() {
                AuditLine.append(
                    suppressed: count, code: code, at: writer.clock.now, style: writer.styles.audit,
                    &state.timestamp, to: state.output)
                submit(state.output)
            }
        }
    }

    private func submit(_ output: OutputBuffer) {
        writer.queue.submit(output, lines: 1, to: .audit)
        output.removeAll()
    }
}
