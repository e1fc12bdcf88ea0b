internal import Glibc
internal import Synchronization

/// The lines that a process prints, collected by a thread of their own until its end.
final class CapturedLines: Sendable {
    private let state = Mutex<(lines: [String], isLastWhole: Bool, isOver: Bool)>(([], true, false))
    private let descriptor: CInt

    init(_ descriptor: CInt) { self.descriptor = descriptor }

    var all: [String] { state.withLock { $0.lines } }

    /// All of it as it came.
    var text: String {
        state.withLock { $0.lines.joined(separator: "\n") + ($0.isLastWhole && !$0.lines.isEmpty ? "\n" : "") }
    }

    var hasEnded: Bool { state.withLock { $0.isOver } }

    /// Takes the descriptor over.
    func start() {
        startThread { [self] in
            let file = unsafe fdopen(descriptor, "r")
            var buffer: UnsafeMutablePointer<CChar>?
            var capacity = 0
            while unsafe getline(&buffer, &capacity, file) > 0 {
                guard let line = unsafe buffer.map({ unsafe String(cString: $0) }) else { break }
                let isWhole = line.last == "\n"
                state.withLock {
                    $0.lines.append(isWhole ? String(line.dropLast()) : line)
                    $0.isLastWhole = isWhole
                }
            }
            unsafe free(buffer)
            unsafe fclose(file)
            state.withLock { $0.isOver = true }
        }
    }

    /// Waits for a line that contains a text; nil if the output ends, or the deadline comes, without it.
    func wait(for text: String, _ deadline: Deadline) -> String? {
        var found: String?
        var seen = 0
        _ = waitUntil(deadline) {
            let (lines, isOver) = state.withLock { ($0.lines, $0.isOver) }
            found = lines[seen...].first { $0.contains(text) }
            seen = lines.count
            return found != nil || isOver
        }
        return found
    }
}
