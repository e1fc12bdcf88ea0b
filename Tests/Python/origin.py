"""An application behind the gate: `python origin.py PORT`.

POST /login signs in whom the form field `username` names; every other request is answered with its headers as JSON.
"""

import asyncio
import json
import sys
import urllib.parse


async def serve(reader, writer):
    """Answers the requests of one connection, one after the other."""
    try:
        while True:
            lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            method, path, _ = lines[0].split(" ")
            fields = [line.partition(":") for line in lines[1:] if line]
            headers = {name.lower(): value.strip() for name, _, value in fields}
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            issue = ""
            if (method, path) == ("POST", "/login"):
                user = urllib.parse.parse_qs(body.decode())["username"][0]
                issue = f"Sallyport-Issue-Session: {json.dumps({'sub': user})}\r\n"
            content = json.dumps({"headers": headers}).encode()
            writer.write(
                f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{issue}"
                f"Content-Length: {len(content)}\r\n\r\n".encode() + content)
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
