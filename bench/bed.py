"""The bed of a run: origin, keys, folder, and how contenders are started and measured. Standard library only."""

import contextlib
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time

import load
import rig
from report import Row


def tell(text):
    print(text, file=sys.stderr, flush=True)


class Bed:
    """What all workloads of a run share."""

    def __init__(self, options, tools, folder, origin_port, makers, gates):
        self.options, self.tools, self.folder = options, pathlib.Path(tools), pathlib.Path(folder)
        self.origin_port, self.peers, self.gates = origin_port, makers, gates
        self.started = {}  # of each contender: milliseconds to the first answer, resident bytes after it

    # Contenders

    def choose(self, outcome, makers):
        """The contenders of a workload by their keys: chosen on the command line, and possible here.

        `makers` maps a key to a function, or to a pair with `True` for those that `--quick` keeps.
        """
        chosen, named = [], self.options.contenders
        for key, maker in makers.items():
            function, is_quick = maker if isinstance(maker, tuple) else (maker, False)
            wanted = any(key == name or key.startswith(name + "-") for name in named) if named else not self.options.quick or is_quick
            # Without the floor there is no ratio.
            if not wanted and key != "floor":
                continue
            try:
                chosen.append(function())
            except rig.Unable as reason:
                outcome.left_out.append(str(reason))
                tell(f"  left out: {reason}")
        return chosen

    @contextlib.contextmanager
    def running(self, contender):
        """A contender from its first right answer to its end."""
        log = self.folder / f"{contender.key}.out"
        began = time.monotonic()
        process = rig.start(contender.command, contender.cores, log, contender.environment)
        try:
            rig.wait_for_port(process, contender.port, log)
            self.wait_for_answer(contender, process, log)
            self.started[contender.key] = ((time.monotonic() - began) * 1000, rig.resident_bytes(process.pid))
            yield process
        finally:
            rig.stop(process)

    def wait_for_answer(self, contender, process, log, seconds=20):
        """Waits until it answers from the origin; a proxy may accept before its routes are there."""
        deadline = time.monotonic() + seconds
        while True:
            if process.poll() is not None:
                raise rig.BenchError(f"{log}: the program ended by itself: {log.read_text(errors='replace')[-1000:]}")
            with contextlib.suppress(rig.BenchError):
                if contender.token is None or contender.ask()[0] == 200:
                    return
            if time.monotonic() > deadline:
                raise rig.BenchError(f"{contender.name}: no answer of the origin within {seconds} s; see {log}")
            time.sleep(0.001)

    @contextlib.contextmanager
    def running_all(self, outcome, contenders, is_checked=True):
        """All that start and answer as they have to, by key; the others are told as problems and dropped from the list.

        Where tokens come later, the workload checks by itself.
        """
        _, expected = rig.get(self.origin_port)
        with contextlib.ExitStack() as stack:
            processes = {}
            for contender in list(contenders):
                try:
                    processes[contender.key] = stack.enter_context(self.running(contender))
                    if is_checked:
                        contender.check(expected)
                except rig.BenchError as problem:
                    self.fail(outcome, contender, contenders, problem)
            yield processes

    @staticmethod
    def fail(outcome, contender, contenders, problem):
        text = str(problem)
        text = text if text.startswith(contender.name) else f"{contender.name}: {text}"
        outcome.problems.append(text)
        tell(f"  NO FIGURE: {text}")
        contenders.remove(contender)

    # Measuring

    def origin_count(self):
        return int(rig.get(self.origin_port, "/.origin/requests")[1])

    def opened(self, contender, arguments):
        """The load for a contender, ready to run."""
        tls = ["--tls"] if contender.is_tls else []
        return load.opened(self.tools / "load", [*arguments, *tls, contender.port], contender.name)

    def measure(self, contender, processes, arguments, seconds, is_counted=True):
        """One run: what the load saw, and the CPU seconds of the proxy's processes."""
        with self.opened(contender, arguments) as ready:
            arrived, usage = self.origin_count(), rig.Usage(processes)
            seen = ready.run(seconds)
            spent, arrived = usage.seconds(), self.origin_count() - arrived
        if is_counted and arrived != seen.requests:
            raise rig.BenchError(f"{seen.requests} answers, but {arrived} requests at the origin")
        return seen, spent

    def interleave(self, outcome, contenders, rounds, run, what, figure="cpu", unit="µs"):
        """All contenders in each round, each round beginning with another one. `run` gives the figures of one; rows of all."""
        found = {contender.key: [] for contender in contenders}
        for number in range(rounds):
            shift = number % max(1, len(contenders))
            for contender in contenders[shift:] + contenders[:shift]:
                try:
                    found[contender.key].append(run(contender))
                except rig.BenchError as problem:
                    self.fail(outcome, contender, contenders, problem)
            line = ", ".join(f"{contender.key} {found[contender.key][-1][figure]:.1f}" for contender in contenders)
            tell(f"  {what}, round {number + 1} of {rounds}: {line} {unit}")
        return [Row(contender.key, contender.name, {
            key: [figures[key] for figures in found[contender.key]] for key in found[contender.key][0]}) for contender in contenders]

    def closed_loop(self, processes, files, seconds, connections=load.CONNECTIONS, more=(), count=None, is_counted=True):
        """A run as fast as answers come, for `interleave`: CPU µs per request, requests a second, percentiles, MB per CPU second."""
        length = ("--count", count) if count else ("--seconds", seconds)

        def run(contender):
            arguments = ["--requests", files[contender.key], *length, "--connections", connections, *more]
            seen, spent = self.measure(contender, [processes[contender.key]], arguments, seconds, is_counted)
            return {"cpu": spent * 1e6 / seen.requests, "rate": seen.per_second, "p50": seen.p50, "p99": seen.p99,
                    "megabytes": seen.bytes / 1e6 / spent}
        return run

    def fixed_rate(self, processes, files, rate, seconds, connections=load.CONNECTIONS, more=()):
        def run(contender):
            arguments = ["--requests", files[contender.key], "--seconds", seconds, "--rate", rate, "--connections", connections, *more]
            seen, spent = self.measure(contender, [processes[contender.key]], arguments, seconds)
            return {"fixed_cpu": spent * 1e6 / seen.requests, "fixed_p50": seen.p50, "fixed_p99": seen.p99}
        return run

    def warm(self, outcome, contenders, processes, files, seconds, more=(), **options):
        for contender in list(contenders):
            try:
                self.closed_loop(processes, files, seconds, more=more, **options)(contender)
            except rig.BenchError as problem:
                self.fail(outcome, contender, contenders, problem)

    def system_calls(self, contender, process, file, count=6400, connections=load.CONNECTIONS):
        """System calls of a counted number of requests, on connections that are open before and after."""
        if shutil.which("strace") is None:
            raise rig.BenchError("strace is not installed")
        report = self.folder / f"{contender.key}.strace"
        with self.opened(contender, ["--requests", file, "--count", count, "--connections", connections]) as ready:
            members = rig.family(process.pid)
            pids = [option for pid in members for option in ("-p", str(pid))]
            tracer = subprocess.Popen(["strace", "-c", "-f", "-q", "-o", report, *pids], stderr=subprocess.DEVNULL)
            try:
                load.wait_for(lambda: all(map(rig.is_traced, members)), 20, "strace did not attach to all threads")
                seen = ready.run(60)
            finally:
                tracer.send_signal(signal.SIGINT)
                tracer.wait(20)
        calls = re.findall(r"^\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+)\s+(?:\d+\s+)?(\w+)$", report.read_text(), re.MULTILINE)
        counts = {name: int(number) / seen.requests for number, name in calls if name != "total"}
        return sum(counts.values()), dict(sorted(counts.items(), key=lambda item: -item[1]))
