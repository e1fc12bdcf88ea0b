internal import Glibc
internal import Tokens

/// The lines of an export.
struct ImportFile {
    /// What a line adds to a store.
    enum Item {
        case session(StoredSession)
        case denial(DenialEntry)
    }

    private var input: StandardInput
    private var line = 0
    private var sessions: Int64 = 0
    private var denials: Int64 = 0
    private var hasHead = false

    /// Opens a file; `-` is the standard input.
    init(_ path: String) throws(CommandFailure) {
        guard path != "-" else {
            input = StandardInput()
            return
        }
        // The path is a C string for the call; the descriptor is the process's until it ends.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            // The text is the library's own and is copied at once; commands run on one thread here.
            let reason = unsafe strerror(errno).map { unsafe String(cString: $0) } ?? "error \(errno)"
            throw .no("cannot open \(path): \(reason)")
        }
        input = StandardInput(descriptor)
    }

    /// The next session or denial; nil at the end of the export.
    ///
    /// - Throws: `.no` for a line that cannot be read and for a file that is cut off.
    mutating func next() throws(CommandFailure) -> Item? {
        while let text = try input.next() {
            line += 1
            guard case .bytes(let bytes) = text else { throw .no("line \(line) of the export is too long") }
            let content: StoreTransferLine
            do throws(StoreTransferError) { content = try StoreTransferLine(bytes) } catch {
                throw .no("line \(line) of the export \(error)")
            }
            switch content {
            case .head:
                guard line == 1 else { throw .no("line \(line) of the export begins another one") }
                hasHead = true
            case .session(let session):
                try checkHead()
                sessions += 1
                return .session(session)
            case .denial(let entry):
                try checkHead()
                denials += 1
                return .denial(entry)
            case .end(let count, let denied):
                guard hasHead, count == sessions, denied == denials else {
                    throw .no("lines are missing in the export")
                }
                return nil
            }
        }
        throw .no("the export is cut off after line \(line)")
    }

    private func checkHead() throws(CommandFailure) {
        guard hasHead else { throw .no("the file does not begin like an export of a store") }
    }
}
