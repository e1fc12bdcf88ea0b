internal import EventIO
internal import HTTPWire

/// The end of what outlives its request, together with its token: a WebSocket gets a close frame, an event stream ends as if
/// it were over, and any other answer is cut, because it must not look whole.
extension Exchange {
    /// How long a farewell may take, until the rest of a frame has come from the application and the client has taken what
    /// waits.
    private static let farewellMilliseconds: Int64 = 500

    /// Whether the answer in the worker's `responseHead` is an event stream, or another one whose parts stand for themselves:
    /// its client takes an end of it for what it is.
    func isEventStream(_ bytes: RawSpan) -> Bool {
        guard let line = worker.responseHead.first(.contentType) else { return false }
        var end = Int(line.value.start)
        while end < Int(line.value.end), bytes.byteAt(end) != UInt8(ascii: ";"), bytes.byteAt(end) != UInt8(ascii: " ")
        {
            end += 1
        }
        return bytes.equalsIgnoringCase(ByteRange(Int(line.value.start), end), "text/event-stream")
    }

    /// Lets go of what follows the token: the exchange is over.
    func dropLive(_ live: LiveExchange) {
        worker.live.remove(live)
        self.live = nil
    }

    /// The token is no longer good.
    func end(with ending: LiveEnding) {
        guard let live, live.ending == nil, stage != .over else { return }
        live.ending = ending
        if reason.utf8CodeUnitCount == 0 { reason = ending.reason }
        switch stage {
        case .tunnel:
            worker.loop.setDeadline(of: live, afterMilliseconds: Self.farewellMilliseconds)
            // Nothing of this client reaches the application any more.
            downstream.stopReading()
            if live.frames.isBetweenFrames {
                sayFarewell(live)
            } else {
                upstream?.startReading()
            }
        case .forwarding: endStream(live)
        // Its answer is complete already.
        default: break
        }
    }

    /// Bytes of a tunnel that is about to end: only those that complete a frame are still sent.
    func finishFrame(_ bytes: RawSpan, _ live: LiveExchange) {
        let end = live.frames.finishFrame(bytes)
        let part = bytes.bytes(ByteRange(0, end ?? bytes.byteCount))
        bytesOut += Int64(part.byteCount)
        guard downstream.write(worker.output, part) else { return downstreamBroke() }
        if end != nil { sayFarewell(live) }
    }

    /// Between two frames: sends the close frame (RFC 6455 §5.5.1), unless the application has sent one, and ends both sides.
    private func sayFarewell(_ live: LiveExchange) {
        guard stage == .tunnel, let ending = live.ending else { return }
        let output = worker.output
        if !live.frames.hasClosed, let rules = route?.configuration.websocket {
            WebSocketCloseFrame.append(
                code: rules.closeCode, reason: rules.closeReason ?? ending.sentence, to: output)
        }
        worker.counters.add(-1, to: .openTunnels)
        stage = .flushing
        clientFraming = .none
        releaseUpstream(mayReuse: false)
        bytesOut += Int64(output.count)
        let isAlive = output.isEmpty || downstream.write(output)
        output.removeAll()
        guard isAlive else { return downstreamBroke() }
        finishFarewell()
    }

    /// The farewell was given to the client's connection. With all else that waits there, it has to be taken in time: what a
    /// client gets after its token is gone must not depend on when it cares to read.
    private func finishFarewell() {
        if downstream.hasPendingOutput { stage = .flushing } else { end() }
    }

    /// Less waits for the client than before.
    func flushingAdvanced() {
        if live?.ending == nil || !downstream.hasPendingOutput { end() }
    }

    private func endStream(_ live: LiveExchange) {
        guard live.isEventStream else { return abort(reason) }
        worker.loop.setDeadline(of: live, afterMilliseconds: Self.farewellMilliseconds)
        keepsAlive = false
        bytesOut = responseBody.count
        releaseUpstream(mayReuse: false)
        let output = worker.output
        if clientFraming == .chunked { output.append("0\r\n\r\n") }
        let isAlive = output.isEmpty || downstream.write(output)
        output.removeAll()
        guard isAlive else { return downstreamBroke() }
        finishFarewell()
    }

    /// The farewell could not be said in time: without it, then.
    func farewellTimedOut() { abort(reason) }
}
