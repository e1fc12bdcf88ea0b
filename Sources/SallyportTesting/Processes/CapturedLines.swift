internal import Glibc
internal import Synchronization

/// The lines that a process prints, collected by a thread of their own until its end.
final class CapturedLines: Sendable {
    private let state = Mutex<(lines: [String], isOver: Bool)>(([], false))
    private let descriptor: CInt

    init(_ descriptor: CInt) { self.descriptor = descriptor }

    var all: [String] { state.withLock { $0.lines } }

    var hasEnded: Bool { state.withLock { $0.isOver } }

    /// Takes the descriptor over.
    func start() {
        startThread { [self] in
            let file = unsafe fdopen(descriptor, "r")
            var buffer: UnsafeMutablePointer<CChar>?
            var capacity = 0
            while unsafe getline(&buffer, &capacity, file) > 0 {
                guard let line = unsafe buffer.map({ unsafe String(cString: $0) }) else { break }
                state.withLock { $0.lines.append(line.last == "\n" ? String(line.dropLast()) : line) }
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
            let (lines, isOver) = state.withLock { $0 }
            found = lines[seen...].first { $0.contains(text) }
            seen = lines.count
            return found != nil || isOver
        }
        return found
    }
}
