import HTTPWire

/// The answer of `/whoami`: a request's header fields as the application received them.
enum WhoAmI {
    /// `{"headers":{NAME: VALUE or [VALUES]}}`: names as first spelled and in order; a name that comes more than once,
    /// in whatever case, has an array.
    static func json(_ fields: [DemoField]) -> [UInt8] {
        let buffer = OutputBuffer(capacity: 1024)
        buffer.append("{\"headers\":{")
        var written: Set<String> = []
        for field in fields {
            let key = field.name.lowercased()
            guard written.insert(key).inserted else { continue }
            if written.count > 1 { buffer.append(",") }
            buffer.append(jsonString: field.name)
            buffer.append(":")
            append(values: fields.filter { $0.isNamed(key) }, to: buffer)
        }
        buffer.append("}}\n")
        return unsafe buffer.withUnsafeBytes { unsafe [UInt8]($0) }
    }

    private static func append(values: [DemoField], to buffer: OutputBuffer) {
        if values.count > 1 { buffer.append("[") }
        for (index, field) in values.enumerated() {
            if index > 0 { buffer.append(",") }
            // A span of UInt8 has no padding.
            unsafe buffer.append(jsonString: field.value.span.bytes)
        }
        if values.count > 1 { buffer.append("]") }
    }
}
