"""An application over TLS, made of Python's ssl: it answers well, breaks off, or closes, as the path says."""

import base64
import contextlib
import hashlib
import json
import socket
import ssl
import threading


class TLSOrigin:
    """Serves in threads of this process until it is closed."""

    def __init__(self, folder, name, client_authority=None):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(folder / f"{name}.pem", folder / f"{name}.key")
        self.context.set_alpn_protocols(["h2", "http/1.1"])
        self.context.sni_callback = lambda connection, asked, _: setattr(connection, "asked", asked)
        if client_authority:
            self.context.verify_mode = ssl.CERT_REQUIRED
            self.context.load_verify_locations(folder / f"{client_authority}.pem")
        # What each handshake came to, and the request lines.
        self.handshakes = []
        self.requests = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def close(self):
        # The thread that waits for a connection is woken by this, and not by a close.
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                threading.Thread(target=self.serve, args=[connection], daemon=True).start()

    def serve(self, raw):
        with raw, contextlib.suppress(OSError, EOFError):
            with self.context.wrap_socket(raw, server_side=True) as connection:
                subject = dict(part[0] for part in (connection.getpeercert() or {}).get("subject", ()))
                self.handshakes.append({
                    "name": getattr(connection, "asked", None), "protocol": connection.selected_alpn_protocol(),
                    "version": connection.version(), "resumed": connection.session_reused,
                    "client": subject.get("commonName")})
                reader = connection.makefile("rb")
                served = 0
                while line := reader.readline():
                    method, path, _ = line.decode().split()
                    headers = {}
                    while (field := reader.readline().strip()):
                        key, _, value = field.decode("latin-1").partition(":")
                        headers[key.lower()] = value.strip()
                    self.requests.append(f"{method} {path}")
                    body = reader.read(int(headers.get("content-length", 0)))
                    if path == "/public/second-dies" and served:
                        return cut(connection)
                    served += 1
                    if not self.answer(connection, reader, path, headers, body):
                        return

    def answer(self, connection, reader, path, headers, body):
        """Answers one request; false when the connection is over."""
        match path.rsplit("/", 1)[-1]:
            case "last":
                connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 4\r\n\r\nlast")
                return end(connection)
            case "until-close":
                connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 100_000)
                return end(connection)
            case "until-cut":
                connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 100_000)
                return cut(connection)
            case "length-cut":
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n" + b"x" * 100_000)
                return cut(connection)
            case "length-ended":
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n" + b"x" * 100_000)
                return end(connection)
            case "chunk-cut":
                connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n")
                return cut(connection)
            case "head-cut":
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-")
                return cut(connection)
            case "socket":
                accept = hashlib.sha1((headers["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode())
                connection.sendall(
                    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    b"Sec-WebSocket-Accept: " + base64.b64encode(accept.digest()) + b"\r\n\r\n")
                while part := reader.read1(65536):
                    connection.sendall(part)
                return end(connection)
            case "large":
                content = bytes(range(256)) * (8 << 12)
            case _:
                content = json.dumps({"length": len(body), "sha256": hashlib.sha256(body).hexdigest()}).encode()
        connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {len(content)}\r\n\r\n".encode() + content)
        return True


def end(connection):
    """Ends a connection as TLS wants it: with a word of farewell."""
    with contextlib.suppress(OSError):
        connection.settimeout(5)
        connection.unwrap().close()
    return False


def cut(connection):
    """Ends a connection without a word, as anybody on the way could."""
    socket.socket(fileno=connection.detach()).close()
    return False
