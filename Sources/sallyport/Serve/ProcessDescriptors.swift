internal import EventIO

/// What a process that serves sees to before its clients may use all descriptors up.
enum ProcessDescriptors {
    /// Takes as many as there are to be had, and has the runtime open its own.
    static func prepare() {
        DescriptorLimit.raise()
        // Swift's clocks open theirs with the first task that sleeps, and end the process if they cannot.
        Task.detached { do { try await Task.sleep(for: .milliseconds(1)) } catch {} }
    }
}
