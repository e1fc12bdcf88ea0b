internal import Glibc

/// The standard input, line by line.
struct StandardInput {
    /// A line of the input.
    enum Line {
        /// Its bytes, without the line end.
        case bytes([UInt8])
        /// It has more than the limit; its bytes are gone.
        case tooLong
    }

    /// How many bytes a line may have.
    static let limit = 1 << 20

    private let descriptor: CInt
    private var waiting: [UInt8] = []
    private var start = 0
    private var hasEnded = false

    /// Reads from the standard input, or from another descriptor as if it were that.
    init(_ descriptor: CInt = STDIN_FILENO) { self.descriptor = descriptor }

    /// Whether a whole line waits already, so that the next call will not wait.
    var hasLine: Bool { waiting[start...].contains(UInt8(ascii: "\n")) }

    /// The next line; nil at the end. What follows the last line end is a line if there is anything.
    mutating func next() throws(CommandFailure) -> Line? {
        var isTooLong = false
        var scanned = start
        while true {
            if let end = waiting[scanned...].firstIndex(of: UInt8(ascii: "\n")) {
                let line = Array(waiting[start..<end])
                start = end + 1
                return isTooLong || line.count > Self.limit ? .tooLong : .bytes(line)
            }
            guard !hasEnded else {
                let rest = Array(waiting[start...])
                (waiting, start) = ([], 0)
                if isTooLong { return .tooLong }
                return rest.isEmpty ? nil : .bytes(rest)
            }
            waiting.removeSubrange(..<start)
            start = 0
            if waiting.count > Self.limit {
                isTooLong = true
                waiting.removeAll(keepingCapacity: true)
            }
            scanned = waiting.count
            let count = FileBytes.read(from: descriptor, limit: 65_536, into: &waiting)
            guard count >= 0 else { throw .no("the input cannot be read (error \(errno))") }
            if count == 0 { hasEnded = true }
        }
    }

    /// The first line as text, without blanks at its ends.
    static func firstLine(_ what: String) throws(CommandFailure) -> String {
        var input = StandardInput()
        guard case .bytes(let bytes)? = try input.next() else { throw .usage("the standard input holds no \(what)") }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .no("the \(what) is not UTF-8") }
        return String(text.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}
