internal import HTTPWire

/// What is served at one host and path: mostly one route for every method, or several that each take some.
///
/// Immutable once the table is built, and shared by all loops.
final class RoutePlace: Sendable {
    /// The route where there is no choice.
    let only: Route?
    /// Routes that take some methods; the one that takes all, if there is one, is the last.
    private let choices: [Route]

    /// A place with one route.
    init(_ route: Route) {
        only = route.methods == nil ? route : nil
        choices = [route]
    }

    private init(_ choices: [Route]) {
        only = nil
        self.choices = choices
    }

    /// The place with one more route; nil if that would never be chosen, or take a method from another.
    func adding(_ route: Route) -> RoutePlace? {
        guard let methods = route.methods else {
            return choices.contains { $0.methods == nil } ? nil : RoutePlace(choices + [route])
        }
        let taken = choices.flatMap { $0.methods?.names ?? [] }
        guard !methods.names.contains(where: taken.contains) else { return nil }
        return RoutePlace([route] + choices)
    }

    /// The route for a method; nil if none takes it.
    func route(for method: HTTPMethod, _ name: ByteRange, in bytes: RawSpan) -> Route? {
        for route in choices where route.methods?.contains(method, name, in: bytes) ?? true { return route }
        return nil
    }

    /// The methods that are taken here, for an Allow field (RFC 9110 §10.2.1).
    var allowedMethods: String { choices.flatMap { $0.methods?.names ?? [] }.joined(separator: ", ") }
}
