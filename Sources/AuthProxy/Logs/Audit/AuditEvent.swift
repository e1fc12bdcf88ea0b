public import Tokens

/// One event in the life of a session, for the audit log.
public struct AuditEvent: Sendable, Equatable {
    /// What happened, with what belongs to it alone.
    public enum Kind: Sendable, Equatable {
        /// A session began.
        case sessionIssued
        /// Both tokens were replaced by those of a new generation.
        case tokenRefreshed(generation: Int64)
        /// An old refresh token was used again in time, and gave the same successor.
        case tokenRefreshReusedInGrace(generation: Int64)
        /// An old refresh token was used again too late: it was stolen, or its successor was. The session has ended.
        case tokenReuseDetected(generation: Int64)
        /// One token was revoked.
        case tokenRevoked(type: TokenType)
        /// A session has ended.
        case sessionEnded(reason: EndReason)
        /// A token came from another client than it was issued to.
        case bindingMismatch(signals: BindingSignals, mode: BindingMode)
        /// A token was refused. These are sampled: the next event says how many of its code were left out.
        case tokenRejected(code: VerdictCode)
        /// An address has failed to authenticate so often that it has to wait: at most once in the limit's interval.
        case authenticationThrottled
    }

    /// Why a session ended.
    public enum EndReason: String, Sendable, CaseIterable {
        /// The user signed out.
        case logout
        /// The user signed out everywhere.
        case logoutEverywhere = "logout_everywhere"
        /// The application ended it.
        case application
        /// An operator ended it.
        case `operator`
        /// A stolen refresh token was used.
        case reuse
        /// The user signed in again.
        case replaced
        /// The user has signed in elsewhere, and may have only so many sessions.
        case limit
    }

    /// What about the client differs.
    public struct BindingSignals: OptionSet, Sendable {
        public let rawValue: UInt8
        public init(rawValue: UInt8) { self.rawValue = rawValue }
        /// The address.
        public static let address = BindingSignals(rawValue: 1)
        /// The User-Agent.
        public static let userAgent = BindingSignals(rawValue: 2)
    }

    /// What follows from a difference.
    public enum BindingMode: String, Sendable {
        /// The token was refused.
        case strict
        /// Only this event.
        case log
    }

    /// What happened.
    public var kind: Kind
    /// The session.
    public var sid: String?
    /// The user.
    public var sub: String?
    /// The token.
    public var jti: String?
    /// The client's address in text form.
    public var clientAddress: String?
    /// The request's identifier.
    public var requestID: String?

    /// An event; what is not known is left out.
    public init(
        _ kind: Kind, sid: String? = nil, sub: String? = nil, jti: String? = nil, clientAddress: String? = nil,
        requestID: String? = nil
    ) {
        self.kind = kind
        self.sid = sid
        self.sub = sub
        self.jti = jti
        self.clientAddress = clientAddress
        self.requestID = requestID
    }
}

extension AuditEvent.Kind {
    /// The names of all kinds, in the order of their numbers.
    static let names: [StaticString] = [
        "session.issued", "token.refreshed", "token.refresh_reused_in_grace", "token.reuse_detected", "token.revoked",
        "session.ended", "binding.mismatch", "token.rejected", "authentication.throttled",
    ]

    /// Its place among the kinds.
    var number: Int {
        switch self {
        case .sessionIssued: 0
        case .tokenRefreshed: 1
        case .tokenRefreshReusedInGrace: 2
        case .tokenReuseDetected: 3
        case .tokenRevoked: 4
        case .sessionEnded: 5
        case .bindingMismatch: 6
        case .tokenRejected: 7
        case .authenticationThrottled: 8
        }
    }

    /// The stable name: `event` in the log.
    public var name: StaticString { Self.names[number] }
}
