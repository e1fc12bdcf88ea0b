"""Slow clients cost no more memory than they may, whatever they are slow at, and who is not slow goes on.

The limit is set so low that a few hundred of them reach it; without it they take more, which is checked as well."""

import asyncio
import collections
import contextlib
import pathlib
import time

import pytest

import h1wire
import h2wire
import processes
import quick_origin
import slow

CONFIGURATION = """
workers: {workers}
listeners: [{{address: "127.0.0.1:{port}", protocols: [h2, http/1.1]}}]
admin: {{address: "127.0.0.1:{admin}"}}
store: {{url: "memory:"}}
upstreams: {{application: {{endpoints: ["127.0.0.1:{application}"], max_connections: 4096}}}}
routes: [{{upstream: application, authentication: none}}]
limits: {{memory_bytes: {memory}, head_timeout_seconds: 60, body_idle_timeout_seconds: 60, max_upstream_connections: 4096}}
logging: {{access: off, audit: off}}
"""
LOW, HIGH = 16 << 20, 1 << 30


class Origin(quick_origin.Origin):
    """/large/N answers with N bytes, /together/N when N such requests have come, a POST of /deaf is never read, all else is
    answered at once."""

    together = 0

    # What lies in the system's buffers is nobody's memory here: little of it makes slow clients slow at once.
    buffers = (4096, 65536)

    async def serve(self, reader, writer):
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            path = head.split(" ")[1]
            if path == "/deaf":
                writer.transport.pause_reading()
                await asyncio.sleep(3600)
            if path.startswith("/together/"):
                await reader.readexactly(int(head.lower().partition("content-length:")[2].split()[0]))
                self.together += 1
                while self.together < int(path.rpartition("/")[2]):
                    await asyncio.sleep(0.02)
            count = int(path.rpartition("/")[2]) if path.startswith("/large/") else 2
            writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {count}\r\n\r\n".encode())
            for start in range(0, count, 65536):
                writer.write(b"x" * min(65536, count - start))
                await writer.drain()


class Running:
    def __init__(self, process, folder, ports):
        self.process, self.folder = process, folder
        self.port, self.admin = ports

    def resident(self):
        """Resident memory in MiB, now."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024

    def metric(self, name):
        with h1wire.Client(self.admin) as client:
            text = client.exchange("GET", "/metrics").body.decode()
        return float(next(line for line in text.splitlines() if line.startswith(name)).rpartition(" ")[2])


@contextlib.contextmanager
def gate(folder, memory, workers=1):
    folder.mkdir()
    ports = [processes.free_port() for _ in range(2)]
    with Origin() as origin:
        path = folder / "sallyport.yaml"
        path.write_text(CONFIGURATION.format(
            port=ports[0], admin=ports[1], application=origin.port, memory=memory, workers=workers))
        with processes.running([processes.BINARY, "serve", "--config", path], folder / "serve.log", ports[0],
                               {"JWT_SECRET_KEY": "k" * 32}) as process:
            processes.wait_until(lambda: processes.accepts(ports[1]), "the operators' address accepts")
            yield Running(process, folder, ports)


HEAD = b"Host: localhost\r\n"
LARGE = b"GET /large/4000000 HTTP/1.1\r\n" + HEAD + b"\r\n"
STREAMS = b"".join(
    h2wire.frame(h2wire.HEADERS, h2wire.END_STREAM | h2wire.END_HEADERS, stream,
                 h2wire.block(h2wire.request(path="/large/4000000")))
    for stream in range(1, 200, 2))
# What clients send at first, and each second, and how much of an answer they read in that time.
CROWDS = {
    "heads that do not end": dict(
        count=5000, opening=b"GET / HTTP/1.1\r\n" + HEAD + b"X: " + b"y" * 15_000, drip=b"z", reads=65536),
    "answers that are not read": dict(count=2500, opening=LARGE),
    "answers that are read by the byte": dict(count=2500, opening=LARGE, reads=1000),
    "requests behind answers that are not read": dict(
        count=1500, opening=LARGE + (b"GET / HTTP/1.1\r\n" + HEAD + b"\r\n") * 2000),
    "uploads that are not taken": dict(
        count=2000, opening=b"POST /deaf HTTP/1.1\r\nContent-Length: 9000000\r\n" + HEAD + b"\r\n", drip=b"z" * 65536),
    "a hundred streams each": dict(
        # Fewer streams in all than connections to the application: others need one too.
        count=40, opening=h2wire.PREFACE + h2wire.settings() + STREAMS, fresh=True),
}
ENDED = 'sallyport_limits_hit_total{limit="memory"}'


def watch(running, seconds, enough):
    """The most memory that was resident, while quick clients are served; until `enough` holds, and for so long at least."""
    begun, most = time.monotonic(), 0
    while time.monotonic() < begun + seconds or not enough():
        assert time.monotonic() < begun + 60, "the limit was not reached"
        with h1wire.Client(running.port) as client:
            answer = client.exchange("GET", "/large/20000")
            assert (answer.status, len(answer.body)) == (200, 20000)
        most = max(most, running.resident())
        time.sleep(0.05)
    return most


def run(running, name, enough):
    before = running.resident()
    with slow.Crowd(running.port, **CROWDS[name]) as crowd:
        most = watch(running, 5, lambda: crowd.ready.is_set() and enough())
        print(f"{name}: {crowd.opened} clients, {before:.0f} -> {most:.0f} MiB, buffers "
              f"{running.metric('sallyport_buffer_bytes') / 2**20:.0f} MiB, {running.metric(ENDED):.0f} ended, answers "
              f"{crowd.statuses}")
    return most - before, crowd


# The buffers, what one turn of the loop may take beyond them, and what the system's allocator keeps between them.
BOUND = 16 + 48


@pytest.mark.parametrize("name", CROWDS)
def test_slow_clients_hold_no_more_than_they_may(tmp_path, name):
    with gate(tmp_path / "gate", LOW) as running:
        grown, crowd = run(running, name, lambda: running.metric(ENDED) > 5)
        assert grown < BOUND * processes.bytes_for_each()
        if "heads" in name:
            assert set(crowd.statuses) == {503}
        told = [line for line in (running.folder / "serve.log").read_text().splitlines() if "memory_bytes" in line]
        assert 1 <= len(told) < 10
        processes.wait_until(lambda: running.metric("sallyport_buffer_bytes") < 8 << 20, "the buffers are given back")


@pytest.mark.parametrize("name", CROWDS)
def test_the_same_clients_hold_more_where_they_may(tmp_path, name):
    with gate(tmp_path / "gate", HIGH) as running:
        _, crowd = run(running, name, lambda: running.metric("sallyport_buffer_bytes") > 2 * LOW)
        assert running.metric(ENDED) == 0 and crowd.ended == 0


def test_nobody_is_ended_for_what_is_only_kept_in_stock(tmp_path):
    # The share of each loop is the least there is. The uploads fit into it, and leave as much in spare exchanges; the heads
    # fit into it by themselves.
    uploads, heads = 440, 300

    def statuses(clients):
        return collections.Counter(client.answer().status for client in clients)

    with gate(tmp_path / "gate", LOW, workers=2) as running, contextlib.ExitStack() as stack:
        def client():
            return stack.enter_context(h1wire.Client(running.port))

        body = b"x" * 30_000
        upload = f"POST /together/{uploads} HTTP/1.1\r\nContent-Length: {len(body)}\r\n".encode() + HEAD + b"\r\n" + body
        crowd = [client() for _ in range(uploads)]
        for one in crowd:
            one.socket.sendall(upload)
        assert statuses(crowd) == {200: uploads}
        crowd = [client() for _ in range(heads)]
        for one in crowd:
            one.socket.sendall(b"GET / HTTP/1.1\r\n" + HEAD + b"X: " + b"y" * 14_000)
        time.sleep(0.5)
        for one in crowd:
            one.socket.sendall(b"\r\n\r\n")
        assert statuses(crowd) == {200: heads}
        assert running.metric(ENDED) == 0
