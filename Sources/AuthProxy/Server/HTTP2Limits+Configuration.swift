internal import SallyportConfiguration
internal import HTTP2

extension HTTP2Limits {
    /// The limits of a configuration.
    init(_ limits: LimitConfiguration) {
        self.init(
            concurrentStreams: limits.h2MaxConcurrentStreams, streamWindowBytes: limits.h2StreamWindowBytes,
            headerListBytes: limits.h2HeaderListBytes, resets: limits.h2MaxResets,
            controlFrames: limits.h2MaxControlFrames,
            intervalMilliseconds: Int64(limits.h2FloodIntervalSeconds * 1000))
    }
}
