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

    /// Appends histograms, in seconds, each with the numbers up to each bound, all of them and their sum.
    public static func append(_ families: [HistogramFamily], to output: OutputBuffer) {
        for family in families {
            output.append("# HELP sallyport_\(family.name) ")
            append(escaped: family.help, quotes: false, to: output)
            output.append("\n# TYPE sallyport_\(family.name) histogram\n")
            for series in family.series { append(series, of: family, to: output) }
        }
    }

    private static func append(_ series: HistogramFamily.Series, of family: HistogramFamily, to output: OutputBuffer) {
        let labels = "\(family.label)=\"\(series.label)\""
        var total: UInt64 = 0
        for (index, count) in series.counts.enumerated() {
            total &+= count
            output.append("sallyport_\(family.name)_bucket{\(labels),le=\"")
            if index == series.counts.count - 1 {
                output.append("+Inf")
            } else {
                output.append(seconds: DurationPhase.bound(index))
            }
            output.append("\"} ")
            output.append(decimal: Int(total))
            output.append("\n")
        }
        output.append("sallyport_\(family.name)_sum{\(labels)} ")
        output.append(seconds: Int64(clamping: series.sum))
        output.append("\nsallyport_\(family.name)_count{\(labels)} ")
        output.append(decimal: Int(total))
        output.append("\n")
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

extension OutputBuffer {
    /// Appends microseconds as seconds, without an exponent.
    func append(seconds microseconds: Int64) {
        let digits = String(microseconds % 1_000_000)
        append(decimal: Int(microseconds / 1_000_000))
        append(".")
        append(String(repeating: "0", count: 6 - digits.utf8.count) + digits)
    }
}
