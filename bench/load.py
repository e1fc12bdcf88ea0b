"""One run of the load program. Standard library only."""

import contextlib
import dataclasses
import json
import select
import subprocess
import time

import rig

CONNECTIONS = 64


@dataclasses.dataclass
class Seen:
    """What a run of the load saw: milliseconds, and bytes of bodies."""

    requests: int
    seconds: float
    bytes: int
    p50: float
    p90: float
    p99: float
    max: float

    @property
    def per_second(self):
        return self.requests / self.seconds


class Load:
    """The load program: opened connections that wait for `run`. The proxy is watched between the two."""

    def __init__(self, program, arguments, who, core=rig.LOAD_CORE):
        self.who = who
        self.process = subprocess.Popen(
            ["taskset", "--cpu-list", str(core), str(program), *map(str, arguments)], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def line(self, seconds):
        ready, _, _ = select.select([self.process.stdout], [], [], seconds)
        line = self.process.stdout.readline() if ready else b""
        if not line:
            said = "it said nothing for too long"
            if not ready:
                self.process.kill()
            else:
                said = self.process.stderr.read().decode(errors="replace").strip()
            raise rig.BenchError(f"{self.who}: {said}")
        return line.decode()

    def wait_until_ready(self):
        if self.line(120) != "ready\n":
            raise rig.BenchError(f"{self.who}: the load is not ready")

    def tell(self):
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(b"go\n")
            self.process.stdin.flush()

    def run(self, seconds):
        """Lets it run; a run longer than twice these seconds and half a minute has failed."""
        self.tell()
        return Seen(**json.loads(self.line(2 * seconds + 30)))

    def close(self):
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.process.stderr.close()


@contextlib.contextmanager
def opened(program, arguments, who, core=rig.LOAD_CORE):
    load = Load(program, arguments, who, core)
    try:
        load.wait_until_ready()
        yield load
    finally:
        load.close()


def wait_for(condition, seconds, what):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise rig.BenchError(what)
        time.sleep(0.01)
