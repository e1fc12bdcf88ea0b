"""Processes, the load, and what /proc says about them. Standard library only."""

import dataclasses
import http.client
import os
import pathlib
import re
import resource
import signal
import socket
import subprocess
import time

TICKS = os.sysconf("SC_CLK_TCK")

# The proxy alone on one core, the load and the origin on the other.
PROXY_CORE, LOAD_CORE = 0, 1
CONNECTIONS = 64
USER_AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
HEAD_BYTES = 700


class BenchError(Exception):
    """A figure that would not be one; the sentence says why."""


def pairs_of_descriptors():
    """How many client connections a proxy may have here that gives each an upstream connection of its own."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    return min(50_000, 1_000_000 if hard == resource.RLIM_INFINITY else (hard - 256) // 2)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(arguments, core, log, environment=None):
    """Starts a program pinned to a core; its output goes to a file."""
    with open(log, "wb") as output:
        return subprocess.Popen(
            ["taskset", "--cpu-list", str(core), *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=output,
            stderr=output, env={**os.environ, **(environment or {})})


def stop(process, seconds=10):
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for_port(process, port, log, seconds=15):
    deadline = time.monotonic() + seconds
    while True:
        if process.poll() is not None:
            raise BenchError(f"{log}: the program ended by itself: {pathlib.Path(log).read_text()[-1000:]}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise BenchError(f"{log}: nothing accepts on port {port} within {seconds} s") from None
            time.sleep(0.01)


def family(pid):
    """A process and all its descendants."""
    children = {}
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, IndexError):
                continue
            children.setdefault(parent, []).append(int(entry.name))
    found, queue = [], [pid]
    while queue:
        found.append(queue.pop())
        queue += children.get(found[-1], [])
    return found


def cpu_seconds(pid):
    """User and system time of all threads of a process and its descendants."""
    total = 0
    for member in family(pid):
        fields = pathlib.Path(f"/proc/{member}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def resident_bytes(pid):
    total = 0
    for member in family(pid):
        match = re.search(r"^VmRSS:\s+(\d+) kB", pathlib.Path(f"/proc/{member}/status").read_text(), re.MULTILINE)
        total += int(match.group(1)) * 1024 if match else 0
    return total


def head_fields(port, token):
    """The fields of a browser-like request, filled up with a cookie to a head of HEAD_BYTES."""
    fields = {
        "User-Agent": USER_AGENT,
        "Accept": "application/json, text/plain, */*",
        "Accept-Language": "en-GB,en;q=0.5",
        "Accept-Encoding": "gzip, deflate, br",
        "Authorization": f"Bearer {token}",
        "Sec-Fetch-Mode": "cors",
        "Sec-Fetch-Site": "same-origin",
        "Cookie": "theme=",
    }
    head = f"GET /api/items HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in fields.items()) + "\r\n"
    fields["Cookie"] += "d" * max(4, HEAD_BYTES - len(head))
    return fields


def get(port, target="/api/items", fields=None):
    """One request on a connection of its own: status and body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", target, headers=fields or {})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


@dataclasses.dataclass
class Load:
    """What one run of the load saw."""

    requests: int
    per_second: float
    p50_milliseconds: float
    p99_milliseconds: float


def milliseconds(text):
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s)", text).groups()
    return float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit]


def load(port, token, seconds):
    """Runs wrk; anything but 2xx, and any socket error, is an error instead of a figure."""
    command = ["taskset", "--cpu-list", str(LOAD_CORE), "wrk", "--threads", "1", "--connections", str(CONNECTIONS),
               "--duration", f"{seconds}s", "--latency"]
    for name, value in head_fields(port, token).items():
        command += ["--header", f"{name}: {value}"]
    done = subprocess.run(
        [*command, f"http://127.0.0.1:{port}/api/items"], capture_output=True, text=True, timeout=seconds + 30)
    output = done.stdout
    for sign in ("Non-2xx", "Socket errors"):
        if sign in output:
            raise BenchError(next(line.strip() for line in output.splitlines() if sign in line))
    try:
        return Load(
            requests=int(re.search(r"(\d+) requests in", output).group(1)),
            per_second=float(re.search(r"Requests/sec:\s+([\d.]+)", output).group(1)),
            p50_milliseconds=milliseconds(re.search(r"^\s+50%\s+(\S+)", output, re.MULTILINE).group(1)),
            p99_milliseconds=milliseconds(re.search(r"^\s+99%\s+(\S+)", output, re.MULTILINE).group(1)))
    except AttributeError:
        raise BenchError(f"wrk said: {output}{done.stderr}") from None
