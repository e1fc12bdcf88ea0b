internal import EventIO
internal import HTTPWire

/// The way up: the head as the application gets it, a connection, the body as it comes.
extension Exchange {
    /// Writes the upstream head and gets a connection.
    ///
    /// - Parameter target: path and query in the worker's `target`.
    func forward(_ bytes: RawSpan, target: CanonicalTarget, handshake: WebSocketHandshake?) {
        guard let route else { return }
        var lines: [UInt8] = []
        if let identity {
            switch identity.lines(route.identity) {
            case .success(let rendered): lines = rendered
            case .failure(let failure):
                worker.warn("route \(route.name): \(failure.field) \(failure.reason), so the request is refused")
                verdict = .claimsInsufficient
                notePreference(bytes)
                return refuse(
                    Refusal(403, .claimsInsufficient, "The token's claims cannot be told to the application."))
            }
        }
        if let assertion = route.assertion {
            guard let line = self.line(of: assertion, bytes, target) else { return fail(.noAssertion) }
            lines += line
        }
        if front != nil { return allow(lines) }
        if let mapping = route.certificates {
            do throws(IdentityMapping.Failure) {
                lines += try downstream.connection.certificateLines(mapping)
            } catch {
                worker.warn("route \(route.name): \(error.field) \(error.reason), so the request is refused")
                return fail(.badCertificate)
            }
        }
        if handshake != nil { keepHead(bytes) }
        if let parameter = route.queryParameter { removeToken(parameter) }
        let writer = RequestHeadWriter(
            site: site, route: route, forwarding: forwarding, handshake: handshake, identity: lines,
            peer: worker.addressTexts.text(forwarding.peer))
        // Both buffers are left alone while the head is written.
        let (path, texts) = (worker.target, record.bytes)
        unsafe writer.write(
            worker.head, in: bytes, target: path.bytes, pathLength: target.pathLength,
            requestID: texts.bytes.bytes(record.requestID),
            cookies: worker.cookies, fallbackHost: route.upstreamBytes, to: requestBytes)
        stage = .connecting
        obtainUpstream(mustBeFresh: false)
    }

    /// The line of a signed statement about this request.
    private func line(of assertion: AssertionWriter, _ bytes: RawSpan, _ target: CanonicalTarget) -> [UInt8]? {
        let path = OutputBuffer(capacity: 256)
        // The target does not change meanwhile; its query is not signed.
        let (whole, range) = (worker.target, ByteRange(0, target.pathLength))
        // A front passes the path on as it is.
        if front == nil, let rewrite = route?.rewrite {
            unsafe rewrite.append(whole.bytes.bytes(range), pathLength: target.pathLength, to: path)
        } else {
            unsafe path.append(range, of: whole.bytes)
        }
        let identifier = OutputBuffer(capacity: RequestID.length)
        worker.requestIDs.appendNext(to: identifier)
        return assertion.line(
            method: bytes.string(worker.head.methodRange), path: path.string, token: identity?.token,
            identifier: identifier.string, now: worker.now)
    }

    func obtainUpstream(mustBeFresh: Bool, avoiding avoided: UpstreamEndpoint? = nil) {
        guard let route else { return }
        attempts += 1
        record.connectStartedAt = MonotonicTime.microseconds
        let pool = pool ?? worker.pool(route.upstream, of: site)
        self.pool = pool
        if attempts == 1 { pool.noteRequest() }
        switch pool.obtain(for: self, mustBeFresh: mustBeFresh, avoiding: avoided) {
        case .ready(let connection):
            // A request that must not be sent twice is not sent to a connection that is dead already, and none to one that
            // has said more than it was asked.
            if !isSafeToRepeat || connection.isDoubtful, connection.hasUnexpectedInput {
                connection.abandon()
                // It was no attempt to reach an endpoint.
                attempts -= 1
                return obtainUpstream(mustBeFresh: true)
            }
            upstreamConnected(connection)
        case .pending:
            // The queue has no other clock.
            if upstream == nil, stage == .connecting { loopDeadline(pool.times.upstreamQueue) }
        case .full:
            worker.counters.count(.upstreamQueue)
            fail(.busy)
        case .down: upstreamIsDown()
        }
    }

    /// Whether the request may be sent a second time (RFC 9110 §9.2.2), and all of it is still there.
    private var isSafeToRepeat: Bool { method.isIdempotent && isRepeatable }

    func upstreamIsConnecting(_ connection: UpstreamConnection) { upstream = connection }

    func upstreamConnected(_ connection: UpstreamConnection) {
        guard stage == .connecting else { return connection.abandon() }
        upstream = connection
        record.connectedAt = MonotonicTime.microseconds
        stage = .forwarding
        downstream.suspendWait()
        flushRequest()
    }

    /// An endpoint could not be connected to: nothing was sent, so that another one may be tried whatever the method.
    func upstreamUnreachable(_ endpoint: UpstreamEndpoint, timedOut: Bool) {
        upstream = nil
        guard stage == .connecting, let pool else { return }
        worker.counters.count(timedOut ? .connectTimeout : .connect)
        if attempts < min(pool.endpointCount, timedOut ? 2 : Self.mostAttempts), pool.mayRepeat() {
            worker.counters.add(1, to: .retries)
            return obtainUpstream(mustBeFresh: true, avoiding: endpoint)
        }
        fail(timedOut ? .connectTimeout : .unreachable)
    }

    /// There is no descriptor for a connection.
    ///
    /// - Parameter mayQueue: whether there is room where others wait.
    /// - Returns: whether it waits there.
    func upstreamMustWait(mayQueue: Bool) -> Bool {
        upstream = nil
        guard stage == .connecting else { return false }
        if mayQueue { return true }
        worker.counters.count(.upstreamQueue)
        fail(.busy)
        return false
    }

    /// There is no TLS with an endpoint: nothing was sent either.
    func upstreamUntrusted(_ endpoint: UpstreamEndpoint) {
        upstream = nil
        guard stage == .connecting, let pool else { return }
        if attempts < min(pool.endpointCount, Self.mostAttempts), pool.mayRepeat() {
            worker.counters.add(1, to: .retries)
            return obtainUpstream(mustBeFresh: true, avoiding: endpoint)
        }
        fail(.untrusted)
    }

    /// How many endpoints are tried for a request.
    private static let mostAttempts = 5

    /// None of the endpoints works.
    func upstreamIsDown() {
        guard stage == .connecting else { return }
        worker.counters.count(.noEndpoint)
        fail(.noEndpoint)
    }

    // MARK: Sending

    /// Sends what lies in `requestBytes`.
    func flushRequest() {
        guard let upstream else { return }
        let result = unsafe requestBytes.withUnsafeBytes { bytes in
            unsafe upstream.send(UnsafeRawBufferPointer(rebasing: bytes[requestSent...]))
        }
        guard case .bytes(let sent) = result else { return requestWasCutOff() }
        requestSent += sent
        if requestSent < requestBytes.count {
            upstream.startWriting()
            worker.loop.setDeadline(of: upstream, afterMilliseconds: idleTimeout(upstream))
            return
        }
        upstream.stopWriting()
        requestWasSent()
    }

    /// All bytes so far are with the application.
    func requestWasSent() {
        guard let upstream, !isRequestCutOff else { return }
        if stage == .tunnel { return tunnelUpstreamDrained() }
        if requestBody.isComplete {
            if !hasResponseHead {
                worker.loop.setDeadline(of: upstream, afterMilliseconds: firstByteTimeout(upstream))
            }
            return
        }
        // More of the body has to come from the client; one that waits for 100 (Continue) waits for the application.
        if expectsContinue {
            worker.loop.setDeadline(of: upstream, afterMilliseconds: firstByteTimeout(upstream))
        } else {
            upstream.suspendDeadline()
        }
        if !isRepeatable {
            requestBytes.removeAll()
            requestSent = 0
        }
        downstream.withInput { bytes in takeRequestBody(bytes, from: 0) }
        if !requestBody.isComplete, stage == .forwarding {
            downstream.startReading()
            if !expectsContinue { loopDeadline(bodyIdleTimeout) }
        }
    }

    func upstreamWritable() { flushRequest() }

    // MARK: The body

    /// The client has sent something.
    func downstreamReadable() {
        if stage == .tunnel { return tunnelFromClient() }
        guard !requestBody.isComplete, stage == .forwarding || stage == .reserved || stage == .discarding else {
            if wantsUpgrade, stage == .connecting || stage == .forwarding { return readBeforeSwitch() }
            // Requests behind this one, or the client's end; a body that has to wait stays in the socket.
            if requestBody.isComplete {
                if !downstream.readAhead() { downstreamBroke() }
            } else {
                downstream.stopReading()
            }
            return
        }
        // What was read before and not taken comes first.
        if downstream.hasInput { return downstream.withInput { bytes in takeRequestBody(bytes, from: 0) } }
        let scratch = unsafe worker.loop.scratch
        switch unsafe downstream.receive(into: scratch) {
        case .bytes(let count):
            // The scratch buffer is good until the next read.
            let bytes = unsafe RawSpan(_unsafeBytes: UnsafeRawBufferPointer(rebasing: scratch[..<count]))
            let taken = takeRequestBody(bytes, from: 0)
            if taken < count { downstream.keepNext(bytes, from: taken) }
        case .wouldBlock: break
        case .end:
            downstream.noteEnd()
            abort("client_gone")
        case .failed: downstreamBroke()
        }
    }

    /// Takes what belongs to the request's body and sends it on, or keeps or drops it, as the stage demands.
    ///
    /// - Returns: how many bytes were taken.
    func takeRequestBody(_ bytes: RawSpan, from start: Int) -> Int {
        guard !requestBody.isComplete, stage != .over, start < bytes.byteCount else { return 0 }
        // While nobody can use them, they wait in the input buffer.
        if stage == .deciding || (stage == .connecting && requestBytes.count >= worker.streamBufferBytes) { return 0 }
        if stage == .flushing || stage == .settling || isRequestCutOff && stage == .forwarding { return 0 }
        let taken: Int
        switch requestBody.framing {
        case .length:
            taken = requestBody.take(bytes.byteCount - start)
            deliver(bytes, ByteRange(start, start + taken))
        case .chunked:
            taken = downstream.isStream ? takeStreamPiece(bytes, from: start) : takeChunks(bytes, from: start)
        case .none, .untilClose: taken = 0
        }
        if stage != .over { requestBodyAdvanced() }
        return taken
    }

    private func takeChunks(_ bytes: RawSpan, from start: Int) -> Int {
        guard let chunks = requestBody.chunks else { return 0 }
        var offset = start
        do throws(HTTPParseError) {
            while true {
                switch try chunks.decoder.next(bytes, from: offset) {
                case .data(let range):
                    requestBody.note(range.count)
                    offset = Int(range.end)
                    if let most = route?.configuration.maxBodyBytes, requestBody.count > most {
                        requestBody.end()
                        keepsAlive = false
                        fail(.bodyTooLarge)
                        return bytes.byteCount - start
                    }
                    deliverChunk(bytes, range)
                case .needMore(let consumed): return consumed - start
                case .end(let consumed):
                    requestBody.end()
                    if stage == .connecting || stage == .forwarding {
                        appendLastChunk(chunks.decoder.trailers, in: chunks.decoder.trailerBytes)
                    }
                    return consumed - start
                }
                if stage == .over { return bytes.byteCount - start }
            }
        } catch {
            worker.counters.count(error.kind)
            requestBody.end()
            keepsAlive = false
            fail(ProxyFault(error))
            return bytes.byteCount - start
        }
    }

    func deliverChunk(_ bytes: RawSpan, _ range: ByteRange) {
        guard stage == .connecting || stage == .forwarding else { return deliver(bytes, range) }
        requestBytes.append(hex: UInt64(range.count))
        requestBytes.append("\r\n")
        requestBytes.append(range, of: bytes)
        requestBytes.append("\r\n")
    }

    /// The end of a chunked body, with those trailers that may pass.
    func appendLastChunk(_ trailers: [FieldLine], in section: [UInt8]) {
        // The array lives on for as long as it is looked at.
        let bytes = unsafe section.span.bytes
        requestBytes.append("0\r\n")
        for line in trailers
        where TrailerRules.mayForward(line, in: bytes) && !site.firewall.contains(line, in: bytes) {
            requestBytes.append(line.line, of: bytes)
        }
        requestBytes.append("\r\n")
    }

    /// Passes on bytes of a body with a length, or hands them to who collects or drops them.
    private func deliver(_ bytes: RawSpan, _ range: ByteRange) {
        switch stage {
        case .reserved: requestBytes.append(range, of: bytes)
        case .discarding: break
        case .forwarding
        where requestSent == requestBytes.count && requestBytes.count > 0 || !isRepeatable && requestBytes.isEmpty:
            // Nothing waits: the bytes go from the scratch buffer to the socket.
            guard let upstream else { return }
            isRepeatable = false
            requestBytes.removeAll()
            requestSent = 0
            let part = bytes.bytes(range)
            guard case .bytes(let sent) = unsafe part.withUnsafeBytes({ unsafe upstream.send($0) }) else {
                return requestWasCutOff()
            }
            if sent < range.count {
                requestBytes.append(ByteRange(Int(range.start) + sent, Int(range.end)), of: bytes)
            }
        default: requestBytes.append(range, of: bytes)
        }
    }

    /// After more of the body was taken: send it, wait for more, or go on to the answer.
    func requestBodyAdvanced() {
        switch stage {
        case .forwarding:
            if requestBytes.count > requestSent {
                flushRequest()
                if stage == .forwarding, requestBytes.count > requestSent {
                    // It is the application that is waited for.
                    downstream.stopReading()
                    downstream.suspendWait()
                }
            } else if requestBody.isComplete {
                requestWasSent()
            }
            if stage == .forwarding, requestBody.isComplete {
                downstream.suspendWait()
            } else if stage == .forwarding, downstream.isReading {
                loopDeadline(bodyIdleTimeout)
            }
            // What was sent of a streamed body is gone.
            if stage == .forwarding, requestSent == requestBytes.count, requestBody.count > Int64(Self.discardLimit) {
                isRepeatable = false
                requestBytes.removeAll()
                requestSent = 0
            }
        case .connecting:
            if requestBytes.count >= worker.streamBufferBytes { downstream.stopReading() }
        case .reserved: reservedBodyAdvanced()
        case .discarding:
            if requestBody.count > Int64(Self.discardLimit) { keepsAlive = false }
            if requestBody.isComplete || !keepsAlive { finishAnswer() }
        default: break
        }
    }

    // MARK: Trouble

    /// The client's connection is broken.
    func downstreamBroke() {
        abort("client_gone")
    }

    /// The client was silent for too long, or an exchange waited in vain.
    func downstreamTimedOut() {
        switch stage {
        case .connecting:
            // A connection that is being opened has a clock of its own.
            guard upstream == nil else { return }
            worker.counters.count(.upstreamQueueTimeout)
            fail(.queueTimeout)
        case .forwarding, .reserved:
            worker.counters.count(.bodyIdleTimeout)
            fail(.bodyTimeout)
        case .discarding: abort("body_timeout")
        case .tunnel:
            worker.counters.count(.tunnelIdleTimeout)
            endTunnel("tunnel_idle")
        default: break
        }
    }

    /// The application takes no more of the request. It may have answered before it closed, an upload that is too large for
    /// example (RFC 9110 §15.5.14); then what it said counts.
    private func requestWasCutOff() {
        let hasAnswer = hasResponseHead || responseBytes != nil || upstream?.hasReceivedBytes == true
        guard hasAnswer, stage == .forwarding || stage == .settling, let upstream else { return upstreamBroke() }
        isRequestCutOff = true
        keepsAlive = false
        isRepeatable = false
        requestBytes.removeAll()
        requestSent = 0
        upstream.stopWriting()
        downstream.stopReading()
        downstream.suspendWait()
        if stage == .forwarding, upstream.isReading {
            worker.loop.setDeadline(of: upstream, afterMilliseconds: idleTimeout(upstream))
        }
    }

    /// The upstream's connection broke, or ended where it must not.
    func upstreamBroke() {
        guard stage == .forwarding || stage == .settling || stage == .tunnel else { return }
        if stage == .tunnel { return endTunnel("upstream_closed") }
        let isUntouched = !hasResponseHead && responseBytes == nil && interimResponses == 0
        guard let upstream else { return fail(.closedEarly) }
        let endpoint = upstream.endpoint
        // In TLS 1.3 our certificate is refused only now.
        if !upstream.isReused, let refusal = upstream.tlsRefusal {
            upstream.pool.tlsFailed(refusal)
            upstream.pool.failed(endpoint, .connect)
            return fail(.untrusted)
        }
        // An idle connection may die for no fault of the endpoint's.
        if isUntouched, !upstream.isReused { upstream.pool.failed(endpoint, .answer) }
        if isUntouched, !wasRetried, isSafeToRepeat, upstream.isReused || upstream.pool.endpointCount > 1,
            upstream.pool.mayRepeat()
        {
            // The endpoint of a connection that was idle may be as good as ever, where it is the only one.
            let avoided = upstream.isReused && upstream.pool.usable.count < 2 ? nil : endpoint
            wasRetried = true
            worker.counters.add(1, to: .retries)
            releaseUpstream(mayReuse: false)
            requestSent = 0
            stage = .connecting
            return obtainUpstream(mustBeFresh: true, avoiding: avoided)
        }
        worker.counters.count(.closedEarly)
        fail(.closedEarly)
    }

    func upstreamTimedOut() {
        switch stage {
        case .tunnel: endTunnel("tunnel_idle")
        case .forwarding where !hasResponseHead:
            worker.counters.count(.firstByteTimeout)
            if let upstream { upstream.pool.failed(upstream.endpoint, .answer) }
            fail(.firstByteTimeout)
        default:
            worker.counters.count(.idleTimeout)
            abort("upstream_idle")
        }
    }
}
