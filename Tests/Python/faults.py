"""An application that fails in every way that there is, for checks of what a client then sees.

The path says what it does: `/public/FAULT/NONCE`. The body of a good answer follows from the nonce, so that a client can
tell a wrong byte, or another request's answer, from its own.
"""

import asyncio
import collections
import hashlib
import socket
import struct
import threading

SIZE = 3000

Request = collections.namedtuple("Request", "connection position method path fault nonce")


def pattern(nonce, length=SIZE):
    """The body that belongs to a nonce."""
    seed = hashlib.sha256(nonce.encode()).digest()
    return (seed * (length // len(seed) + 1))[:length]


class Exchange:
    """A request, and what its answer is written with."""

    def __init__(self, origin, reader, writer, request, headers):
        self.origin, self.reader, self.writer = origin, reader, writer
        self.request, self.headers = request, headers
        self.is_head = request.method == "HEAD"

    async def body(self):
        """Reads the request's body; how many bytes it had."""
        if self.headers.get("transfer-encoding") == "chunked":
            count = 0
            while size := int((await self.reader.readuntil(b"\r\n")).split(b";")[0], 16):
                count += len(await self.reader.readexactly(size + 2)) - 2
            while (await self.reader.readuntil(b"\r\n")) != b"\r\n":
                pass
            return count
        count = left = int(self.headers.get("content-length", 0))
        while left:
            part = await self.reader.read(min(left, 65536))
            if not part:
                raise ConnectionError
            left -= len(part)
        return count

    async def send(self, *parts):
        # One write: what comes in pieces is the business of who sends them so.
        self.writer.write(b"".join(part if isinstance(part, bytes) else part.encode() for part in parts))
        await self.writer.drain()

    def reset(self):
        self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()
        raise ConnectionError

    def close(self):
        raise ConnectionError

    @property
    def content(self):
        return pattern(self.request.nonce)

    async def good(self, status="200 OK"):
        await self.send(f"HTTP/1.1 {status}\r\nContent-Length: {SIZE}\r\n\r\n", b"" if self.is_head else self.content)


async def good(it):
    await it.body()
    await it.good()


async def chunked(it):
    await it.body()
    await it.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    for start in range(0, 0 if it.is_head else SIZE, 700):
        part = it.content[start : start + 700]
        await it.send(f"{len(part):x}\r\n", part, "\r\n")
    if not it.is_head:
        await it.send("0\r\n\r\n")


async def slow(it):
    await it.body()
    whole = f"HTTP/1.1 200 OK\r\nContent-Length: {SIZE}\r\n\r\n".encode() + it.content
    for start in range(0, 60, 3):
        await it.send(whole[start : start + 3])
        await asyncio.sleep(0.002)
    await it.send(whole[60:])


async def close_framed(it):
    await it.body()
    await it.send("HTTP/1.1 200 OK\r\n\r\n", it.content)
    it.close()


async def hints(it):
    await it.body()
    await it.send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 20)
    await it.good()


async def reset_before(it):
    await it.body()
    it.reset()


async def reset_in_head(it):
    await it.body()
    await it.send("HTTP/1.1 200 OK\r\nContent-Le")
    await asyncio.sleep(0.02)
    it.reset()


async def close_before(it):
    await it.body()
    it.close()


async def reset_in_body(it):
    await it.body()
    await it.send(f"HTTP/1.1 200 OK\r\nContent-Length: {SIZE}\r\n\r\n", it.content[:500])
    await asyncio.sleep(0.02)
    it.reset()


async def close_in_body(it):
    await it.body()
    await it.send(f"HTTP/1.1 200 OK\r\nContent-Length: {SIZE}\r\n\r\n", it.content[:500])
    it.close()


async def reset_close_framed(it):
    await it.body()
    await it.send("HTTP/1.1 200 OK\r\n\r\n", it.content[:500])
    await asyncio.sleep(0.02)
    it.reset()


async def close_in_chunk(it):
    await it.body()
    await it.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1f4\r\n", it.content[:300])
    it.close()


async def close_between_chunks(it):
    await it.body()
    await it.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1f4\r\n", it.content[:500], "\r\n")
    it.close()


async def bad_chunk(it):
    await it.body()
    await it.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1f4\r\n", it.content[:500], "\r\n")
    await asyncio.sleep(0.02)
    await it.send("xyz\r\nwrong\r\n0\r\n\r\n")


async def hang(it):
    await it.body()
    await it.reader.read()


async def hang_in_body(it):
    await it.body()
    await it.send(f"HTTP/1.1 200 OK\r\nContent-Length: {SIZE}\r\n\r\n", it.content[:500])
    await it.reader.read()


async def garbage(it):
    await it.body()
    await it.send(b"\x00\xff\x16\x03\x01 this is not HTTP at all \r\n\r\n")


async def early(it):
    """Answers when the upload has hardly begun, and reads no more of it."""
    await it.send("HTTP/1.1 413 Content Too Large\r\nConnection: close\r\n",
                  f"Content-Length: {SIZE}\r\n\r\n", b"" if it.is_head else it.content)
    # A reset would take the answer away from who has not read it: what comes is taken for a moment.
    it.writer.write_eof()
    try:
        await asyncio.wait_for(it.reader.read(-1), 0.3)
    except TimeoutError:
        pass
    it.close()


async def endless_head(it):
    await it.body()
    await it.send("HTTP/1.1 200 OK\r\n")
    while True:
        await it.send("X-Filler: abcdefghijklmnopqrstuvwxyz\r\n" * 100)


async def endless_line(it):
    await it.body()
    await it.send("HTTP/1.1 200 ")
    while True:
        await it.send("O" * 4096)


async def endless_interim(it):
    await it.body()
    while True:
        await it.send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 100)


async def longer(it):
    """More bytes than the Content-Length says: what is beyond looks like another answer."""
    await it.body()
    await it.send(f"HTTP/1.1 200 OK\r\nContent-Length: {SIZE}\r\n\r\n", b"" if it.is_head else it.content,
                  "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison")


async def two_lengths(it):
    await it.body()
    await it.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 6\r\n\r\npoison")


async def both_framings(it):
    await it.body()
    await it.send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n6\r\npoison\r\n0\r\n\r\n")


async def body_without_one(it):
    """204 with a body: bytes that belong to nothing."""
    await it.body()
    await it.send("HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison")


async def head_with_body(it):
    """To HEAD, the bytes of the body too."""
    await it.body()
    await it.send(f"HTTP/1.1 200 OK\r\nContent-Length: {SIZE}\r\n\r\n", b"poison" * (SIZE // 6))


async def late_head_body(it):
    """The same in two pieces."""
    await it.body()
    await it.send(f"HTTP/1.1 200 OK\r\nContent-Length: {SIZE}\r\n\r\n")
    await asyncio.sleep(0.001)
    try:
        await it.send(b"poison" * (SIZE // 6))
    finally:
        it.origin.late_bodies += 1


async def switches(it):
    await it.body()
    await it.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\npoison")


# What a client sees: "whole", "cut" (a status of 200, and then an end that is seen to be one), or a status of the gate's own.
FAULTS = {
    "good": (good, {"whole"}),
    "chunked": (chunked, {"whole"}),
    "slow": (slow, {"whole"}),
    "close_framed": (close_framed, {"whole"}),
    "hints": (hints, {"whole"}),
    "longer": (longer, {"whole"}),
    "reset_before": (reset_before, {502}),
    "close_before": (close_before, {502}),
    "reset_in_head": (reset_in_head, {502}),
    "garbage": (garbage, {502}),
    "endless_head": (endless_head, {502}),
    "endless_line": (endless_line, {502}),
    "endless_interim": (endless_interim, {502}),
    "two_lengths": (two_lengths, {502}),
    "both_framings": (both_framings, {502}),
    "switches": (switches, {502}),
    "hang": (hang, {504}),
    "early": (early, {413}),
    "body_without_one": (body_without_one, {204}),
    # What breaks before anything was sent on may be 502.
    "reset_in_body": (reset_in_body, {"cut"}),
    "close_in_body": (close_in_body, {"cut"}),
    "reset_close_framed": (reset_close_framed, {"cut"}),
    "close_in_chunk": (close_in_chunk, {"cut"}),
    "close_between_chunks": (close_between_chunks, {"cut"}),
    "bad_chunk": (bad_chunk, {"cut"}),
    "hang_in_body": (hang_in_body, {"cut"}),
}
# Only where HEAD is asked: otherwise its bytes are a body.
HEAD_FAULTS = {"head_with_body": head_with_body, "late_head_body": late_head_body}
# Behind these a connection to the application is as good as before; behind all others it must not be used again.
CLEAN = {"good", "chunked", "slow", "hints"}


class Origin:
    """The application, on a thread of its own; used as a context."""

    def __init__(self, port=0, host="127.0.0.1"):
        self.requests = []
        self.reused_after_fault = []
        self.port, self.host = port, host
        self.open = set()
        self.count = 0
        # How many bodies were sent behind answers to HEAD that were over.
        self.late_bodies = 0
        self.loop = asyncio.new_event_loop()
        self.server = None

    def __enter__(self):
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.listen()
        return self

    def __exit__(self, *_):
        self.call(self._stop())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(5)

    def call(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(10)

    def listen(self):
        """Accepts connections, at the same port each time."""
        async def start():
            self.server = await asyncio.start_server(self._serve, self.host, self.port, backlog=1024, limit=1 << 20)
            self.port = self.server.sockets[0].getsockname()[1]
        self.call(start())

    def cut(self):
        """Refuses connections from now on, and resets those that are there."""
        self.call(self._stop())

    async def _stop(self):
        if self.server is not None:
            self.server.close()
            self.server = None
        for writer in list(self.open):
            writer.get_extra_info("socket").setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()

    async def _serve(self, reader, writer):
        number = self.count
        self.count += 1
        position = 0
        last = None
        self.open.add(writer)
        try:
            while True:
                lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                method, path, _ = lines[0].split(" ")
                headers = {name.lower(): value.strip() for name, _, value in
                           (line.partition(":") for line in lines[1:] if line)}
                parts = path.split("/") + ["", "", ""]
                request = Request(number, position, method, path, parts[2], parts[3])
                self.requests.append(request)
                if last is not None and last.fault not in CLEAN:
                    self.reused_after_fault.append((last, request))
                last = request
                position += 1
                act = HEAD_FAULTS.get(request.fault) or FAULTS[request.fault][0]
                await act(Exchange(self, reader, writer, request, headers))
        except (asyncio.IncompleteReadError, asyncio.CancelledError, OSError, KeyError, ValueError):
            pass
        finally:
            self.open.discard(writer)
            writer.close()
