"""An application behind the gate: `python origin.py PORT`.

POST /login signs in whom the form field `username` names; /events is an event stream without an end; /socket is a WebSocket on
which nothing is said, for who asks for one; every other request is answered with its headers as JSON.
"""

import asyncio
import base64
import hashlib
import json
import sys
import urllib.parse


async def read_chunks(reader):
    """A chunked body, and its trailers."""
    body, trailers = b"", {}
    while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
        body += (await reader.readexactly(size + 2))[:-2]
    while (line := (await reader.readuntil(b"\r\n")).strip()):
        name, _, value = line.decode("latin-1").partition(":")
        trailers[name.lower()] = value.strip()
    return body, trailers


async def serve(reader, writer):
    """Answers the requests of one connection, one after the other."""
    try:
        while True:
            lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            method, path, _ = lines[0].split(" ")
            fields = [line.partition(":") for line in lines[1:] if line]
            headers = {name.lower(): value.strip() for name, _, value in fields}
            if headers.get("transfer-encoding") == "chunked":
                body, trailers = await read_chunks(reader)
                headers.update(trailers)
            else:
                body = await reader.readexactly(int(headers.get("content-length", 0)))
            issue = ""
            if (method, path) == ("POST", "/login"):
                user = urllib.parse.parse_qs(body.decode())["username"][0]
                issue = f"Sallyport-Issue-Session: {json.dumps({'sub': user})}\r\n"
            if path == "/socket" and headers.get("upgrade") == "websocket":
                accept = hashlib.sha1(headers["sec-websocket-key"].encode() + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()
                writer.write(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                             b"Sec-WebSocket-Accept: %b\r\nX-Seen-User: %b\r\n\r\n"
                             % (base64.b64encode(accept), headers.get("x-user-id", "").encode()))
                await reader.read()
                return
            content = json.dumps({"headers": headers, "path": path, "body": len(body),
                                  "digest": hashlib.sha256(body).hexdigest()}).encode()
            if path.startswith("/public/bytes/"):
                content = b"x" * int(path.rpartition("/")[2])
            if path.startswith("/events"):
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
                for number in range(100_000):
                    event = f"data: {number}\n\n".encode()
                    writer.write(b"%x\r\n%b\r\n" % (len(event), event))
                    await writer.drain()
                    await asyncio.sleep(0.1)
            if path == "/public/trailers":
                writer.write(
                    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\nX-Sum: 1\r\nContent-Length: 9\r\n\r\n")
                continue
            writer.write(
                f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{issue}"
                f"Content-Length: {len(content)}\r\n\r\n".encode() + (b"" if method == "HEAD" else content))
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", int(sys.argv[1]), backlog=1024)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
