/// One thing that is counted, with its numbers at a moment.
public struct CounterFamily: Sendable, Equatable {
    /// One number.
    public struct Sample: Sendable, Equatable {
        /// The value of the family's label; empty if it has none.
        public var label: String
        /// The number.
        public var value: Int64
    }

    /// Its name, without the prefix `sallyport_`.
    public var name: String
    /// What it counts, in one sentence.
    public var help: String
    /// Whether it may fall.
    public var isGauge: Bool
    /// What its samples are told apart by; nil for a single one.
    public var label: String?
    /// The numbers.
    public var samples: [Sample]

    /// A family of several counters.
    init(_ name: String, _ help: String, label: String, _ samples: [Sample]) {
        self.name = name
        self.help = help
        isGauge = false
        self.label = label
        self.samples = samples
    }

    /// A single number.
    public init(_ name: String, _ help: String, isGauge: Bool, value: Int64) {
        self.name = name
        self.help = help
        self.isGauge = isGauge
        label = nil
        samples = [Sample(label: "", value: value)]
    }
}
