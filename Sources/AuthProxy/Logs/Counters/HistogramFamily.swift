/// How long something took, as numbers of times in intervals, at a moment.
public struct HistogramFamily: Sendable, Equatable {
    /// One histogram.
    public struct Series: Sendable, Equatable {
        /// The value of the family's label.
        public var label: String
        /// How many times fell into each interval of ``DurationPhase/bound(_:)``; the last one has no bound.
        public var counts: [UInt64]
        /// All times together, in microseconds.
        public var sum: UInt64
    }

    /// Its name, without the prefix `sallyport_`.
    public var name: String
    /// What it measures, in one sentence.
    public var help: String
    /// What its series are told apart by.
    public var label: String
    /// The histograms.
    public var series: [Series]
}
