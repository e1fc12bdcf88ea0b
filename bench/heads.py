"""The requests of the load, as bytes. Standard library only."""

import struct

USER_AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
HEAD_BYTES = 700
COOKIES = ("bench-access", "bench-refresh")


def fields(port, token=None, cookie=None, target="/api/items", head_bytes=HEAD_BYTES, user_agent=USER_AGENT):
    """The fields of a browser-like request, filled up with a cookie to a head of so many bytes."""
    found = {
        "User-Agent": user_agent,
        "Accept": "application/json, text/plain, */*",
        "Accept-Language": "en-GB,en;q=0.5",
        "Accept-Encoding": "gzip, deflate, br",
        **({"Authorization": f"Bearer {token}"} if token else {}),
        "Sec-Fetch-Mode": "cors",
        "Sec-Fetch-Site": "same-origin",
        "Cookie": (f"{cookie}; " if cookie else "") + "theme=",
    }
    length = len(head(found, port, target))
    found["Cookie"] += "d" * max(4, head_bytes - length)
    return found


def head(found, port, target="/api/items", method="GET", more=""):
    return (f"{method} {target} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
            + "".join(f"{name}: {value}\r\n" for name, value in found.items()) + more + "\r\n")


def get(port, token=None, cookie=None, target="/api/items"):
    return head(fields(port, token, cookie, target), port, target).encode()


def upload(port, token, length):
    found = fields(port, token, None, "/upload")
    return head(found, port, "/upload", "POST", f"Content-Length: {length}\r\n").encode() + b"u" * length


def websocket(port, token):
    more = ("Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n")
    return head(fields(port, token, None, "/socket"), port, "/socket", "GET", more).encode()


def write(path, requests):
    """The file that the load reads: each request behind its length."""
    with open(path, "wb") as file:
        for request in requests:
            file.write(struct.pack("<I", len(request)) + request)
    return path
