internal import Glibc

/// The environment of this process.
public enum ProcessEnvironment {
    /// Each variable; the first one where a name stands twice, as `getenv` has it. Variables that are not UTF-8 are
    /// left out.
    public static func current() -> [String: String] {
        var variables: [String: String] = [:]
        var entry = unsafe environ
        // `environ` ends with a null pointer, and each entry is a C string; nobody changes them while we start.
        while let pointer = unsafe entry.pointee {
            if let text = unsafe String(validatingCString: pointer),
                let equals = text.utf8.firstIndex(of: UInt8(ascii: "="))
            {
                let name = String(text[..<equals])
                if variables[name] == nil { variables[name] = String(text[text.index(after: equals)...]) }
            }
            unsafe entry += 1
        }
        return variables
    }
}
