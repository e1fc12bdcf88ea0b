import Glibc

/// How much longer things may take under a sanitizer, whose checks slow the code down and not what it waits for.
enum Patience {
    static let factor: Int = {
        let names = ["__tsan_init", "__asan_init"]
        return names.contains { unsafe dlsym(nil, $0) != nil } ? 5 : 1
    }()
}
