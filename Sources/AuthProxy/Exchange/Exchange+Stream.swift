internal import HTTPWire

/// What is different where the client's side is an HTTP/2 stream: bodies come without framing of their own, and their end
/// is told apart from their bytes.
extension Exchange {
    /// Takes body bytes as they arrive.
    ///
    /// - Returns: how many were taken; the others are offered again.
    func takeStreamBody(_ bytes: RawSpan) -> Int {
        guard stage == .forwarding || stage == .reserved, !requestBody.isComplete else { return 0 }
        return takeRequestBody(bytes, from: 0)
    }

    /// Takes a piece of a body of unknown length, which the application gets as a chunk.
    func takeStreamPiece(_ bytes: RawSpan, from start: Int) -> Int {
        let range = ByteRange(start, bytes.byteCount)
        requestBody.note(range.count)
        if let most = route?.configuration.maxBodyBytes, requestBody.count > most {
            requestBody.end()
            fail(.bodyTooLarge)
            return range.count
        }
        deliverChunk(bytes, range)
        return range.count
    }

    /// All of the request has come.
    ///
    /// - Parameter trailers: the trailer section; empty without one.
    /// - Returns: false if that has to be told again, when the body is read once more.
    func streamRequestEnded(_ trailers: [UInt8]) -> Bool {
        if stage == .tunnel {
            if requestBytes.count == requestSent { tunnelUpstreamDrained() }
            return true
        }
        guard !requestBody.isComplete else { return true }
        switch stage {
        case .forwarding where !isRequestCutOff, .reserved: break
        case .connecting where requestBytes.count < worker.streamBufferBytes: break
        default: return false
        }
        guard requestBody.framing == .chunked else {
            // Shorter than it said: HTTP/2 resets such a stream before it gets here.
            abort("malformed_request")
            return true
        }
        do throws(HTTPParseError) {
            // The array lives on for as long as it is looked at.
            let lines = try unsafe TrailerSection.parse(trailers.span.bytes, limits: site.requestLimits)
            requestBody.end()
            if stage != .reserved { appendLastChunk(lines, in: trailers) }
        } catch {
            worker.counters.count(error.kind)
            requestBody.end()
            fail(ProxyFault(error))
            return true
        }
        requestBodyAdvanced()
        return true
    }
}
