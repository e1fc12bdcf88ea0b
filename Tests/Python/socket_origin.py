"""Applications that speak WebSocket: `python socket_origin.py PORT websockets|wsproto|raw`.

`websockets` and `wsproto` are two implementations that share nothing; both echo every message, with permessage-deflate where
the client offers it, and choose the first subprotocol that is offered. `raw` answers the handshake by hand and then does what
the path's last segment says.
"""

import asyncio
import base64
import hashlib
import json
import socket
import struct
import sys

LARGEST = 32 << 20
RECORDED = {}


async def serve_websockets(port):
    from websockets.asyncio.server import serve
    from websockets.exceptions import ConnectionClosed

    async def echo(connection):
        try:
            if connection.request.path.startswith("/socket/headers"):
                await connection.send(json.dumps(dict(connection.request.headers.raw_items())))
            if connection.request.path.startswith("/socket/pushes/"):
                for number in range(int(connection.request.path.rpartition("/")[2])):
                    await connection.send(bytes([number & 0xFF]) * 65536)
            if connection.request.path.startswith("/socket/close/"):
                return await connection.close(int(connection.request.path.rpartition("/")[2]), "as asked")
            async for message in connection:
                await connection.send(message)
        except ConnectionClosed:
            pass

    def first(connection, offers):
        return offers[0] if offers else None

    async with serve(echo, "127.0.0.1", port, max_size=LARGEST, select_subprotocol=first, ping_interval=None,
                     close_timeout=5, backlog=2048):
        await asyncio.get_running_loop().create_future()


async def serve_wsproto(port):
    from wsproto import ConnectionType, WSConnection
    from wsproto.connection import ConnectionState
    from wsproto.events import (AcceptConnection, BytesMessage, CloseConnection, Ping, Request, TextMessage)
    from wsproto.extensions import PerMessageDeflate
    from wsproto.utilities import LocalProtocolError, RemoteProtocolError

    async def echo(reader, writer):
        connection, parts, too_large = WSConnection(ConnectionType.SERVER), [], []

        def answer(event):
            if isinstance(event, Request):
                chosen = event.subprotocols[0] if event.subprotocols else None
                return connection.send(AcceptConnection(subprotocol=chosen, extensions=[PerMessageDeflate()]))
            if isinstance(event, (TextMessage, BytesMessage)):
                parts.append(event.data)
                if sum(map(len, parts)) > LARGEST:
                    too_large.append(True)
                    return connection.send(CloseConnection(1009, "too large"))
                if not event.message_finished:
                    return b""
                whole = parts[0][:0].join(parts)
                parts.clear()
                return connection.send(type(event)(data=whole))
            if isinstance(event, Ping):
                return connection.send(event.response())
            if isinstance(event, CloseConnection):
                # Either the client's, or why its frames cannot go on.
                is_answer = connection.state is ConnectionState.REMOTE_CLOSING
                # Its words of an error tell at which byte of a segment that was found, which is nobody's business here.
                return connection.send(event.response() if is_answer else CloseConnection(event.code, "failed"))
            return b""

        try:
            is_over = False
            while not is_over:
                data = await reader.read(65536)
                try:
                    connection.receive_data(data or None)
                    for event in connection.events():
                        writer.write(answer(event))
                        is_over = is_over or isinstance(event, CloseConnection) or bool(too_large)
                except RemoteProtocolError as error:
                    if error.event_hint is not None:
                        writer.write(connection.send(error.event_hint))
                    break
                except LocalProtocolError:
                    break
                await writer.drain()
                if not data:
                    break
            # The client reads to the end; what it still sends must not become a reset.
            writer.write_eof()
            while await asyncio.wait_for(reader.read(65536), 5):
                pass
        except (ConnectionError, OSError, asyncio.TimeoutError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", port, backlog=2048)
    await server.serve_forever()


async def serve_raw(port):
    """Bytes behind a handshake: `/socket/raw/half` reads to the end and answers then; `bye` ends its side and goes on reading;
    `reset` breaks off; `refuse` refuses; `stall` reads nothing; `recorded/NAME` tells what a path has received."""

    async def serve(reader, writer):
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            path = head.split(" ")[1]
            fields = {name.lower(): value.strip() for name, _, value in
                      (line.partition(":") for line in head.split("\r\n")[1:])}
            word = path.rpartition("/")[2]
            if "sec-websocket-key" not in fields or word == "refuse":
                body = json.dumps(RECORDED.get(word, {})).encode()
                status = "403 No" if word == "refuse" else "200 OK"
                writer.write(f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
                return await writer.drain()
            digest = hashlib.sha1((fields["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()
            writer.write(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                         b"Sec-WebSocket-Accept: " + base64.b64encode(digest) + b"\r\n\r\n")
            record = RECORDED[word] = {"bytes": 0, "end": None}
            if word == "bye":
                writer.write(b"good bye")
                writer.write_eof()
            if word == "reset":
                await reader.readexactly(1)
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return writer.transport.abort()
            if word == "stall":
                await asyncio.sleep(600)
            try:
                while data := await reader.read(65536):
                    record["bytes"] += len(data)
                record["end"] = "end"
            except ConnectionError:
                record["end"] = "reset"
            if word == "half":
                writer.write(b"got %d" % record["bytes"])
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run({"websockets": serve_websockets, "wsproto": serve_wsproto, "raw": serve_raw}[sys.argv[2]](int(sys.argv[1])))
