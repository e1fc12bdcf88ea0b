"""Running out of descriptors harms new clients only: who is connected goes on, nobody asks the kernel all the time, and all is
as before once there are descriptors again."""

import asyncio
import contextlib
import os
import pathlib
import resource
import signal
import time

import h1wire
import processes
import quick_origin
from browsers import sign_in
from gates import Gate, application, redis

CONFIGURATION = """
workers: {workers}
listeners: [{{address: "127.0.0.1:{port}"}}]
admin: {{address: "127.0.0.1:{admin}"}}
store: {{url: "memory:"}}
upstreams:
  first:
    endpoints: ["127.0.0.1:{first}"]
    health_check: {{path: /health, interval_seconds: 0.1, timeout_seconds: 5, unhealthy_after: 1}}
  second: {{endpoints: ["127.0.0.1:{second}"], max_connections: 1024}}
routes:
  - {{upstream: first, authentication: none}}
  - {{match: {{path_prefix: /second}}, upstream: second, authentication: none, rewrite: /}}
limits: {{upstream_queue_timeout_seconds: {queue_seconds}}}
logging: {{access: "{folder}/access.jsonl", audit: off}}
"""


class Origin(quick_origin.Origin):
    """`/wait` is answered when `release` is called, an upgrade echoes, all else is answered at once."""

    def __init__(self):
        super().__init__()
        self.waiting = 0
        self.gate = asyncio.Event()

    def release(self):
        def open_gate():
            self.waiting = 0
            self.gate.set()
            self.gate = asyncio.Event()

        self.loop.call_soon_threadsafe(open_gate)

    async def serve(self, reader, writer):
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            if "upgrade: websocket" in head.lower():
                # The client of these checks does not look at the key.
                writer.write(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                             b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n")
                while data := await reader.read(65536):
                    writer.write(data)
                return
            if head.startswith("GET /wait"):
                self.waiting += 1
                await self.gate.wait()
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")


class Running:
    """A gate that is up, and what the system says of it."""

    def __init__(self, process, folder, port, admin):
        self.process, self.folder, self.port, self.admin = process, folder, port, admin

    def descriptors(self):
        return sorted(int(entry.name) for entry in pathlib.Path(f"/proc/{self.process.pid}/fd").iterdir())

    def processor_seconds(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def limit(self, count):
        resource.prlimit(self.process.pid, resource.RLIMIT_NOFILE, (count, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))

    @contextlib.contextmanager
    def exhausted(self):
        """No new descriptor until the block ends: clients that connect fill what is free, and then some wait."""
        before = resource.prlimit(self.process.pid, resource.RLIMIT_NOFILE)[0]
        top = self.descriptors()[-1] + 1
        self.limit(top)
        with contextlib.ExitStack() as stack:
            strangers = [stack.enter_context(h1wire.Client(self.port, patience=30)) for _ in range(top + 20)]
            processes.wait_until(lambda: self.log("Too many open files"), "there are no descriptors left")
            yield
            self.limit(before)
            # Who had to wait is served, though late.
            assert {status(stranger, "/") for stranger in strangers} == {200}

    def log(self, words):
        """Lines for the operator with these words."""
        return [line for line in (self.folder / "serve.log").read_text().splitlines() if words in line]

    def count(self, limit):
        """How often a limit was hit."""
        with h1wire.Client(self.admin) as client:
            ask(client, "/metrics")
            text = client.answer().body.decode()
        words = f'{{limit="{limit}"}} '
        return next(int(line.rpartition(" ")[2]) for line in text.splitlines() if words in line)


@contextlib.contextmanager
def gate(folder, first, second=None, limit=None, workers=1, queue_seconds=5):
    port, admin = processes.free_port(), processes.free_port()
    path = folder / "sallyport.yaml"
    path.write_text(CONFIGURATION.format(
        port=port, admin=admin, first=first.port, second=(second or first).port, workers=workers, folder=folder,
        queue_seconds=queue_seconds))
    command = [*(["prlimit", f"--nofile={limit}:{limit}"] if limit else []), processes.BINARY, "serve", "--config", path]
    with processes.running(command, folder / "serve.log", port, {"JWT_SECRET_KEY": "k" * 32}) as process:
        processes.wait_until(lambda: processes.accepts(admin), "the operators' address accepts")
        yield Running(process, folder, port, admin)


def ask(client, path):
    client.send(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())


def status(client, path):
    ask(client, path)
    return client.answer().status


def open_socket(client):
    client.send(b"GET /socket HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
    while b"\r\n\r\n" not in client.buffer:
        client.more()
    assert client.buffer.startswith(b"HTTP/1.1 101"), client.buffer
    client.buffer = b""


def echoes(client):
    """Whether a socket answers a frame: an empty ping of a client, with a mask of zeros."""
    frame = b"\x89\x80\0\0\0\0"
    client.send(frame)
    while len(client.buffer) < len(frame):
        client.more()
    done, client.buffer = client.buffer[: len(frame)], client.buffer[len(frame) :]
    return done == frame


def test_new_clients_wait_before_those_that_are_there_find_no_descriptor(tmp_path):
    with Origin() as origin, gate(tmp_path, origin, limit=200, workers=2) as running, contextlib.ExitStack() as stack:
        told = running.log("RLIMIT_NOFILE")
        assert len(told) == 1
        most = int(told[0].split("enough for ")[1].split(" ")[0])
        assert 20 < most < 100
        everybody = [stack.enter_context(h1wire.Client(running.port, patience=30)) for _ in range(300)]
        for client in everybody:
            ask(client, "/")
            client.socket.setblocking(False)

        def served():
            for client in everybody:
                with contextlib.suppress(BlockingIOError):
                    client.buffer += client.socket.recv(65536)
            return [client for client in everybody if client.buffer.endswith(b"ok")]

        # A loop notices the other one's connections when it gets its own next one.
        clients = processes.wait_until(lambda: len(served()) >= most and served(), "as many as may be are served")
        assert len(clients) <= most + 2
        for client in everybody:
            client.socket.settimeout(30)
        for client in clients:
            client.buffer = b""
        # Each of them needs a connection to the application, at the same time as all others.
        for client in clients:
            ask(client, "/wait")
        processes.wait_until(lambda: origin.waiting == len(clients), "all requests are with the application")
        origin.release()
        assert {client.answer().status for client in clients} == {200}
        for client in clients[:10]:
            open_socket(client)
        assert all(map(echoes, clients[:10]))
        assert status(clients[20], "/.sallyport/health/ready") == 200
        assert not running.log("Too many open files") and running.count("descriptors") == 0
        # Who leaves makes room for who waits.
        for client in clients[10:]:
            client.close()
        processes.wait_until(lambda: len(served_of(everybody, clients)) > 10, "some who waited are served")
        assert all(map(echoes, clients[:10]))


def served_of(everybody, before):
    """Who is served now, and was not before."""
    done = []
    for client in everybody:
        if client in before:
            continue
        client.socket.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            client.buffer += client.socket.recv(65536)
        if client.buffer.endswith(b"ok"):
            done.append(client)
    return done


def test_without_descriptors_who_is_connected_goes_on_and_nothing_spins(tmp_path):
    with Origin() as origin, gate(tmp_path, origin, workers=2) as running, contextlib.ExitStack() as stack:
        clients = [stack.enter_context(h1wire.Client(running.port, patience=30)) for _ in range(20)]
        sockets = [stack.enter_context(h1wire.Client(running.port, patience=30)) for _ in range(4)]
        for each in sockets:
            open_socket(each)
        assert {status(client, "/") for client in clients} == {200}
        with running.exhausted():
            begun, used = time.monotonic(), running.processor_seconds()
            while time.monotonic() < begun + 3:
                # More at once than there are connections to the application: they wait for one another.
                for client in clients:
                    ask(client, "/")
                assert {client.answer().status for client in clients} == {200}
                assert all(map(echoes, sockets))
                assert status(clients[0], "/.sallyport/health/ready") == 200
                time.sleep(0.2)
            # Of a turn without end it would be all of the time, on two loops.
            assert running.processor_seconds() - used < 1.5
            log = tmp_path / "access.jsonl"
            log.rename(tmp_path / "old.jsonl")
            lines = len((tmp_path / "old.jsonl").read_text().splitlines())
            running.process.send_signal(signal.SIGHUP)
            processes.wait_until(lambda: running.log("the old configuration stays"), "the reload was refused")
            assert status(clients[0], "/") == 200
            processes.wait_until(
                lambda: len((tmp_path / "old.jsonl").read_text().splitlines()) > lines, "the old log is written to")
        # Twice a second would be fifteen times as often; each loop may tell it once in ten seconds.
        assert len(running.log("Too many open files")) <= 8
        assert running.count("descriptors") > 0
        # The endpoint had no part in it, although its health was not asked after.
        assert not running.log("gets no requests") and not running.log("is down")
        running.process.send_signal(signal.SIGHUP)
        processes.wait_until(lambda: running.log("the new configuration is in force"), "the reload went well")
        assert status(clients[0], "/") == 200
        processes.wait_until(lambda: log.exists() and log.read_text(), "the new log is written to")


def test_a_connection_to_an_application_takes_the_place_of_an_idle_one_or_the_request_gets_503(tmp_path):
    with Origin() as first, Origin() as second, contextlib.ExitStack() as stack:
        with gate(tmp_path, first, second, queue_seconds=0.5) as running:
            clients = [stack.enter_context(h1wire.Client(running.port, patience=30)) for _ in range(30)]
            for client in clients[:3]:
                ask(client, "/wait")
            processes.wait_until(lambda: first.waiting == 3, "three connections to the first application")
            first.release()
            assert {client.answer().status for client in clients[:3]} == {200}
            with running.exhausted():
                # Of three idle ones, three make room; then none is left.
                answers = []
                for client in clients:
                    ask(client, "/second/wait")
                    if len(answers) < 3:
                        processes.wait_until(lambda: second.waiting > len(answers), "it is with the other application")
                        answers.append(client)
                        continue
                    answer = client.answer()
                    if answer.status == 503:
                        assert answer.fields["retry-after"] == "1"
                        break
                else:
                    raise AssertionError("descriptors without end")
                # Often enough for five failures to put an endpoint out.
                for client in clients[-8:]:
                    assert status(client, "/second/") == 503
            second.release()
            assert {client.answer().status for client in answers} == {200}
            assert status(clients[-1], "/second/") == 200
            assert not running.log("gets no requests")


def test_a_store_is_reached_again_once_there_are_descriptors(tmp_path):
    with redis(tmp_path) as store, application(tmp_path) as port:
        gate = Gate(tmp_path / "gate", store.url, port)
        with gate.serving() as process:
            running = Running(process, gate.folder, gate.port, None)
            cookies = sign_in(gate.port)
            with h1wire.Client(gate.port, patience=30) as client:
                fields = [("User-Agent", "check"), ("Cookie", "; ".join(f"{name}={value}" for name, value in cookies.items()))]
                assert client.exchange("GET", "/", fields).status == 200
                before = resource.prlimit(process.pid, resource.RLIMIT_NOFILE)[0]
                store.stop()
                processes.wait_until(lambda: client.exchange("GET", "/", fields).status == 503, "the store is missed")
                top = running.descriptors()[-1] + 1
                running.limit(top)
                with contextlib.ExitStack() as stack:
                    for _ in range(top):
                        stack.enter_context(h1wire.Client(gate.port))
                    processes.wait_until(lambda: running.log("Too many open files"), "there are no descriptors left")
                    processes.wait_until(lambda: len(running.descriptors()) == top, "all of them are taken")
                    store.start()
                    # It is there, and cannot be connected to: neither 401 nor a deleted cookie.
                    for _ in range(50):
                        answer = client.exchange("GET", "/", fields)
                        assert answer.status == 503 and "set-cookie" not in answer.fields
                    running.limit(before)
                    processes.wait_until(lambda: client.exchange("GET", "/", fields).status == 200, "it is found", 5)


def test_without_descriptors_a_drain_lets_requests_finish(tmp_path):
    with Origin() as origin, gate(tmp_path, origin) as running, contextlib.ExitStack() as stack:
        client = stack.enter_context(h1wire.Client(running.port, patience=30))
        ask(client, "/wait")
        processes.wait_until(lambda: origin.waiting == 1, "the request is with the application")
        running.limit(running.descriptors()[-1] + 1)
        strangers = [stack.enter_context(h1wire.Client(running.port)) for _ in range(20)]
        processes.wait_until(lambda: running.log("Too many open files"), "there are no descriptors left")
        running.process.send_signal(signal.SIGTERM)
        processes.wait_until(lambda: running.log("draining"), "it drains")
        origin.release()
        assert client.answer().status == 200
        for stranger in strangers:
            stranger.close()
        assert running.process.wait(20) == 0
