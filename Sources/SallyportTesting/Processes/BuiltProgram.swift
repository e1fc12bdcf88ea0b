internal import Glibc

/// Where the programs of this package lie that a test runs.
public enum BuiltProgram {
    /// The path of a program that was built together with the running tests.
    public static func path(_ name: String) -> String {
        let own = folder(of: ownProgram) + "/" + name
        // Under some drivers the tests run inside the toolchain's own program; the products lie beside the bundle then.
        guard unsafe access(own, X_OK) != 0,
            let bundle = CommandLine.arguments.first(where: { $0.hasSuffix(".xctest") })
        else { return own }
        return folder(of: bundle) + "/" + name
    }

    private static func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    }

    private static var ownProgram: String {
        var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = unsafe readlink("/proc/self/exe", &bytes, bytes.count)
        precondition(count > 0, "no /proc is mounted here")
        return String(decoding: bytes[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
