"""A thousand WebSockets at once and their tokens, with the clock on the wall and the built program.

SALLYPORT_SOCKETS says how many (default 1000); `-s` shows the figures."""

import asyncio
import os
import time

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

import sockets
from browsers import claims, sign_in
from gates import Gate, redis

COUNT = int(os.environ.get("SALLYPORT_SOCKETS", "1000"))


async def open_all(ports, fields, count):
    limit = asyncio.Semaphore(50)

    async def one(number):
        async with limit:
            return await connect(
                f"ws://127.0.0.1:{ports[number % len(ports)]}/socket/echo", additional_headers=dict(fields),
                user_agent_header="check", compression=None, ping_interval=None, open_timeout=60, close_timeout=2)

    return await asyncio.gather(*(one(number) for number in range(count)))


async def end_of(connection):
    """When and how a WebSocket was closed."""
    try:
        while True:
            await connection.recv()
    except ConnectionClosed as closed:
        return time.time(), closed.rcvd and closed.rcvd.code


async def alive(connections):
    for connection in connections:
        await connection.send("there?")
    assert set(await asyncio.gather(*(asyncio.wait_for(each.recv(), 20) for each in connections))) == {"there?"}


def test_no_socket_outlives_its_token_by_a_second(tmp_path):
    async def run():
        with sockets.gate(tmp_path, ("websockets",), workers=2, access_seconds=45) as (gate, _):
            cookies = await asyncio.to_thread(sign_in, gate.port)
            connections = await open_all([gate.port], [sockets.cookie(cookies)], COUNT)
            expiry = claims(cookies["access"])["exp"]
            await alive(connections)
            assert time.time() < expiry, "the machine is too slow for so many"
            ends = await asyncio.gather(*map(end_of, connections))
            late = [moment - expiry for moment, _ in ends]
            print(f"{COUNT} sockets ended {min(late):.3f} to {max(late):.3f} s after their token")
            assert {code for _, code in ends} == {4401}
            assert min(late) > -0.05 and max(late) < 1

    asyncio.run(run())


def test_a_revocation_at_one_proxy_closes_the_sockets_at_every_one_within_a_second(tmp_path):
    async def run():
        with redis(tmp_path) as server, sockets.gate(tmp_path, ("websockets",), workers=2, store=server.url) as (first, ports):
            second = Gate(
                tmp_path / "second", server.url, ports["websockets"], workers=2, upstreams=first.upstreams,
                routes=first.routes)
            with second.serving():
                cookies = await asyncio.to_thread(sign_in, first.port)
                other = await asyncio.to_thread(sign_in, first.port, "bob")
                connections = await open_all([first.port, second.port], [sockets.cookie(cookies)], COUNT)
                bystanders = await open_all([first.port, second.port], [sockets.cookie(other)], 4)
                await alive(connections + bystanders)
                begun = time.time()
                ends = asyncio.gather(*map(end_of, connections))
                await asyncio.sleep(0)
                await asyncio.to_thread(first.command, "session", "end", "--all-of", "alice")
                done = time.time()
                late = [moment - done for moment, code in await ends if code == 4401]
                print(f"{len(late)} sockets ended up to {max(late):.3f} s after the command, which took {done - begun:.3f} s")
                assert len(late) == COUNT and max(late) < 1
                await alive(bystanders)

    asyncio.run(run())
