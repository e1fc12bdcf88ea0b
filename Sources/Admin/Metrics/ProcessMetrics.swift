internal import Glibc
internal import HTTPWire

/// What the system says of the process, under the names that Prometheus' own libraries use.
struct ProcessMetrics: Sendable {
    private let startedAt: Int64

    /// Begins; the start of the process is taken for now.
    init() { startedAt = Int64(time(nil)) }

    /// Appends what can be read; it reads files below /proc, so never on a loop that serves clients.
    func append(to output: OutputBuffer) {
        gauge("process_start_time_seconds", "When the process began, since the epoch.", startedAt, output)
        if let memory = residentBytes {
            gauge("process_resident_memory_bytes", "Memory that the process holds.", memory, output)
        }
        if let count = openDescriptors { gauge("process_open_fds", "Descriptors that are open.", count, output) }
        var usage = rusage()
        // Into a variable of ours; the process is the caller's.
        guard unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return }
        let times = [usage.ru_utime, usage.ru_stime]
        let microseconds = times.reduce(0) { $0 + Int64($1.tv_sec) * 1_000_000 + Int64($1.tv_usec) }
        output.append("# HELP process_cpu_seconds_total Processor time so far.\n")
        output.append("# TYPE process_cpu_seconds_total counter\nprocess_cpu_seconds_total ")
        output.append(seconds: microseconds)
        output.append("\n")
    }

    private func gauge(_ name: StaticString, _ help: StaticString, _ value: Int64, _ output: OutputBuffer) {
        for (word, text) in [("# HELP " as StaticString, help), ("# TYPE ", "gauge")] {
            output.append(word)
            output.append(name)
            output.append(" ")
            output.append(text)
            output.append("\n")
        }
        output.append(name)
        output.append(" ")
        output.append(decimal: Int(value))
        output.append("\n")
    }

    /// The second number of /proc/self/statm, in pages.
    private var residentBytes: Int64? {
        // The file is closed before the function ends, and the buffer is as long as what is read at most.
        guard let file = unsafe fopen("/proc/self/statm", "re") else { return nil }
        defer { unsafe fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 128)
        let count = unsafe fread(&bytes, 1, bytes.count, file)
        let words = bytes[..<count].split(separator: UInt8(ascii: " "))
        guard words.count > 1, let pages = Int64(String(decoding: words[1], as: UTF8.self)) else { return nil }
        return pages * Int64(sysconf(Int32(_SC_PAGESIZE)))
    }

    private var openDescriptors: Int64? {
        // The folder is closed before the function ends; what readdir gives is only counted.
        guard let folder = unsafe opendir("/proc/self/fd") else { return nil }
        defer { unsafe closedir(folder) }
        var count: Int64 = 0
        while unsafe readdir(folder) != nil { count += 1 }
        // Itself, and the two names of folders.
        return count - 3
    }
}
