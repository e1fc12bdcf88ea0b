internal import SallyportConfiguration
internal import EventIO

/// How the connections to one application speak TLS. Immutable and shared by all loops.
struct UpstreamTLS: Sendable {
    let context: TLSClientContext
    /// The name that stands for those of all endpoints.
    private let serverName: String?

    /// Reads the files of a configuration, which blocks.
    init(_ configuration: TLSClientConfiguration, upstream: String) throws(SiteError) {
        do throws(TLSError) {
            context = try TLSClientContext(configuration.settings(protocols: ["http/1.1"]))
        } catch {
            throw SiteError("upstream \(upstream): \(error.reason)")
        }
        serverName = configuration.serverName
    }

    /// The name that the certificate at a place has to be for.
    func serverName(at place: UpstreamPlace) -> String { serverName ?? place.host }
}
