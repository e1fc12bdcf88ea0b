"""Processes on their cores, and what /proc says about them. Standard library only."""

import contextlib
import http.client
import os
import pathlib
import random
import re
import resource
import signal
import socket
import subprocess
import time

TICKS = os.sysconf("SC_CLK_TCK")

# The proxy alone on one core, the load and the origin on the other.
PROXY_CORE, LOAD_CORE = 0, 1


class BenchError(Exception):
    """A figure that would not be one; the sentence says why."""


class Unable(Exception):
    """A workload, or a contender of one, that this build or this machine cannot run; the sentence says why."""


def take_descriptors():
    """As many descriptors as this process may have; what is started from here inherits them. Returns the limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for wanted in (65536, hard):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, max(wanted, hard)))
            return wanted
    return soft


def free_port():
    """A port that nobody has, and that no connection is given: it lies below those that the kernel deals out to clients."""
    with open("/proc/sys/net/ipv4/ip_local_port_range", encoding="ascii") as range_file:
        first_of_clients = int(range_file.read().split()[0])
    for _ in range(1000):
        port = random.randrange(10_000, first_of_clients)
        with socket.socket() as probe:
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return port
    raise AssertionError("no free port below those of clients")


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
            for member in reversed(family(process.pid)):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(member, signal.SIGKILL)
            process.wait()


def wait_for_port(process, port, log, seconds=20):
    deadline = time.monotonic() + seconds
    while True:
        if process.poll() is not None:
            raise BenchError(f"{log}: the program ended by itself: {pathlib.Path(log).read_text(errors='replace')[-1000:]}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise BenchError(f"{log}: nothing accepts on port {port} within {seconds} s") from None
            time.sleep(0.001)


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


def stat_seconds(pid):
    """User and system time of a process, threads that are gone included; as coarse as the kernel's tick."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


class Usage:
    """CPU time of all threads of some processes and their descendants, from the moment that this is made.

    The scheduler's own account of each thread is exact to the nanosecond, but that of a thread that ended is gone: where
    the two accounts differ by more than the tick explains, there is no figure.
    """

    def __init__(self, processes):
        self.members = [member for process in processes for member in family(process.pid)]
        self.begin = self.read()

    def read(self):
        threads = {}
        for member in self.members:
            for task in pathlib.Path(f"/proc/{member}/task").iterdir():
                with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                    threads[task.name] = int((task / "schedstat").read_text().split()[0]) / 1e9
        return threads, sum(map(stat_seconds, self.members))

    def seconds_by_thread(self):
        before, _ = self.begin
        return {name: seconds - before.get(name, 0) for name, seconds in self.read()[0].items()}

    def seconds(self):
        (before, coarse_before), (after, coarse) = self.begin, self.read()
        exact = sum(seconds - before.get(name, 0) for name, seconds in after.items())
        coarse -= coarse_before
        if abs(exact - coarse) > 0.05 * exact + 2 * len(self.members) / TICKS + 0.02:
            raise BenchError(f"two accounts of the CPU time differ: {exact:.3f} s and {coarse:.3f} s")
        return exact


def resident_bytes(pid):
    total = 0
    for member in family(pid):
        match = re.search(r"^VmRSS:\s+(\d+) kB", pathlib.Path(f"/proc/{member}/status").read_text(), re.MULTILINE)
        total += int(match.group(1)) * 1024 if match else 0
    return total


def is_traced(pid):
    """Whether a tracer is attached to all threads."""
    states = [(task / "status").read_text() for task in pathlib.Path(f"/proc/{pid}/task").iterdir()]
    return not any("TracerPid:\t0\n" in state for state in states)


def descriptors(pid):
    return sum(len(os.listdir(f"/proc/{member}/fd")) for member in family(pid))


def get(port, target="/api/items", fields=None, context=None):
    """One request on a connection of its own: status and body."""
    if context is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    else:
        connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=10, context=context)
    try:
        connection.request("GET", target, headers=fields or {})
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException) as problem:
        raise BenchError(f"port {port}: no answer: {problem!r}") from None
    finally:
        connection.close()
