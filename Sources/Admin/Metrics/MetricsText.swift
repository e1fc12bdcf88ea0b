public import AuthProxy
public import HTTPWire

/// Counters in the text format that Prometheus reads (exposition format 0.0.4): each name begins with `sallyport_`.
public enum MetricsText {
    /// The Content-Type of the text.
    public static let contentType: StaticString = "text/plain; version=0.0.4; charset=utf-8"

    /// Appends all families, each with its help and its type.
    public static func append(_ families: [CounterFamily], to output: OutputBuffer) {
        for family in families {
            begin("# HELP ", family, to: output)
            append(escaped: family.help, quotes: false, to: output)
            begin("\n# TYPE ", family, to: output)
            output.append(family.isGauge ? "gauge\n" : "counter\n")
            for sample in family.samples {
                output.append("sallyport_")
                output.append(family.name)
                if let label = family.label {
                    output.append("{")
                    output.append(label)
                    output.append("=\"")
                    append(escaped: sample.label, quotes: true, to: output)
                    output.append("\"}")
                }
                output.append(" ")
                output.append(decimal: Int(sample.value))
                output.append("\n")
            }
        }
    }

    private static func begin(_ comment: StaticString, _ family: CounterFamily, to output: OutputBuffer) {
        output.append(comment)
        output.append("sallyport_")
        output.append(family.name)
        output.append(" ")
    }

    /// The format escapes backslashes and line feeds, and quotes within the value of a label.
    private static func append(escaped text: String, quotes: Bool, to output: OutputBuffer) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\\"): output.append("\\\\")
            case UInt8(ascii: "\n"): output.append("\\n")
            case UInt8(ascii: "\"") where quotes: output.append("\\\"")
            default: output.append(byte: byte)
            }
        }
    }
}
