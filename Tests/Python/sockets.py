"""A gate in front of the WebSocket applications, and WebSockets as bytes (RFC 6455): frames by hand, whatever they hold."""

import collections
import contextlib
import hashlib
import os
import pathlib
import socket
import struct
import sys
import time

import processes
from gates import Gate, application

KINDS = ("websockets", "wsproto", "raw")
KEY = "dGhlIHNhbXBsZSBub25jZQ=="
CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10

Frame = collections.namedtuple("Frame", "first payload")


@contextlib.contextmanager
def socket_application(folder, kind):
    """Runs a WebSocket application until the block ends; gives its port."""
    port = processes.free_port()
    program = pathlib.Path(__file__).with_name("socket_origin.py")
    with processes.running([sys.executable, program, port, kind], pathlib.Path(folder) / f"{kind}.log", port):
        yield port


@contextlib.contextmanager
def gate(folder, kinds=KINDS, store=None, **options):
    """A gate with the routes `/socket/KIND`; gives it with the ports of the applications. The application's paths keep the
    prefix."""
    folder = pathlib.Path(folder)
    with contextlib.ExitStack() as stack:
        plain = stack.enter_context(application(folder))
        ports = {kind: stack.enter_context(socket_application(folder, kind)) for kind in kinds}
        upstreams = "".join(f"  {kind}: {{endpoints: ['127.0.0.1:{port}']}}\n" for kind, port in ports.items())
        routes = "".join(f"""
  - match: {{path_prefix: {prefix}}}
    upstream: {kind}
    accept: [access, websocket]
    token_sources: [authorization, cookie, websocket_protocol, query]
    identity_headers: {{X-User-Id: sub}}""" for kind, prefix in (
            (kind, "/socket" if kind == "websockets" else f"/socket/{kind}") for kind in ports))
        made = Gate(folder / "gate", store or f"sqlite:{folder}/gate.db", plain, upstreams=upstreams, routes=routes, **options)
        stack.enter_context(made.serving())
        yield made, ports


def frame(opcode, payload=b"", fin=True, rsv=0, masked=True, length_form=None):
    """The bytes of a frame; `length_form` 126 or 127 writes a short length long."""
    payload = payload.encode() if isinstance(payload, str) else payload
    first = (0x80 if fin else 0) | rsv << 4 | opcode
    bit = 0x80 if masked else 0
    form = length_form or (len(payload) if len(payload) < 126 else 126 if len(payload) < 65536 else 127)
    length = struct.pack(">H", len(payload)) if form == 126 else struct.pack(">Q", len(payload)) if form == 127 else b""
    head = bytes([first, bit | form]) + length
    if not masked:
        return head + payload
    key = b"\x37\xfa\x21\x3d"
    return head + key + mask(payload, key)


def mask(payload, key):
    if not payload:
        return b""
    pad = (key * (len(payload) // 4 + 1))[: len(payload)]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(pad, "big")).to_bytes(len(payload), "big")


def close(code=1000, reason=b""):
    reason = reason.encode() if isinstance(reason, str) else reason
    return frame(CLOSE, struct.pack(">H", code) + reason)


class Peer:
    """A client over one TCP connection that sends what it is told."""

    def __init__(self, port, path="/", fields=(), extensions=None, protocols=None, patience=10.0):
        self.deadline = time.monotonic() + patience
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=patience)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Connection: Upgrade", "Upgrade: websocket",
                 "Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {KEY}", "User-Agent: check"]
        lines += [f"{name}: {value}" for name, value in fields]
        if extensions:
            lines.append(f"Sec-WebSocket-Extensions: {extensions}")
        if protocols:
            lines.append(f"Sec-WebSocket-Protocol: {protocols}")
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        self.buffer = b""
        while b"\r\n\r\n" not in self.buffer:
            data = self.socket.recv(65536)
            assert data, self.buffer
            self.buffer += data
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        status, *rest = head.decode("latin-1").split("\r\n")
        self.status = int(status.split(" ")[1])
        self.fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data, step=None):
        """Sends bytes, in pieces of so many where that is said; a peer that has gone is no error here."""
        try:
            for start in range(0, len(data), step or max(len(data), 1)):
                self.socket.sendall(data[start : start + (step or len(data))])
        except OSError:
            pass

    def _fill(self, count):
        while len(self.buffer) < count:
            self.socket.settimeout(max(self.deadline - time.monotonic(), 0.001))
            try:
                data = self.socket.recv(1 << 20)
            except TimeoutError:
                raise
            except OSError:
                data = b""
            if not data:
                return False
            self.buffer += data
        return True

    def frame(self):
        """The next frame; None at the end of the stream."""
        if not self._fill(2):
            return None
        count, start = self.buffer[1] & 0x7F, 2
        if count >= 126:
            start = 4 if count == 126 else 10
            if not self._fill(start):
                return None
            count = int.from_bytes(self.buffer[2:start], "big")
        assert self.buffer[1] & 0x80 == 0, "a server masks nothing"
        if not self._fill(start + count):
            return None
        kept = Frame(self.buffer[0], self.buffer[start : start + count])
        self.buffer = self.buffer[start + count :]
        return kept

    @staticmethod
    def entry(kept):
        """A frame as a report tells of it: its first byte, its length, and its payload or a digest of that."""
        payload = kept.payload
        code = payload[:2].hex() if kept.first & 0x0F == CLOSE else ""
        return f"{kept.first:02x}", len(payload), code + (hashlib.sha256(payload).hexdigest()[:16] if len(payload) > 64 else payload.hex())

    def messages(self, count):
        """Reads until so many messages have come; what came, as a report tells of it."""
        seen = []
        while count:
            kept = self.frame()
            if kept is None:
                return seen
            seen.append(self.entry(kept))
            if kept.first & 0x80 and kept.first & 0x0F in (CONTINUATION, TEXT, BINARY):
                count -= 1
        return seen

    def transcript(self, closes=True):
        """Everything that comes until the end, a close frame answered where none was sent."""
        seen, has_closed = [], not closes
        try:
            while (kept := self.frame()) is not None:
                seen.append(self.entry(kept))
                if kept.first & 0x0F == CLOSE and not has_closed:
                    has_closed = True
                    self.send(frame(CLOSE, kept.payload[:2]))
        except TimeoutError:
            return seen + ["silence"]
        return seen + ["end"]


def random_bytes(count, seed=b"sallyport"):
    """The same bytes each time, which do not compress."""
    return hashlib.shake_128(seed).digest(count)


def cookie(cookies):
    return ("Cookie", "; ".join(f"{name}={value}" for name, value in cookies.items()))
