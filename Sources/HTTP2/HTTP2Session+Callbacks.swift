internal import CNghttp2
internal import HTTPWire

/// What a callback says when nothing can go on; a global, so that the callbacks capture nothing.
private let failure = NGHTTP2_ERR_CALLBACK_FAILURE.rawValue

/// nghttp2's callbacks: each finds the session, and calls one method.
extension HTTP2Session {
    static func setCallbacks(_ callbacks: OpaquePointer) {
        unsafe nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks) { _, frame, user in
            guard let session = unsafe UserPointer.session(user), let frame = unsafe frame else { return failure }
            return unsafe session.headersBegin(frame.pointee)
        }
        unsafe nghttp2_session_callbacks_set_on_header_callback(callbacks) {
            _, _, name, nameLength, value, valueLength, _, user in
            guard let session = unsafe UserPointer.session(user) else { return failure }
            return unsafe session.header(
                UnsafeRawBufferPointer(start: name, count: nameLength),
                UnsafeRawBufferPointer(start: value, count: valueLength))
        }
        // A field that nghttp2 finds invalid is an error, not something to leave out in silence.
        unsafe nghttp2_session_callbacks_set_on_invalid_header_callback(callbacks) { _, _, _, _, _, _, _, _ in
            NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue
        }
        unsafe nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks) { _, frame, user in
            guard let session = unsafe UserPointer.session(user), let frame = unsafe frame else { return failure }
            return unsafe session.frameReceived(frame.pointee)
        }
        unsafe nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks) { _, _, stream, data, count, user in
            guard let session = unsafe UserPointer.session(user) else { return failure }
            let bytes = unsafe RawSpan(_unsafeBytes: UnsafeRawBufferPointer(start: data, count: count))
            session.events.bodyReceived(stream, bytes)
            return 0
        }
        unsafe nghttp2_session_callbacks_set_on_stream_close_callback(callbacks) { _, stream, code, user in
            guard let session = unsafe UserPointer.session(user) else { return failure }
            session.tunnels.remove(stream)
            session.events.streamClosed(stream, HTTP2ErrorCode(rawValue: code))
            return 0
        }
        unsafe nghttp2_session_callbacks_set_on_frame_send_callback(callbacks) { _, frame, user in
            guard let session = unsafe UserPointer.session(user), let frame = unsafe frame else { return failure }
            unsafe session.frameSent(frame.pointee)
            return 0
        }
        unsafe nghttp2_session_callbacks_set_send_data_callback(callbacks) { _, frame, header, count, _, user in
            guard let session = unsafe UserPointer.session(user), let frame = unsafe frame, let header = unsafe header
            else {
                return failure
            }
            return unsafe session.sendData(frame.pointee.hd.stream_id, header: header, count: count)
        }
    }

    // MARK: In

    private func headersBegin(_ frame: nghttp2_frame) -> CInt {
        guard unsafe frame.hd.type == UInt8(NGHTTP2_HEADERS.rawValue) else { return 0 }
        builder.begin(isTrailer: unsafe frame.headers.cat != NGHTTP2_HCAT_REQUEST)
        return 0
    }

    private func header(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> CInt {
        // Both are nghttp2's during the callback.
        unsafe builder.add(RawSpan(_unsafeBytes: name), RawSpan(_unsafeBytes: value), limit: limits.headerListBytes)
        // Small blocks can stand for very large lists: reading on would only cost time.
        guard builder.listBytes <= 4 * limits.headerListBytes + 65_536 else {
            isListEndless = true
            return failure
        }
        return 0
    }

    private func frameReceived(_ frame: nghttp2_frame) -> CInt {
        let header = unsafe frame.hd
        let endsStream = header.flags & FrameType.endStream != 0
        if header.type == FrameType.headers {
            builder.finish(endsStream: endsStream)
            let head = builder.head
            if unsafe frame.headers.cat == NGHTTP2_HCAT_REQUEST {
                if let flaw = builder.flaw {
                    events.requestRefused(header.stream_id, flaw, isHead: builder.isHead)
                } else {
                    // The builder does not change until the next header list begins.
                    unsafe events.requestBegan(header.stream_id, head: head.bytes, endsStream: endsStream)
                }
                if endsStream { events.requestEnded(header.stream_id, trailers: RawSpan()) }
            } else if builder.flaw != nil {
                reset(header.stream_id, .protocolError)
            } else {
                // As above.
                unsafe events.requestEnded(header.stream_id, trailers: head.bytes)
            }
        } else if header.type == FrameType.data, endsStream {
            events.requestEnded(header.stream_id, trailers: RawSpan())
        }
        return 0
    }

    // MARK: Out

    private func frameSent(_ frame: nghttp2_frame) {
        let header = unsafe frame.hd
        switch header.type {
        case FrameType.data: watch.noteDataSent()
        case FrameType.resetStream:
            // A stream that we give up ourselves is no mistake of the client.
            switch unsafe HTTP2ErrorCode(rawValue: frame.rst_stream.error_code) {
            case .none, .cancel, .internalError, .connectError: break
            default: watch.noteReset()
            }
        default: break
        }
        guard header.flags & FrameType.endStream != 0, header.type <= FrameType.headers else { return }
        guard !tunnels.contains(header.stream_id) else { return }
        // The answer is out; whatever of the request has not come is not needed any more (RFC 9113 §8.1).
        if unsafe nghttp2_session_get_stream_remote_close(session, header.stream_id) == 0 {
            reset(header.stream_id, .none)
        }
    }

    /// Tells nghttp2 how many body bytes there are; they are written by ``sendData(_:header:count:)``.
    static let readBody: nghttp2_data_source_read_callback = { _, stream, _, most, flags, _, user in
        guard let session = unsafe UserPointer.session(user), let flags = unsafe flags else {
            return Int(NGHTTP2_ERR_CALLBACK_FAILURE.rawValue)
        }
        let noCopy = NGHTTP2_DATA_FLAG_NO_COPY.rawValue
        let end = NGHTTP2_DATA_FLAG_EOF.rawValue
        switch session.events.bodySupply(of: stream, most: most) {
        case .none: return Int(NGHTTP2_ERR_DEFERRED.rawValue)
        case .bytes(let count):
            unsafe flags.pointee = noCopy
            return count
        case .last(let count):
            unsafe flags.pointee = noCopy | end
            return count
        case .lastBeforeTrailers(let count):
            unsafe flags.pointee = noCopy | end | NGHTTP2_DATA_FLAG_NO_END_STREAM.rawValue
            return count
        }
    }

    private func sendData(_ stream: Int32, header: UnsafePointer<UInt8>, count: Int) -> CInt {
        guard let output else { return failure }
        // nghttp2 asks again when there is room.
        guard output.count < outputLimit else { return NGHTTP2_ERR_WOULDBLOCK.rawValue }
        // A frame header has nine bytes.
        unsafe output.append(UnsafeRawBufferPointer(start: header, count: 9))
        events.appendBody(of: stream, count: count, to: output)
        return 0
    }
}
