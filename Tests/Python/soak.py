"""Random faults on both sides of a gate, for as long as wanted: `python soak.py SECONDS [SEED]`.

Applications fail as `faults` knows, one of two endpoints goes away and comes back, and clients misbehave: they leave within
a head, within a body, before or within an answer, read slowly, reset streams. Every request has an outcome that was to be
expected, no answer holds a wrong byte, the access log has one line for each request that was sent whole, and in the end
descriptors and resident memory are what they were.
"""

import collections
import contextlib
import json
import pathlib
import random
import socket
import struct
import sys
import tempfile
import threading
import time

import faults
import h1wire
import h2wire
import processes

CONFIGURATION = """
workers: 2
listeners:
  - address: 127.0.0.1:{port}
    protocols: [h2, http/1.1]
store: {{url: "memory:"}}
upstreams:
  faulty: {{endpoints: ["127.0.0.1:{faulty}"], max_connection_age_seconds: 5}}
  pair:
    endpoints: ["127.0.0.1:{steady}", "127.0.0.1:{flapping}"]
    balance: least_requests
    ejection: {{base_seconds: 0.2, max_seconds: 1}}
    health_check: {{path: /public/good/health, interval_seconds: 0.5, timeout_seconds: 1}}
routes:
  - {{match: {{path_prefix: /public}}, upstream: faulty, authentication: none}}
  - {{match: {{path_prefix: /pair}}, upstream: pair, authentication: none}}
limits:
  head_timeout_seconds: 1
  body_idle_timeout_seconds: 1
  keep_alive_timeout_seconds: 2
  upstream_first_byte_timeout_seconds: 1
  upstream_idle_timeout_seconds: 1
  upstream_keep_alive_timeout_seconds: 1
  h2_max_resets: 10000
logging: {{access: "{folder}/access.jsonl", audit: off, level: error}}
"""
CLIENTS = 12


class Wrong(Exception):
    """Something that must not happen."""


class Soak:
    """One run: its applications, its gate, and what came of every request."""

    def __init__(self, folder, seed):
        self.folder = pathlib.Path(folder)
        self.seed = seed
        self.outcomes = collections.Counter()
        self.wrong = []
        self.lock = threading.Lock()
        self.whole = set()
        self.is_over = threading.Event()
        self.number = 0
        self.latencies = []

    @contextlib.contextmanager
    def running(self):
        # Where an application comes back, the port must not be lent to a client meanwhile.
        with faults.Origin() as faulty, faults.Origin() as steady, faults.Origin(processes.free_port()) as flapping:
            self.origins = [faulty, steady, flapping]
            self.port = processes.free_port()
            path = self.folder / "sallyport.yaml"
            path.write_text(CONFIGURATION.format(
                port=self.port, faulty=faulty.port, steady=steady.port, flapping=flapping.port, folder=self.folder))
            command = [processes.BINARY, "serve", "--config", path]
            with processes.running(command, self.folder / "serve.log", self.port, {"JWT_SECRET_KEY": "k" * 32}) as gate:
                self.gate = gate
                yield

    # What the gate needs.

    def descriptors(self):
        return len(list(pathlib.Path(f"/proc/{self.gate.pid}/fd").iterdir()))

    def resident(self):
        """KiB."""
        return int(pathlib.Path(f"/proc/{self.gate.pid}/status").read_text().split("VmRSS:")[1].split()[0])

    def quiet(self):
        """Waits until nobody is connected; descriptors and memory then."""
        last = [0, 0]

        def settled():
            now = self.descriptors()
            last[1] = last[1] + 1 if now == last[0] else 0
            last[0] = now
            return last[1] > 100

        processes.wait_until(settled, "connections come to an end", seconds=30)
        return self.descriptors(), self.resident()

    # The load.

    def load(self, seconds):
        """Clients of all kinds, each on a thread of its own with a seed of its own."""
        self.is_over.clear()
        work = [self.http1] * (CLIENTS - 3) + [self.http2] * 3 + [self.flap]
        threads = [threading.Thread(target=self.guard, args=(act, random.Random(f"{self.seed}/{place}/{self.number}")))
                   for place, act in enumerate(work)]
        for thread in threads:
            thread.start()
        time.sleep(seconds)
        self.is_over.set()
        for thread in threads:
            thread.join(30)
            if thread.is_alive():
                self.note_wrong("a client hangs")
        # Health checks go on; the flapping application is there again.

    def guard(self, act, dice):
        while not self.is_over.is_set():
            try:
                act(dice)
            except Wrong as wrong:
                self.note_wrong(str(wrong))
            except (OSError, AssertionError) as error:
                self.note_wrong(f"{act.__name__}: {type(error).__name__}: {error}")

    def note_wrong(self, what):
        with self.lock:
            self.wrong.append(what)

    def nonce(self):
        with self.lock:
            self.number += 1
            return f"n{self.number}"

    def note(self, kind, path=None):
        with self.lock:
            self.outcomes[kind] += 1
            if path is not None:
                self.whole.add(path)

    def flap(self, dice):
        """One of the two endpoints goes away, with all that is under way there, and comes back."""
        self.is_over.wait(dice.uniform(0.2, 3))
        self.origins[2].cut()
        self.is_over.wait(dice.uniform(0.1, 2))
        self.origins[2].listen()

    def pick(self, dice):
        """A path, its nonce, and what may come of it."""
        nonce = self.nonce()
        if dice.random() < 0.4:
            # Of two applications one is there; a request that was with the other one is cut, or fails.
            return f"/pair/good/{nonce}", nonce, {"whole", "cut", 502}
        fault = dice.choice(list(faults.FAULTS) + ["good"] * 12)
        return f"/public/{fault}/{nonce}", nonce, faults.FAULTS[fault][1]

    def judge(self, outcome, path, nonce, expected, method="GET"):
        if outcome.status == 200:
            if outcome.kind not in expected:
                raise Wrong(f"{path}: {outcome.kind}")
            if not faults.pattern(nonce).startswith(outcome.body):
                raise Wrong(f"{path}: a wrong byte")
            if outcome.kind == "whole" and method != "HEAD" and len(outcome.body) != faults.SIZE:
                raise Wrong(f"{path}: {len(outcome.body)} bytes that look whole")
        elif outcome.status:
            if outcome.status not in expected and not ("cut" in expected and outcome.status == 502):
                raise Wrong(f"{path}: {outcome.status}")
            if b"poison" in outcome.body:
                raise Wrong(f"{path}: a wrong byte")
        elif "cut" not in expected:
            raise Wrong(f"{path}: no answer")
        self.note(f"{outcome.kind} {outcome.status}", path)

    def http1(self, dice):
        """A connection of HTTP/1.1: some requests, and then perhaps bad manners."""
        before = None
        with h1wire.Client(self.port, patience=15) as client:
            for _ in range(dice.randint(1, 8)):
                if dice.random() < 0.15:
                    return self.misbehave(client, dice)
                path, nonce, expected = self.pick(dice)
                method = dice.choice(["GET", "GET", "GET", "HEAD", "POST", "PUT"])
                body = dice.randbytes(dice.choice([0, 10, 5000, 200_000])) if method in ("POST", "PUT") else None
                if method == "HEAD":
                    # Faults within a body are none where there is no body.
                    expected = expected | ({"whole"} if "cut" in expected else set())
                start = time.monotonic()
                outcome = client.exchange(method, path, body=body, chunked=dice.random() < 0.5)
                if "/good/" in path:
                    self.latencies.append(time.monotonic() - start)
                try:
                    self.judge(outcome, path, nonce, expected, method)
                except Wrong as wrong:
                    raise Wrong(f"{wrong}; {method} with {len(body or b'')} bytes, after {before}") from None
                before = f"{method} {path} with {len(body or b'')} bytes"
                # Behind an upload that was answered with an error the gate may have to close: it did not read all of it.
                if outcome.kind != "whole" or not outcome.keeps or body and outcome.status != 200:
                    return

    def misbehave(self, client, dice):
        path, _, _ = self.pick(dice)
        head = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n"
        match dice.randrange(7):
            case 0:  # leaves within a head
                client.send(head.encode()[: dice.randrange(1, len(head))])
            case 1:  # leaves within a body
                client.send(head.replace("GET", "POST").encode() + b"Content-Length: 100000\r\n\r\n" + b"x" * dice.randrange(90_000))
            case 2:  # leaves without reading an answer
                client.send(head.encode() + b"\r\n")
            case 3:  # reads a part of it
                client.send(head.encode() + b"\r\n")
                with contextlib.suppress(OSError):
                    client.socket.recv(dice.randrange(1, 500))
            case 4:  # says nonsense
                client.send(dice.randbytes(dice.randrange(1, 400)))
                with contextlib.suppress(OSError):
                    client.socket.recv(1000)
            case 5:  # stops within a head, and is told so
                client.send(head.encode())
                if client.answer().status not in (408, 0):
                    raise Wrong("no 408")
            case 6:  # ends its side behind a request
                client.send(head.encode() + b"\r\n")
                client.socket.shutdown(socket.SHUT_WR)
                with contextlib.suppress(OSError):
                    while client.socket.recv(65536):
                        pass
        if dice.random() < 0.5:
            client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.note("client gone")

    def http2(self, dice):
        """A connection of HTTP/2: some streams at once, of which it gives up a few."""
        with h2wire.Client(self.port, patience=15) as client:
            for _ in range(dice.randint(1, 4)):
                first = client.__dict__.setdefault("next_stream", 1)
                streams = {}
                for stream in range(first, first + 2 * dice.randint(1, 8), 2):
                    streams[stream] = self.pick(dice)
                    client.head(stream, h2wire.request(path=streams[stream][0]))
                    if dice.random() < 0.15:
                        client.send(h2wire.frame(h2wire.RST_STREAM, 0, stream, struct.pack(">I", h2wire.CANCEL)))
                        del streams[stream]
                        self.note("client gone")
                    client.next_stream = stream + 2
                if dice.random() < 0.1:
                    for _ in streams:
                        self.note("client gone")
                    return
                done = lambda: all(s in client.ended or s in client.resets for s in streams) or client.goaway
                if not client.wait(done):
                    raise Wrong(f"HTTP/2: no answer to {[v[0] for s, v in streams.items() if s not in client.ended]}")
                if client.goaway:
                    raise Wrong(f"HTTP/2: GOAWAY {client.goaway}")
                client.send(h2wire.window(60_000))
                for stream, (path, nonce, expected) in streams.items():
                    heads = [dict(head) for head in client.heads[stream]]
                    status = next((int(h[":status"]) for h in heads if not h[":status"].startswith("1")), 0)
                    kind = "whole" if stream in client.ended else "cut" if status else "none"
                    self.judge(h1wire.Outcome(kind, status, {}, client.bodies[stream], True), path, nonce, expected)

    # The end.

    def logged(self):
        """How often each path stands in the access log."""
        lines = (self.folder / "access.jsonl").read_text().splitlines()
        return collections.Counter(json.loads(line).get("path") for line in lines)


def run(seconds, seed, folder, say=print):
    """Runs it; the findings, and the figures."""
    soak = Soak(folder, seed)
    with soak.running():
        # The first load fills pools and buffers; what comes after it must not need more.
        soak.load(min(max(seconds / 10, 3), 20))
        descriptors, memory = soak.quiet()
        say(f"seed {seed}: {soak.number} requests to begin with; {descriptors} descriptors, {memory} KiB")
        soak.load(seconds)
        after = soak.quiet()
        missing = []
        log = [json.loads(line) for line in (soak.folder / "access.jsonl").read_text().splitlines()]
        for place, finding in enumerate(soak.wrong):
            soak.wrong[place] += "".join(f" {line}" for line in log if line.get("path") == finding.split(":")[0])

        def all_logged():
            lines = soak.logged()
            missing[:] = [path for path in soak.whole if lines[path] != 1]
            return not missing

        with contextlib.suppress(AssertionError):
            processes.wait_until(all_logged, "the log is written", seconds=5)
    if missing:
        soak.wrong.append(f"{len(missing)} requests without exactly one line in the access log, such as {missing[0]}")
    for origin in soak.origins:
        if origin.reused_after_fault:
            soak.wrong.append(f"a connection was used again after a fault: {origin.reused_after_fault[0]}")
    if after[0] > descriptors:
        soak.wrong.append(f"{after[0]} descriptors instead of {descriptors}")
    if after[1] > memory + 6144 + processes.kept_by_sanitizer_kib():
        soak.wrong.append(f"{after[1]} KiB resident instead of {memory}")
    soak.latencies.sort()
    p99 = soak.latencies[len(soak.latencies) * 99 // 100] * 1000 if soak.latencies else 0
    say(f"{soak.number} requests, {sum(soak.outcomes.values())} outcomes: {dict(soak.outcomes.most_common())}")
    say(f"good requests: p99 {p99:.0f} ms; descriptors {descriptors} -> {after[0]}, resident {memory} -> {after[1]} KiB")
    return soak


if __name__ == "__main__":
    wanted = float(sys.argv[1]) if len(sys.argv) > 1 else 600
    chosen = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(1 << 32)
    print(f"seed {chosen}, {wanted:.0f} seconds", flush=True)
    with tempfile.TemporaryDirectory() as place:
        result = run(wanted, chosen, place)
    for line in result.wrong[:20]:
        print("wrong:", line)
    print("nothing lost, nothing leaked" if not result.wrong else f"{len(result.wrong)} findings")
    sys.exit(bool(result.wrong))
