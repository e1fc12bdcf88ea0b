internal import HTTPWire
internal import Synchronization

/// The audit log: one line for each event in a session's life. Any thread may record.
public final class AuditLog: Sendable {
    private struct State {
        var sampler = RejectionSampler()
        var timestamp = LogTimestamp()
        let output = OutputBuffer(capacity: 1024)
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
        guard !isOff else { return }
        state.withLock { state in
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
