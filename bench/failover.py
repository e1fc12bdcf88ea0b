"""A master dies under load: `scripts/bench failover`, over a Sentinel set and over a Redis Cluster, servers of its own.

Clients with sessions that were confirmed visit at a steady rate, others sign in, visit and sign out all the time; then the
master is killed. No session may get 401 but one that Redis itself has lost (it is looked for under its key afterwards), no
session that has signed out may get 200 but where Redis has lost the sign-out. Both are counted, and for how long there
was 503 is told."""

import argparse
import asyncio
import base64
import contextlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "Tests/Python"))

import processes  # noqa: E402
from gates import Gate, application  # noqa: E402

CALM, AFTER = 3.0, 8.0


def cli(port, *words):
    return subprocess.run(["redis-cli", "-p", str(port), *map(str, words)], capture_output=True, text=True).stdout.strip()


@contextlib.contextmanager
def servers(folder, options, words=(), count=1):
    """redis-servers of a kind; gives ports and processes."""
    started = []
    with contextlib.ExitStack() as stack:
        for _ in range(count):
            # The bus of a cluster takes the port that is 10,000 higher.
            port = next(port for port in iter(processes.free_port, None) if port < 55000)
            place = folder / str(port)
            place.mkdir()
            lines = [f"port {port}", "bind 127.0.0.1", f"dir {place}", 'save ""', *options(port)]
            (place / "redis.conf").write_text("\n".join(lines) + "\n")
            command = ["redis-server", place / "redis.conf", *words]
            started.append((port, stack.enter_context(processes.running(command, place / "log", port))))
        yield started


@contextlib.contextmanager
def sentinel_set(folder):
    with servers(folder, lambda port: []) as [(master, process)], \
            servers(folder, lambda port: [f"replicaof 127.0.0.1 {master}"], count=2), \
            servers(folder, lambda port: [
                f"sentinel monitor gate 127.0.0.1 {master} 2", "sentinel down-after-milliseconds gate 1000",
                "sentinel failover-timeout gate 5000"], ["--sentinel"], count=3) as sentinels:
        processes.wait_until(lambda: "connected_slaves:2" in cli(master, "INFO", "replication"), "replicas follow")
        first = sentinels[0][0]
        processes.wait_until(
            lambda: all(cli(port, "SENTINEL", "CKQUORUM", "gate").startswith("OK 3") for port, _ in sentinels),
            "sentinels know each other", 30)
        url = "redis+sentinel://" + ",".join(f"127.0.0.1:{port}" for port, _ in sentinels) + "/gate"

        def exists(key):
            port = cli(first, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", "gate").split()[1]
            return cli(port, "EXISTS", key).endswith("1")

        yield url, process, exists


@contextlib.contextmanager
def cluster(folder):
    def options(port):
        return ["cluster-enabled yes", "cluster-node-timeout 1000", f"cluster-config-file {folder}/{port}.nodes"]

    with servers(folder, options, count=6) as nodes:
        ports = [port for port, _ in nodes]
        made = subprocess.run(
            ["redis-cli", "--cluster", "create", *(f"127.0.0.1:{port}" for port in ports), "--cluster-replicas", "1",
             "--cluster-yes"], capture_output=True, text=True)
        if made.returncode != 0:
            sys.exit(f"bench failover: the cluster is not made: {made.stdout[-500:]}")
        processes.wait_until(lambda: all("cluster_state:ok" in cli(p, "CLUSTER", "INFO") for p in ports), "it is whole", 30)
        processes.wait_until(
            lambda: all("master_link_status:up" in cli(p, "INFO", "replication")
                        or "role:master" in cli(p, "INFO", "replication") for p in ports), "replicas follow", 30)
        url = "redis+cluster://" + ",".join(f"127.0.0.1:{port}" for port in ports)

        def exists(key):
            return cli(ports[-1], "-c", "EXISTS", key).endswith("1")

        yield url, nodes[0][1], exists


class Load:
    """What clients asked and got."""

    def __init__(self, port):
        self.port = port
        self.over = False
        self.count = 0
        self.refusals = []                      # sid, time: 401 of a session that was not ended
        self.resurrections = []                 # sid, time: 200 of one that was
        self.unavailable = []                   # time of each 503
        self.other = []

    async def ask(self, streams, method, path, cookies=None, body=""):
        reader, writer = streams
        lines = [f"{method} {path} HTTP/1.1", "Host: gate", "User-Agent: check", "Origin: http://gate"]
        if cookies:
            lines.append("Cookie: " + cookies)
        if method == "POST":
            lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
        writer.write(("\r\n".join(lines) + "\r\n\r\n" + body).encode())
        head = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)).decode("latin-1")
        fields = [line.partition(": ") for line in head.split("\r\n")[1:] if line]
        length = sum(int(value) for name, _, value in fields if name.lower() == "content-length")
        await reader.readexactly(length)
        self.count += 1
        status = int(head.split()[1])
        if status == 503:
            self.unavailable.append(time.monotonic())
        jar = [value.split(";")[0] for name, _, value in fields if name.lower() == "set-cookie"]
        return status, "; ".join(jar)

    async def sign_in(self, streams, user):
        """Cookies and the session's name; nil where the store does not answer."""
        status, cookies = await self.ask(streams, "POST", "/login", body=f"username={user}")
        if status != 200 or not cookies:
            return None
        payload = cookies.split("=", 1)[1].split(".")[1]
        return cookies, json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["sid"]

    async def steady(self, number, pause):
        """Visits with a session that lives."""
        streams = await asyncio.open_connection("127.0.0.1", self.port)
        cookies, sid = await self.sign_in(streams, f"steady{number}")
        due = time.monotonic()
        while not self.over:
            status, _ = await self.ask(streams, "GET", "/", cookies)
            if status == 401:
                self.refusals.append((sid, time.monotonic()))
            elif status not in (200, 503):
                self.other.append(status)
            due += pause
            await asyncio.sleep(max(0, due - time.monotonic()))

    async def restless(self, number):
        """Signs in, visits, signs out, visits."""
        streams = await asyncio.open_connection("127.0.0.1", self.port)
        while not self.over:
            signed = await self.sign_in(streams, f"restless{number}")
            if signed is None:
                await asyncio.sleep(0.01)
                continue
            cookies, sid = signed
            for _ in range(3):
                status, _ = await self.ask(streams, "GET", "/", cookies)
                if status == 401:
                    self.refusals.append((sid, time.monotonic()))
            status, _ = await self.ask(streams, "POST", "/.sallyport/logout", cookies)
            if status == 204:
                status, _ = await self.ask(streams, "GET", "/", cookies)
                if status == 200:
                    self.resurrections.append((sid, time.monotonic()))
            await asyncio.sleep(0.02)


async def run(port, rate, master):
    load = Load(port)
    clients = 40
    tasks = [asyncio.create_task(load.steady(number, clients / rate)) for number in range(clients)]
    tasks += [asyncio.create_task(load.restless(number)) for number in range(4)]
    await asyncio.sleep(CALM)
    begun, count = time.monotonic(), load.count
    await asyncio.sleep(CALM)
    reached = (load.count - count) / (time.monotonic() - begun)
    master.send_signal(signal.SIGKILL)
    killed = time.monotonic()
    await asyncio.sleep(AFTER)
    load.over = True
    for result in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(result, BaseException):
            load.other.append(repr(result))
    return load, killed, reached


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench failover", description=__doc__)
    parser.add_argument("--rate", type=int, default=2000, help="visits a second")
    parser.add_argument("--kind", choices=["sentinel", "cluster"])
    options = parser.parse_args()
    failed = False
    for kind, place in (("sentinel", sentinel_set), ("cluster", cluster)):
        if options.kind not in (None, kind):
            continue
        with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
            folder = pathlib.Path(name)
            port = stack.enter_context(application(folder))
            url, master, exists = stack.enter_context(place(folder))
            gate = Gate(folder / "gate", url, port, workers=1)
            stack.enter_context(gate.serving())
            load, killed, reached = asyncio.run(run(gate.port, options.rate, master))
            late = [moment - killed for moment in load.unavailable]
            # A session that is still there was refused wrongly; one that is not, Redis has lost.
            refused = {sid for sid, _ in load.refusals}
            wrong = {sid for sid in refused if exists("jwt:{" + sid + "}")}
            early = [moment for _, moment in load.refusals + load.resurrections if moment < killed]
            outage = f"{min(late):.2f} s to {max(late):.2f} s after it" if late else "none"
            print(f"{kind}: {load.count} requests ({reached:.0f} a second before), master killed; 503: "
                  f"{len(late)}, {outage}; 401 of sessions that live: {len(wrong)}; sessions lost by Redis: "
                  f"{len(refused - wrong)}; sign-outs lost: {len(load.resurrections)}; before the failover: {len(early)}; "
                  f"anything else: {load.other or 'none'}", flush=True)
            failed |= bool(wrong or early or load.other)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
