internal import Glibc

extension ProxyServer {
    /// How many processors this process may use.
    static var processorCount: Int {
        let count = sysconf(CInt(_SC_NPROCESSORS_ONLN))
        return count > 0 ? count : 1
    }
}
