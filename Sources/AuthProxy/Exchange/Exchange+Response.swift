internal import EventIO
internal import HTTPWire
internal import Tokens

/// The way down: the answer's head, our cookies, the body with back-pressure.
extension Exchange {
    /// How many interim responses an application may send before its answer.
    private static let interimLimit = 32

    /// The application has sent something.
    func upstreamReadable() {
        guard let upstream else { return }
        let scratch = unsafe worker.loop.scratch
        switch unsafe upstream.receive(into: downstream.slice(scratch)) {
        case .bytes(let count):
            // The scratch buffer is good until the next read.
            let bytes = unsafe RawSpan(_unsafeBytes: UnsafeRawBufferPointer(rebasing: scratch[..<count]))
            if stage == .tunnel {
                tunnelToClient(bytes)
            } else if hasResponseHead {
                takeResponseBody(bytes, from: 0)
            } else if let kept = responseBytes {
                kept.append(bytes)
                // The buffer is not appended to while its bytes are looked at.
                unsafe takeResponse(kept.bytes, isKept: true)
            } else {
                takeResponse(bytes, isKept: false)
            }
        case .wouldBlock: break
        case .end: upstreamEnded()
        case .failed: upstreamBroke()
        }
    }

    private func upstreamEnded() {
        if stage == .tunnel { return tunnelUpstreamEnded() }
        guard hasResponseHead, responseBody.framing == .untilClose else { return upstreamBroke() }
        responseBody.end()
        let output = worker.output
        if clientFraming == .chunked { output.append("0\r\n\r\n") }
        let isAlive = output.isEmpty || downstream.write(output)
        output.removeAll()
        guard isAlive else { return downstreamBroke() }
        finishResponse(excess: false)
    }

    // MARK: The head

    /// Looks for the answer's head in bytes that begin with one.
    ///
    /// - Parameter isKept: whether the bytes are those of `responseBytes`; otherwise what has to wait is copied there.
    private func takeResponse(_ bytes: RawSpan, isKept: Bool) {
        if record.firstByteAt == 0 { record.firstByteAt = MonotonicTime.microseconds }
        var offset = 0
        while true {
            let rest = bytes.extracting(offset..<bytes.byteCount)
            do throws(HTTPParseError) {
                guard case .complete = try worker.parseResponse(rest, method: method, limits: site.responseLimits)
                else {
                    return keepResponse(bytes, from: offset, isKept: isKept)
                }
            } catch {
                return answerIsMalformed(ProxyFault(error))
            }
            guard worker.responseHead.isInterim else {
                return takeFinalResponse(rest, in: bytes, from: offset, isKept: isKept)
            }
            interimResponses += 1
            guard interimResponses <= Self.interimLimit else { return answerIsMalformed(.badAnswer) }
            guard forwardInterim(rest) else { return }
            offset += worker.responseHead.headLength
            if offset == bytes.byteCount { return keepResponse(bytes, from: offset, isKept: isKept) }
        }
    }

    private func answerIsMalformed(_ fault: ProxyFault) {
        worker.counters.count(.malformedAnswer)
        if let upstream { upstream.pool.failed(upstream.endpoint, .answer) }
        fail(fault)
    }

    private func keepResponse(_ bytes: RawSpan, from offset: Int, isKept: Bool) {
        if isKept {
            responseBytes?.consume(first: offset)
            return
        }
        guard offset < bytes.byteCount else { return }
        let buffer = worker.buffers.take()
        responseBytes = buffer
        buffer.append(ByteRange(offset, bytes.byteCount), of: bytes)
    }

    /// Sends an interim response on (RFC 9110 §15.2); HTTP/1.0 knows none.
    ///
    /// - Returns: false if the exchange is over.
    private func forwardInterim(_ bytes: RawSpan) -> Bool {
        if worker.responseHead.status == 100 {
            expectsContinue = false
            if !requestBody.isComplete { loopDeadline(bodyIdleTimeout) }
        }
        guard clientMinorVersion >= 1 else { return true }
        let output = worker.output
        ResponseHeadWriter.writeInterim(worker.responseHead, in: bytes, site: site, to: output)
        let isAlive = downstream.write(output)
        output.removeAll()
        if !isAlive { downstreamBroke() }
        return isAlive
    }

    private func takeFinalResponse(_ rest: RawSpan, in bytes: RawSpan, from offset: Int, isKept: Bool) {
        let worker = worker
        if worker.responseHead.status == 101, !worker.responseHead.isUpgrade || !wantsUpgrade {
            return answerIsMalformed(.badAnswer)
        }
        if let upstream { upstream.pool.answered(upstream.endpoint) }
        let hasOrder = worker.responseHead.table.contains(.sallyport) && route?.mayIssueSessions == true
        var mustSettle = hasOrder
        if case .set = cookies { mustSettle = true }
        guard mustSettle else {
            sendResponse(rest, cookies: cookies, isKept: isKept)
            return
        }
        let orders: SessionOrders?
        do throws(SessionOrders.Flaw) {
            orders = hasOrder ? try SessionOrders(worker.responseHead, in: rest) : nil
        } catch {
            worker.counters.count(.malformedSession)
            worker.warn("route \(route?.name ?? ""): \(error.sentence)")
            return fail(.badSession)
        }
        keepResponse(bytes, from: offset, isKept: isKept)
        settle(orders)
    }

    /// Sends the head, and what has come of the body.
    func sendResponse(_ rest: RawSpan, cookies: CookieChange, isKept: Bool) {
        let worker = worker
        if worker.responseHead.status == 101 { return switchProtocols(rest, cookies: cookies) }
        hasResponseHead = true
        responseStatus = worker.responseHead.status
        upstreamMayBeReused = worker.responseHead.keepsAlive && !wantsUpgrade
        responseBody.begin(worker.responseHead.framing, in: .response, limits: site.responseLimits)
        clientFraming = worker.responseHead.framing
        if worker.responseHead.framing == .untilClose || worker.responseHead.framing == .chunked {
            clientFraming = clientMinorVersion >= 1 && !downstream.isStream ? .chunked : .untilClose
        }
        // A client that was refused an upgrade may have sent bytes of the other protocol already.
        if clientFraming == .untilClose || wantsUpgrade || worker.isDraining { keepsAlive = false }
        // What is left of the request's body would be taken for the next request. Where it is clear by now that not all of it
        // will be read, the client has to know before it sends another one.
        if !requestBody.isComplete,
            responseBody.isComplete || !worker.responseHead.keepsAlive
                || requestBody.remaining > Int64(Self.discardLimit)
        {
            keepsAlive = false
        }
        let writer = ResponseHeadWriter(
            site: site, framing: clientFraming, clientMinorVersion: clientMinorVersion, keepsAlive: keepsAlive,
            cookies: cookieLines(cookies), rules: answerRules, strictTransport: strictTransport)
        writer.write(worker.responseHead, in: rest, date: worker.dateLine, record: record, to: worker.output)
        // Nobody knows how long an answer without a length goes on; with an identity, no longer than that.
        let isOpenEnded = identity != nil && (clientFraming == .chunked || clientFraming == .untilClose)
        let isEventStream = isOpenEnded && isEventStream(rest)
        takeResponseBody(rest, from: worker.responseHead.headLength)
        if isOpenEnded, stage == .forwarding { worker.live.add(self, isEventStream: isEventStream) }
        if isKept || responseBytes != nil, let buffer = responseBytes {
            responseBytes = nil
            worker.buffers.give(buffer)
        }
    }

    /// Our Set-Cookie lines; most answers have none, and then nothing is looked at.
    @inline(__always)
    private func cookieLines(_ change: CookieChange) -> [UInt8] {
        if case .none = change { return [] }
        return site.cookies.lines(change, now: worker.now)
    }

    // MARK: The body

    /// Sends body bytes on, behind what lies in the worker's output buffer.
    func takeResponseBody(_ bytes: RawSpan, from start: Int) {
        let output = worker.output
        var direct = ByteRange(start, start)
        var end = start
        switch responseBody.framing {
        case .none: break
        case .length:
            end = start + responseBody.take(bytes.byteCount - start)
            direct = ByteRange(start, end)
        case .untilClose:
            end = bytes.byteCount
            responseBody.note(end - start)
            if clientFraming == .chunked {
                appendChunk(bytes, ByteRange(start, end), output)
            } else {
                direct = ByteRange(start, end)
            }
        case .chunked:
            guard let consumed = takeResponseChunks(bytes, from: start, output) else { return }
            end = consumed
        }
        let isAlive = output.isEmpty && direct.isEmpty || downstream.write(output, bytes.bytes(direct))
        output.removeAll()
        guard isAlive else { return downstreamBroke() }
        if responseBody.isComplete { return finishResponse(excess: end < bytes.byteCount) }
        guard let upstream else { return }
        if downstream.hasOutput {
            // The client is slower than the application: it waits.
            upstream.stopReading()
            upstream.suspendDeadline()
        } else {
            worker.loop.setDeadline(of: upstream, afterMilliseconds: idleTimeout(upstream))
        }
    }

    /// Decodes chunks and encodes them anew: extensions go, trailers are looked at.
    ///
    /// - Returns: where the body's bytes end; nil if the exchange has failed.
    private func takeResponseChunks(_ bytes: RawSpan, from start: Int, _ output: OutputBuffer) -> Int? {
        guard let chunks = responseBody.chunks else { return start }
        var offset = start
        do throws(HTTPParseError) {
            while true {
                switch try chunks.decoder.next(bytes, from: offset) {
                case .data(let range):
                    responseBody.note(range.count)
                    offset = Int(range.end)
                    if clientFraming == .chunked {
                        appendChunk(bytes, range, output)
                    } else {
                        output.append(range, of: bytes)
                    }
                case .needMore(let consumed): return consumed
                case .end(let consumed):
                    responseBody.end()
                    if clientFraming == .chunked {
                        appendTrailers(chunks.decoder, output)
                    } else {
                        downstream.keepTrailers(of: chunks.decoder)
                    }
                    return consumed
                }
            }
        } catch {
            output.removeAll()
            worker.counters.count(.malformedAnswer)
            abort("malformed_answer")
            return nil
        }
    }

    private func appendChunk(_ bytes: RawSpan, _ range: ByteRange, _ output: OutputBuffer) {
        guard !range.isEmpty else { return }
        output.append(hex: UInt64(range.count))
        output.append("\r\n")
        output.append(range, of: bytes)
        output.append("\r\n")
    }

    private func appendTrailers(_ decoder: ChunkedDecoder, _ output: OutputBuffer) {
        output.append("0\r\n")
        if !decoder.trailerBytes.isEmpty {
            let bytes = unsafe decoder.trailerBytes.span.bytes
            for line in decoder.trailers where TrailerRules.mayForward(line, in: bytes) {
                output.append(line.line, of: bytes)
            }
        }
        output.append("\r\n")
    }

    /// The whole answer has come.
    ///
    /// - Parameter excess: whether the application sent more than its answer: then its connection is good for nothing.
    private func finishResponse(excess: Bool) {
        bytesOut = responseBody.count
        let isWholeRequest = requestBody.isComplete && requestSent == requestBytes.count && !isRequestCutOff
        if !requestBody.isComplete { keepsAlive = false }
        // An application that sends a body where there is none (to HEAD, with 204 or 304) may still be about to.
        upstream?.isDoubtful = responseBody.framing == .none
        releaseUpstream(mayReuse: upstreamMayBeReused && isWholeRequest && !excess)
        finishAnswer()
    }

    /// The client has taken everything that waited.
    func downstreamDrained() {
        switch stage {
        case .flushing: flushingAdvanced()
        case .tunnel: tunnelDownstreamDrained()
        case .discarding, .reserved:
            if !requestBody.isComplete { loopDeadline(bodyIdleTimeout) }
        case .forwarding:
            guard let upstream else { return }
            upstream.startReading()
            if !requestBody.isComplete, !expectsContinue, downstream.isReading { loopDeadline(bodyIdleTimeout) }
            if hasResponseHead {
                worker.loop.setDeadline(of: upstream, afterMilliseconds: idleTimeout(upstream))
            }
        default: break
        }
    }
}
