"""HTTP/2 as bytes (RFC 9113), for checks that send what no library would: frames by hand, header blocks by hand.

Blocks of fields are written here; what comes back is read with the package hpack, which shares nothing with nghttp2.
"""

import collections
import socket
import struct
import time

import hpack

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = range(10)
END_STREAM, ACK, END_HEADERS, PADDED, PRIORITIZED = 0x1, 0x1, 0x4, 0x8, 0x20
(NO_ERROR, PROTOCOL_ERROR, INTERNAL_ERROR, FLOW_CONTROL_ERROR, SETTINGS_TIMEOUT, STREAM_CLOSED, FRAME_SIZE_ERROR,
 REFUSED_STREAM, CANCEL, COMPRESSION_ERROR, CONNECT_ERROR, ENHANCE_YOUR_CALM) = range(12)

Frame = collections.namedtuple("Frame", "type flags stream payload")


def frame(kind, flags=0, stream=0, payload=b""):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def integer(value, bits, first=0):
    """An integer with a prefix of so many bits (RFC 7541 §5.1)."""
    most = (1 << bits) - 1
    if value < most:
        return bytes([first | value])
    out = [first | most]
    value -= most
    while value >= 128:
        out.append(value % 128 | 128)
        value //= 128
    return bytes(out + [value])


def text(value, huffman=False):
    """A string literal (RFC 7541 §5.2)."""
    value = value.encode() if isinstance(value, str) else value
    if huffman:
        from hpack.huffman import HuffmanEncoder
        from hpack.huffman_constants import REQUEST_CODES, REQUEST_CODES_LENGTH

        coded = HuffmanEncoder(REQUEST_CODES, REQUEST_CODES_LENGTH).encode(value)
        return integer(len(coded), 7, 0x80) + coded
    return integer(len(value), 7) + value


def literal(name, value, first=0x00, bits=4, huffman=False):
    """A literal field: without indexing unless told otherwise; `name` may be an index."""
    if isinstance(name, int):
        return integer(name, bits, first) + text(value, huffman)
    return bytes([first]) + text(name, huffman) + text(value, huffman)


def block(fields):
    return b"".join(literal(name, value) for name, value in fields)


def request(*more, method="GET", path="/public", authority="localhost", scheme="http"):
    """The fields of a request; None leaves a pseudo-header field out."""
    pseudo = [(":method", method), (":scheme", scheme), (":path", path), (":authority", authority)]
    return [field for field in pseudo if field[1] is not None] + list(more)


def window(increment, stream=0):
    return frame(WINDOW_UPDATE, 0, stream, struct.pack(">I", increment))


def settings(*pairs):
    return frame(SETTINGS, 0, 0, b"".join(struct.pack(">HI", *pair) for pair in pairs))


class Client:
    """A connection that sends what it is told, and keeps what comes."""

    def __init__(self, port, preface=True, first=(), patience=5.0, connected=None):
        self.patience = patience
        self.socket = connected or socket.create_connection(("127.0.0.1", port), timeout=patience)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""
        self.frames = []
        self.is_closed = False
        self.decoder = hpack.Decoder()
        self.heads = collections.defaultdict(list)
        self.bodies = collections.defaultdict(bytes)
        self.ended = set()
        self.resets = {}
        self.goaway = None
        self.acks = 0
        self.pongs = []
        self.settings = {}
        self.fragments = b""
        if preface:
            self.send(PREFACE + settings(*first))
            assert self.wait(lambda: self.acks == 1 and self.frames and self.frames[0].type == SETTINGS)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, *parts):
        try:
            self.socket.sendall(b"".join(parts))
        except OSError:
            self.is_closed = True

    def head(self, stream, fields, flags=END_STREAM | END_HEADERS):
        """Sends a header list in one frame."""
        self.send(frame(HEADERS, flags, stream, block(fields)))

    def wait(self, condition, seconds=None):
        """Reads until the condition holds; false if the peer ends or the time is over before."""
        deadline = time.monotonic() + (seconds or self.patience)
        while not condition():
            left = deadline - time.monotonic()
            if self.is_closed or left <= 0:
                return bool(condition())
            self.socket.settimeout(left)
            try:
                data = self.socket.recv(65536)
            except TimeoutError:
                continue
            except OSError:
                data = b""
            if not data:
                self.is_closed = True
            self.buffer += data
            self.read()
        return True

    def read(self):
        while len(self.buffer) >= 9:
            length = int.from_bytes(self.buffer[:3], "big")
            if len(self.buffer) < 9 + length:
                return
            stream = int.from_bytes(self.buffer[5:9], "big") & 0x7FFFFFFF
            kept = Frame(self.buffer[3], self.buffer[4], stream, self.buffer[9 : 9 + length])
            self.buffer = self.buffer[9 + length :]
            self.frames.append(kept)
            self.take(kept)

    def take(self, kept):
        kind, flags, stream, payload = kept
        if kind == SETTINGS:
            if flags & ACK:
                self.acks += 1
            else:
                self.settings.update(struct.iter_unpack(">HI", payload))
                self.send(frame(SETTINGS, ACK))
        elif kind == PING and flags & ACK:
            self.pongs.append(payload)
        elif kind == GOAWAY:
            self.goaway = struct.unpack(">II", payload[:8])
        elif kind == RST_STREAM:
            self.resets[stream] = struct.unpack(">I", payload)[0]
        elif kind == DATA:
            self.bodies[stream] += payload
        elif kind in (HEADERS, CONTINUATION):
            self.fragments += payload
            if flags & END_HEADERS:
                self.heads[stream].append([
                    (name.decode() if isinstance(name, bytes) else name,
                     value.decode() if isinstance(value, bytes) else value)
                    for name, value in self.decoder.decode(self.fragments, raw=True)])
                self.fragments = b""
        if kind in (DATA, HEADERS) and flags & END_STREAM:
            self.ended.add(stream)

    # What came of it.

    def status(self, stream):
        """The status of the final answer; None before it has come whole."""
        if stream not in self.ended:
            return None
        return next((int(dict(head)[":status"]) for head in self.heads[stream]
                     if ":status" in dict(head) and not dict(head)[":status"].startswith("1")), None)

    def answer(self, stream):
        """Waits for the whole answer; its status, its fields and its body."""
        assert self.wait(lambda: stream in self.ended or stream in self.resets or self.goaway), self.frames
        assert stream in self.ended, (stream, self.resets, self.goaway)
        final = next(head for head in self.heads[stream] if not dict(head)[":status"].startswith("1"))
        return self.status(stream), final, self.bodies[stream]

    def lives(self):
        """Whether a PING is answered."""
        mark = struct.pack(">Q", len(self.frames))
        self.send(frame(PING, 0, 0, mark))
        return self.wait(lambda: mark in self.pongs)
