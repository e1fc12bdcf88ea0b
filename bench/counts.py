"""What an authenticated keep-alive request costs in allocations, system calls and instructions, held to limits.

Unlike times, these counts are the same on every run, so that a test can fail when they grow. Standard library only.
"""

import collections
import json
import pathlib
import re
import shutil
import signal
import struct
import subprocess
import xml.etree.ElementTree

import heads
import load
import rig
import sessions
from bed import tell

LIMITS = pathlib.Path(__file__).with_name("counts.json")
# Swift's hash tables have a seed of their own in each process, so that a count would differ by which keys collide.
STEADY = {"SWIFT_DETERMINISTIC_HASHING": "1"}


class Counts:
    """The counts of one binary, each taken in a process of its own."""

    def __init__(self, bed):
        self.bed = bed
        self.gate = bed.gates.plain()
        self.file = heads.write(bed.folder / "counts.requests", [heads.get(self.gate.port, self.gate.token)])

    def running(self, wrapper=(), environment=None, binary=None):
        """The gate under a wrapper, from its first answer to its end."""
        gate = self.bed.gates.variant(self.gate, wrapper, environment or {}, binary)
        return self.bed.running(gate)

    def requests(self, count, connections=8):
        return self.bed.opened(self.gate, ["--requests", self.file, "--count", count, "--connections", connections])

    def warm(self, count=2000):
        with self.requests(count) as ready:
            ready.run(60)

    def allocations(self, count=20_000):
        """Calls of the allocator by all threads."""
        path = self.bed.folder / "allocations"
        path.write_bytes(bytes(4096))

        def read():
            return struct.unpack("<Q", path.read_bytes()[:8])[0]

        environment = {"LD_PRELOAD": str(self.bed.tools / "allocations.so"), "BENCH_ALLOCATIONS": str(path)}
        with self.running(environment=environment):
            if read() == 0:
                raise rig.BenchError("the allocations were not counted: the library was not loaded")
            self.warm()
            with self.requests(count) as ready:
                before = read()
                ready.run(60)
                return (read() - before) / count

    def system_calls(self, connections, count=4000):
        """Calls of the loop's thread. The log writer's, which come by time, are not a request's."""
        trace = self.bed.folder / "counts.strace"
        with self.running() as process:
            self.warm()
            with self.requests(count, connections) as ready:
                tracer = subprocess.Popen(["strace", "-f", "-q", "-o", trace, "-p", str(process.pid)], stdout=subprocess.DEVNULL,
                                          stderr=subprocess.PIPE)
                try:
                    load.wait_for(lambda: rig.is_traced(process.pid) or tracer.poll() is not None, 20, "strace attached to no thread")
                    if tracer.poll() is not None:
                        raise rig.Unable(f"strace may not look here: {tracer.stderr.read().decode(errors='replace').strip()}")
                    ready.run(60)
                finally:
                    tracer.send_signal(signal.SIGINT)
                    tracer.wait(20)
                    tracer.stderr.close()
        calls = collections.defaultdict(collections.Counter)
        for line in trace.read_text().splitlines():
            if found := re.match(r"(\d+)\s+(\w+)\(", line):
                calls[found[1]][found[2]] += 1
        loop = max(calls.values(), key=lambda found: found["recvfrom"])
        tell("  " + ", ".join(f"{name} {number / count:.2f}" for name, number in loop.most_common(6)))
        return loop.total() / count

    def instructions(self, few=500, many=2500):
        """Instructions of all threads: what more requests take more, so that start and end cancel out."""
        stripped = self.bed.folder / "sallyport"
        # Valgrind cannot read the debug information of Swift.
        subprocess.run(["objcopy", "--strip-debug", self.bed.options.binary, stripped], check=True)
        return (self.total(stripped, many) - self.total(stripped, few)) / (many - few)

    def first_sight(self, few=200, many=800):
        """The same where each request brings a token that nobody has seen: verified, asked for in memory, remembered."""
        gate = self.bed.gates.gate("first-sight", "first sight", store="memory:")
        stripped = self.bed.folder / "sallyport"
        subprocess.run(["objcopy", "--strip-debug", self.bed.options.binary, stripped], check=True)
        totals = {}
        for count in (few, many):
            out = self.bed.folder / f"callgrind.first.{count}"
            wrapper = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", "--quiet"]
            with self.bed.running(self.bed.gates.variant(gate, wrapper, STEADY, stripped)):
                made = sessions.sign_in(self.bed, gate, many + 32)
                # Each connection makes a request before the counted ones, which is its own first sight.
                file = heads.write(self.bed.folder / "first.requests", (heads.get(gate.port, access) for access, _ in made))
                with self.bed.opened(gate, ["--requests", file, "--count", count, "--connections", 4]) as ready:
                    ready.run(300)
            totals[count] = self.summary(out)
        return (totals[many] - totals[few]) / (many - few)

    def total(self, binary, count):
        out = self.bed.folder / f"callgrind.{count}"
        wrapper = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", "--quiet"]
        with self.running(wrapper, STEADY, binary):
            with self.requests(count, 4) as ready:
                ready.run(300)
        return self.summary(out)

    @staticmethod
    def summary(out):
        # The process has ended, and written its file.
        found = re.search(r"^(?:totals|summary): (\d+)", out.read_text(), re.MULTILINE)
        if found is None:
            raise rig.BenchError("callgrind wrote no total")
        return int(found[1])


def measure(bed):
    """Each count, or the sentence that says why there is none."""
    counts = Counts(bed)
    takers = {
        "allocations": counts.allocations,
        "system calls, one connection": lambda: counts.system_calls(1),
        "system calls, 64 connections": lambda: counts.system_calls(64),
        "instructions": counts.instructions,
        "instructions at first sight of a token": counts.first_sight,
    }
    found = {}
    for name, take in takers.items():
        try:
            found[name] = take()
            tell(f"  {name} per request: {found[name]:,.3f}")
        except rig.Unable as reason:
            found[name] = str(reason)
            tell(f"  {name}: {reason}")
    return found


def write_junit(path, cases):
    """`cases` are names with nothing, or a kind and a sentence."""
    suite = xml.etree.ElementTree.Element("testsuite", name="counts")
    for name, problem in cases:
        case = xml.etree.ElementTree.SubElement(suite, "testcase", classname="counts", name=name)
        if problem:
            xml.etree.ElementTree.SubElement(case, problem[0], message=problem[1])
    xml.etree.ElementTree.ElementTree(suite).write(path)


def run(bed, report=None):
    """Measures, compares with the limits, and returns the status of the command."""
    if shutil.which("valgrind") is None or shutil.which("strace") is None:
        raise rig.BenchError("valgrind and strace are needed")
    limits, found, cases = json.loads(LIMITS.read_text()), measure(bed), []
    for name, value in found.items():
        limit = limits[name]
        title = f"An authenticated keep-alive request takes at most {limit:,} {name}"
        problem = None
        if isinstance(value, str):
            problem = ("skipped", value)
        elif value > limit:
            problem = ("failure", f"It takes {value:,.3f}. If that is meant, {LIMITS.name} is where the limit stands.")
        cases.append((title, problem))
        print(f"{title}: {'%.3f' % value if problem is None else ': '.join(problem)}")
        if problem is None and value < 0.93 * limit - 0.01:
            print(f"  That is far below the limit: please lower it in {LIMITS.name}.")
    if report:
        write_junit(report, cases)
    return 1 if any(problem and problem[0] == "failure" for _, problem in cases) else 0
