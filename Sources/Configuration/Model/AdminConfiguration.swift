/// The `admin:` section: where operators look.
public struct AdminConfiguration: Sendable, Equatable {
    /// Where metrics, health and the dashboard are served.
    public var address: ListenerConfiguration.Address

    /// Describes the place.
    public init(address: ListenerConfiguration.Address) { self.address = address }
}
