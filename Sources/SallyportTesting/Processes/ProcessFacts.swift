internal import Glibc

/// What /proc tells of a process.
public struct ProcessFacts: Sendable {
    private let identifier: Int32

    /// Looks at a process.
    public init(_ identifier: Int32) { self.identifier = identifier }

    /// This process.
    public static var own: ProcessFacts { ProcessFacts(getpid()) }

    /// Resident memory in bytes; nil if the process is gone.
    public var residentBytes: Int? {
        guard let words = read("statm")?.split(separator: " "), words.count > 1, let pages = Int(words[1]) else {
            return nil
        }
        return pages * sysconf(CInt(_SC_PAGESIZE))
    }

    /// Reserved addresses in bytes; nil if the process is gone.
    public var virtualBytes: Int? {
        guard let pages = read("statm")?.split(separator: " ").first.flatMap({ Int($0) }) else { return nil }
        return pages * sysconf(CInt(_SC_PAGESIZE))
    }

    /// How many file descriptors it has open; nil if the process is gone.
    public var openDescriptors: Int? {
        guard let folder = unsafe opendir("/proc/\(identifier)/fd") else { return nil }
        defer { unsafe closedir(folder) }
        var count = 0
        // "." and ".." are not descriptors.
        while unsafe readdir(folder) != nil { count += 1 }
        return count - 2
    }

    /// CPU time that it used so far, in clock ticks of sysconf(_SC_CLK_TCK); nil if the process is gone.
    public var cpuTicks: Int? {
        // The name in parentheses may hold spaces: fields are counted from behind it.
        guard let text = read("stat"), let name = text.lastIndex(of: ")") else { return nil }
        let words = text[name...].split(separator: " ")
        guard words.count > 13, let user = Int(words[12]), let system = Int(words[13]) else { return nil }
        return user + system
    }

    private func read(_ name: String) -> String? {
        let descriptor = unsafe open("/proc/\(identifier)/\(name)", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = unsafe Glibc.read(descriptor, &bytes, bytes.count)
        return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
    }
}
