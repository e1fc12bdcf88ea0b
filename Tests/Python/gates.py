"""Gates that share a store, the application behind them, and a Redis of their own."""

import contextlib
import json
import pathlib
import signal
import socket
import subprocess
import sys

import processes

SECRET = {"JWT_SECRET_KEY": "a secret of the checks, and of nobody else"}


class Gate:
    """`sallyport serve` with a configuration, logs and a port of its own."""

    def __init__(self, folder, store, application, workers=1, access_seconds=600, grace_seconds=30,
                 protocols="http/1.1", upstreams="", routes="", ahead_seconds=0, limits=""):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True)
        self.port = processes.free_port()
        self.upstreams, self.routes = upstreams, routes
        self.configuration = self.folder / "sallyport.yaml"
        self.configuration.write_text(f"""
workers: {workers}
listeners:
  - address: 127.0.0.1:{self.port}
    protocols: [{protocols}]
tokens:
  access_token_expire_seconds: {access_seconds}
  refresh_ahead_seconds: {ahead_seconds}
  rotation_grace_seconds: {grace_seconds}
cookies: {{secure: false, access: access, refresh: refresh}}
store: {{url: "{store}"}}
upstreams:
  application: {{endpoints: ["127.0.0.1:{application}"]}}
{upstreams}
routes:
  - match: {{path_prefix: /}}
    upstream: application
    identity_headers: {{X-User-Id: sub, X-Token-Id: jti}}
  - match: {{path_prefix: /public}}
    upstream: application
    authentication: none
  - match: {{path: /login}}
    upstream: application
    authentication: none
    may_issue_sessions: true
{routes}
limits: {{{limits}}}
logging: {{access: "{self.folder}/access.jsonl", audit: "{self.folder}/audit.jsonl"}}
""")

    @contextlib.contextmanager
    def serving(self, environment=None):
        """Runs it until the block ends."""
        command = [processes.BINARY, "serve", "--config", self.configuration]
        environment = {**SECRET, **(environment or {})}
        with processes.running(command, self.folder / "serve.log", self.port, environment) as process:
            yield process

    def command(self, *words):
        """Runs a command of an operator; gives its answer."""
        return json.loads(processes.sallyport(*words, "--config", self.configuration, environment=SECRET).stdout)

    def events(self, name):
        """What the audit log tells under this name."""
        path = self.folder / "audit.jsonl"
        lines = path.read_text().splitlines() if path.exists() else []
        return [event for event in map(json.loads, lines) if event["event"] == name]


@contextlib.contextmanager
def application(folder):
    """Runs the application until the block ends; gives its port."""
    port = processes.free_port()
    program = pathlib.Path(__file__).with_name("origin.py")
    with processes.running([sys.executable, program, port], pathlib.Path(folder) / "application.log", port):
        yield port


class Redis:
    """A redis-server whose data outlives it."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder) / "redis"
        self.folder.mkdir()
        self.port = processes.free_port()
        self.url = f"redis://127.0.0.1:{self.port}"
        self.process = None

    def start(self):
        """Starts it, and waits until it has read its data and answers."""
        with open(self.folder / "redis.log", "ab") as log:
            self.process = subprocess.Popen(
                ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder),
                 "--save", "", "--appendonly", "yes", "--appendfsync", "always"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        processes.wait_until(self.answers, "redis-server answers")

    def answers(self):
        assert self.process.poll() is None, (self.folder / "redis.log").read_text()[-2000:]
        try:
            return self.command("PING") == "+PONG"
        except OSError:
            return False

    def command(self, *words):
        """One command; the first line of the answer."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
            connection.sendall((" ".join(words) + "\r\n").encode())
            answer = b""
            while b"\r\n" not in answer:
                part = connection.recv(4096)
                if not part:
                    raise ConnectionError("redis-server ended the connection")
                answer += part
        return answer.split(b"\r\n")[0].decode()

    def order(self, *words):
        assert self.command(*words) == "+OK", words

    def send(self, number):
        self.process.send_signal(number)

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            # One that hangs hears nothing else.
            self.send(signal.SIGCONT)
            processes.stop(self.process)


@contextlib.contextmanager
def redis(folder):
    """A running redis-server, ended with the block."""
    server = Redis(folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()
