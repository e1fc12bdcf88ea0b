internal import SallyportConfiguration
internal import EventIO
internal import HTTPWire
internal import Tokens

/// Between the application's answer and the client: sessions that it issues or ends, and whether the cookies of a refresh
/// are still the newest. Only answers that concern cookies come this way.
extension Exchange {
    /// What became of an application's orders.
    private enum Settlement: Sendable {
        case cookies(CookieChange)
        case tokens(IssuedTokens)
        case unavailable
        case malformed(String)
    }

    /// Follows the orders and settles the cookies, then sends the answer that waits in `responseBytes`.
    func settle(_ orders: SessionOrders?) {
        stage = .settling
        upstream?.stopReading()
        upstream?.suspendDeadline()
        downstream.suspendWait()
        let change = cookies
        let client = clientIdentity
        // A foreign token has no session here that an application could change or end: at its end it is denied.
        let foreign = identity.flatMap { $0.token.foreign == nil ? nil : $0.token }
        let token = foreign == nil ? identity?.token : nil
        let holder = token ?? presented.flatMap(worker.authenticator.holder)
        let requestID = record.requestIDText
        let box = LoopBound((exchange: self, authenticator: worker.authenticator), to: worker.loop)
        worker.loop.startTask {
            let (exchange, authenticator) = box.value
            let settlement: Settlement
            if let orders {
                settlement = await Self.follow(
                    orders, authenticator, client: client, token: token, holder: holder, foreign: foreign,
                    change: change, requestID: requestID)
            } else {
                settlement = .cookies(await authenticator.settle(change))
            }
            exchange.settled(settlement)
        }
    }

    /// Settles the cookies of a refresh, then gives an answer of our own with them: an error must not lose them.
    func settle(_ answer: LocalAnswer) {
        releaseUpstream(mayReuse: false)
        stage = .settling
        downstream.suspendWait()
        let change = cookies
        let box = LoopBound((exchange: self, authenticator: worker.authenticator), to: worker.loop)
        worker.loop.startTask {
            let (exchange, authenticator) = box.value
            let settled = await authenticator.settle(change)
            guard exchange.stage == .settling else { return }
            var answer = answer
            answer.cookies = exchange.site.cookies.lines(settled, now: exchange.worker.now)
            exchange.answer(answer)
        }
    }

    /// The client, as the session's tokens will be bound to it.
    private var clientIdentity: ClientIdentity {
        ClientIdentity(address: forwarding.client.description, userAgent: record.userAgentText)
    }

    private static func follow(
        _ orders: SessionOrders, _ authenticator: Authenticator, client: ClientIdentity, token: VerifiedToken?,
        holder: VerifiedToken?, foreign: VerifiedToken?, change: CookieChange, requestID: String
    ) async -> Settlement {
        let manager = authenticator.manager
        do throws(TokenError) {
            if let (subject, claims) = orders.issue {
                let tokens = try await manager.issueSession(
                    subject: subject, claims: claims, client: client, replacing: holder?.session)
                authenticator.audit(
                    .sessionIssued, session: tokens.session, subject: subject, client: client, requestID: requestID)
                for ended in tokens.endedSessions {
                    authenticator.audit(
                        .sessionEnded(reason: .limit), session: ended.identifier, subject: ended.subject,
                        client: client, requestID: requestID)
                }
                // Signing in again is a new session; the old one is over.
                if let holder, try await manager.endSession(holder.session) {
                    authenticator.audit(
                        .sessionEnded(reason: .replaced), session: holder.session, subject: holder.subject,
                        client: client, requestID: requestID)
                }
                return .tokens(tokens)
            }
            if let claims = orders.update, let token {
                _ = try await manager.updateSession(token.session, claims: claims)
            }
            guard let end = orders.end else { return .cookies(await authenticator.settle(change)) }
            if let foreign {
                try await authenticator.deny(foreign, ofUser: end == .all, client: client, requestID: requestID)
            }
            if let holder {
                // Only who is signed in has a say over sessions on other devices.
                if end == .all, let subject = token?.subject {
                    _ = try await manager.endAllSessions(of: subject)
                } else {
                    _ = try await manager.endSession(holder.session)
                }
                authenticator.audit(
                    .sessionEnded(reason: .application), session: holder.session, subject: holder.subject,
                    client: client, requestID: requestID)
            }
            return .cookies(.clear(access: true, refresh: true))
        } catch {
            switch error {
            case .store(let failure):
                authenticator.counters.count(store: failure.kind)
                return .unavailable
            default: return .malformed(error.sentence)
            }
        }
    }

    private func settled(_ settlement: Settlement) {
        guard stage == .settling, let bytes = responseBytes else { return }
        stage = .forwarding
        switch settlement {
        case .unavailable:
            verdict = .storeUnavailable
            refuse(Refusal(503, .storeUnavailable, "The session cannot be kept now; try again soon."))
        case .malformed(let sentence):
            worker.counters.count(.malformedSession)
            worker.warn("route \(route?.name ?? ""): the session that the application issues is refused: \(sentence)")
            fail(.badSession)
        case .tokens(let tokens):
            if route?.configuration.sessionDelivery == .json {
                return answer(Self.tokenAnswer(tokens, now: worker.now))
            }
            sendSettled(bytes, .set(tokens))
        case .cookies(let change): sendSettled(bytes, change)
        }
    }

    private func sendSettled(_ bytes: OutputBuffer, _ change: CookieChange) {
        do throws(HTTPParseError) {
            // It was complete and without flaw before.
            guard
                case .complete = try unsafe worker.parseResponse(
                    bytes.bytes, method: method, limits: site.responseLimits)
            else { return fail(.badAnswer) }
        } catch {
            return fail(ProxyFault(error))
        }
        upstream?.startReading()
        // The buffer is not appended to any more.
        unsafe sendResponse(bytes.bytes, cookies: change, isKept: true)
        // The rest of the request's body had to wait.
        if stage == .forwarding, !requestBody.isComplete, requestSent == requestBytes.count { requestWasSent() }
    }

    /// The token answer of RFC 6749 §5.1.
    static func tokenAnswer(_ tokens: IssuedTokens, now: Int64) -> LocalAnswer {
        var answer = LocalAnswer(200)
        answer.body = TokenAnswer.body(tokens, now: now)
        answer.fields.append(("Pragma", "no-cache"))
        return answer
    }
}
