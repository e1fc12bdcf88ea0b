internal import EventIO
internal import HTTPWire

/// After a switch of protocols: bytes go both ways, each direction waits for its reader, and nobody looks at them.
extension Exchange {
    /// The client has sent something before the switch: a request cannot be behind it, and bytes of the other protocol
    /// must not go to somebody who may yet take them for a request.
    func readBeforeSwitch() {
        guard downstream.readAhead() else { return downstreamBroke() }
        if downstream.hasInput { return fail(.earlyBytes) }
        if downstream.peerHasEnded { abort("client_gone") }
    }

    /// The application has agreed to switch (101).
    func switchProtocols(_ rest: RawSpan, cookies: CookieChange) {
        guard let headBytes else { return fail(.badAnswer) }
        guard !downstream.hasInput else { return fail(.earlyBytes) }
        var echo: [UInt8] = []
        do throws(WebSocketRefusal) {
            // The copy of the head was complete and without flaw before.
            let answer = try unsafe worker.webSocketAnswer(in: rest, to: headBytes.bytes)
            if case .tokenOffer(let offer) = answer { echo = unsafe headBytes.bytes.array(offer) }
        } catch {
            worker.counters.count(.malformedAnswer)
            return fail(.badAnswer)
        }
        hasResponseHead = true
        responseStatus = 101
        keepsAlive = false
        stage = .tunnel
        worker.counters.add(1, to: .openTunnels)
        let writer = ResponseHeadWriter(
            site: site, framing: .none, clientMinorVersion: 1, keepsAlive: true,
            cookies: site.cookies.lines(cookies, now: worker.now), rules: answerRules, strictTransport: strictTransport)
        writer.writeSwitching(
            worker.responseHead, in: rest, date: worker.dateLine, echo: echo, record: record, to: worker.output)
        requestBytes.removeAll()
        requestSent = 0
        let headLength = worker.responseHead.headLength
        worker.live.add(self, isEventStream: false)
        live?.frames.advance(rest.bytes(ByteRange(headLength, rest.byteCount)))
        let isAlive = downstream.write(worker.output, rest.bytes(ByteRange(headLength, rest.byteCount)))
        worker.output.removeAll()
        bytesOut += Int64(rest.byteCount - headLength)
        guard isAlive else { return downstreamBroke() }
        downstream.startReading()
        tunnelMoved()
        if downstream.hasOutput { upstream?.stopReading() }
        // A stream may have ended before it was switched, and does not say so again.
        if downstream.peerHasEnded { tunnelUpstreamDrained() }
    }

    /// Bytes have moved: the idle time begins anew.
    private func tunnelMoved() {
        guard let upstream else { return }
        worker.loop.setDeadline(of: upstream, afterMilliseconds: tunnelIdleTimeout)
    }

    func tunnelFromClient() {
        guard let upstream else { return }
        let scratch = unsafe worker.loop.scratch
        switch unsafe downstream.receive(into: scratch) {
        case .bytes(let count):
            tunnelMoved()
            let bytes = unsafe UnsafeRawBufferPointer(rebasing: scratch[..<count])
            requestBody.note(count)
            guard requestBytes.count == requestSent else {
                unsafe requestBytes.append(bytes)
                return downstream.stopReading()
            }
            guard case .bytes(let sent) = unsafe upstream.send(bytes) else { return endTunnel("upstream_closed") }
            guard sent < count else { return }
            requestBytes.removeAll()
            requestSent = 0
            unsafe requestBytes.append(UnsafeRawBufferPointer(rebasing: bytes[sent...]))
            downstream.stopReading()
            upstream.startWriting()
        case .wouldBlock: break
        case .end:
            downstream.noteEnd()
            if requestBytes.count == requestSent { tunnelUpstreamDrained() }
        case .failed: endTunnel("client_gone")
        }
    }

    /// The application has taken everything that the client has sent.
    func tunnelUpstreamDrained() {
        requestBytes.removeAll()
        requestSent = 0
        tunnelMoved()
        if live?.ending != nil { return }
        // A stream's end may have come before its last bytes were read.
        guard downstream.peerHasEnded, !downstream.hasInput else { return downstream.startReading() }
        upstream?.endSending()
        if responseBody.framing == .untilClose { endTunnel("") }
    }

    func tunnelToClient(_ bytes: RawSpan) {
        if let live {
            guard live.ending == nil else { return finishFrame(bytes, live) }
            live.frames.advance(bytes)
        }
        tunnelMoved()
        bytesOut += Int64(bytes.byteCount)
        let isAlive = downstream.write(worker.output, bytes)
        guard isAlive else { return endTunnel("client_gone") }
        if downstream.hasOutput { upstream?.stopReading() }
    }

    func tunnelDownstreamDrained() {
        if responseBody.framing == .untilClose { return tunnelUpstreamEnded() }
        upstream?.startReading()
    }

    /// The application sends no more.
    func tunnelUpstreamEnded() {
        // No frame can be whole any more where one was awaited.
        if let live, live.ending != nil { return farewellTimedOut() }
        // Marks the direction as ended; the other one may go on.
        responseBody.begin(.untilClose, in: .response, limits: site.responseLimits)
        upstream?.stopReading()
        guard !downstream.hasOutput else { return }
        downstream.endSending()
        if downstream.peerHasEnded { endTunnel("") }
    }

    /// Ends both sides.
    func endTunnel(_ reason: StaticString) {
        guard stage == .tunnel else { return }
        // A connection simply ends; on a stream, the end of the bytes would say that all is well.
        if downstream.isStream, reason.utf8CodeUnitCount > 0 { return abort(reason) }
        worker.counters.add(-1, to: .openTunnels)
        if self.reason.utf8CodeUnitCount == 0 { self.reason = reason }
        clientFraming = .none
        if downstream.hasOutput, reason.utf8CodeUnitCount == 0 {
            stage = .flushing
            releaseUpstream(mayReuse: false)
            return
        }
        end()
    }
}
