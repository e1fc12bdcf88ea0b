"""HTTP/1.1 as bytes, for checks that have to know whether an answer was whole, cut, or none."""

import collections
import socket

# `kind` is "whole", "cut" (it began, and ended before its end) or "none"; `keeps` says whether the connection is good still.
Outcome = collections.namedtuple("Outcome", "kind status fields body keeps")


class Client:
    """A connection that is used for one request after the other."""

    def __init__(self, port, patience=10.0, receive_buffer=None):
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(patience)
        self.socket.connect(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def send(self, data):
        """Sends as far as the peer takes it; false if it does not take all."""
        try:
            self.socket.sendall(data)
            return True
        except TimeoutError:
            raise
        except OSError:
            return False

    def exchange(self, method, path, fields=(), body=None, chunked=False):
        """A request, and its answer. A TimeoutError means that nothing came for too long."""
        head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in fields)
        if body is not None:
            head += "Transfer-Encoding: chunked\r\n" if chunked else f"Content-Length: {len(body)}\r\n"
        data = head.encode() + b"\r\n"
        if body is not None and chunked:
            data += b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in
                             (body[start : start + 1000] for start in range(0, len(body), 1000))) + b"0\r\n\r\n"
        elif body is not None:
            data += body
        self.send(data)
        return self.answer(method)

    def answer(self, method="GET"):
        """Reads the final answer."""
        status, fields = 0, {}
        try:
            while True:
                while b"\r\n\r\n" not in self.buffer:
                    self.more()
                head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
                lines = head.decode("latin-1").split("\r\n")
                status = int(lines[0].split(" ")[1])
                fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
                if status >= 200:
                    break
        except ConnectionError:
            return Outcome("none", 0, {}, b"", False)
        keeps = fields.get("connection", "").lower() != "close"
        if method == "HEAD" or status in (204, 304):
            return Outcome("whole", status, fields, b"", keeps)
        body = b""
        try:
            if fields.get("transfer-encoding") == "chunked":
                while True:
                    size = int(self.until(b"\r\n"), 16)
                    if size == 0:
                        self.until(b"\r\n")
                        return Outcome("whole", status, fields, body, keeps)
                    # A part of a chunk is a part of the body.
                    body = self.take(size, body)
                    self.until(b"\r\n")
            if "content-length" in fields:
                body = self.take(int(fields["content-length"]), body)
                return Outcome("whole", status, fields, body, keeps)
            while True:
                body += self.buffer
                self.buffer = b""
                try:
                    self.more()
                except EOFError:
                    return Outcome("whole", status, fields, body, False)
        except Cut as cut:
            return Outcome("cut", status, fields, cut.body, False)
        except (ConnectionError, ValueError):
            return Outcome("cut", status, fields, body, False)

    def more(self):
        try:
            data = self.socket.recv(65536)
        except TimeoutError:
            raise
        except OSError as error:
            raise ConnectionError from error
        if not data:
            raise End
        self.buffer += data

    def until(self, mark):
        while mark not in self.buffer:
            self.more()
        found, self.buffer = self.buffer.split(mark, 1)
        return found

    def take(self, count, body):
        wanted = len(body) + count
        body += self.buffer[:count]
        self.buffer = self.buffer[count:]
        while len(body) < wanted:
            try:
                self.more()
            except ConnectionError as error:
                raise Cut(body) from error
            left = wanted - len(body)
            body += self.buffer[:left]
            self.buffer = self.buffer[left:]
        return body


class End(ConnectionError, EOFError):
    """The peer has ended the connection."""


class Cut(Exception):
    """A body that came to an end before its time."""

    def __init__(self, body):
        super().__init__()
        self.body = body
