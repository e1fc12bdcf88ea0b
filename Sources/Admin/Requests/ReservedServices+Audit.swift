internal import AuthProxy
internal import Tokens

/// Audit events of the reserved path.
extension ReservedServices {
    /// Records what a request did to a session.
    func record(
        _ kind: AuditEvent.Kind, _ request: ReservedRequest, session: String?, subject: String?,
        identifier: String? = nil
    ) {
        audit.record(
            AuditEvent(
                kind, sid: session, sub: subject, jti: identifier, clientAddress: request.client.address,
                requestID: request.requestID))
    }

    /// Records that a token came from another client, where the binding only asks for a note of that.
    func recordNotice(of token: VerifiedToken, _ request: ReservedRequest) {
        guard let notice = token.bindingNotice else { return }
        var signals: AuditEvent.BindingSignals = []
        if notice.address { signals.insert(.address) }
        if notice.userAgent { signals.insert(.userAgent) }
        record(
            .bindingMismatch(signals: signals, mode: .log), request, session: token.session, subject: token.subject,
            identifier: token.identifier)
    }
}
