#!/usr/bin/env python3
"""Measures Sallyport beside its peers, interleaved in one run. See `scripts/bench --help`."""

import argparse
import contextlib
import os
import pathlib
import platform
import re
import subprocess
import sys
import tempfile
import time

import bed
import counts
import gate
import keys
import peers
import report
import rig
from workloads import browser, bulk, first_sight, growth, handshakes, idle, small, storm, websocket

ROOT = pathlib.Path(__file__).resolve().parents[1]
TOOLS = ROOT / ".build" / "bench"
WORKLOADS = {"small": small, "first-sight": first_sight, "browser": browser, "handshakes": handshakes, "bulk": bulk,
             "websocket": websocket, "idle": idle, "storm": storm, "growth": growth}


def parse(arguments):
    listed = ", ".join(f"{number} or {key}" for number, key in enumerate(WORKLOADS, 1))
    parser = argparse.ArgumentParser(prog="scripts/bench", description=(
        "Measures CPU time per request, rates, latencies, memory and system calls of Sallyport with everything on, of a byte-copy proxy "
        "in C (the floor) and of HAProxy, nginx, Envoy, Caddy, Traefik and Apache: the proxy on one core, the load and the origin on "
        "the other. Whatever is not answered as it has to be is an error instead of a figure. A run of everything is written to "
        "bench/results/, any other to bench/results/partial/."))
    parser.add_argument("workloads", nargs="*", metavar="WORKLOAD", help=f"which ones (all): {listed}")
    parser.add_argument("--quick", action="store_true", help="few contenders and short rounds: less than three minutes")
    parser.add_argument("--contenders", default="", metavar="A,B", help="only these, and the floor; haproxy stands for all haproxy-…")
    parser.add_argument("--rounds", type=int, help="how many rounds (5, quick: 3)")
    parser.add_argument("--seconds", type=float, help="how long each run of a round takes (2, quick: 0.5)")
    parser.add_argument("--counts", action="store_true", help=(
        "instead: allocations, system calls and instructions per request, held to the limits in bench/counts.json"))
    parser.add_argument("--junit", metavar="FILE", help="with --counts: the outcome as a test report")
    parser.add_argument("--binary", help=argparse.SUPPRESS)
    parser.add_argument("--without-sallyport", action="store_true", help="only the floor and the peers; nothing is built")
    options = parser.parse_args(arguments)
    names = list(WORKLOADS)
    options.workloads = [names[int(name) - 1] if name.isdigit() and 0 < int(name) <= len(names) else name for name in options.workloads]
    for name in options.workloads:
        if name not in WORKLOADS:
            parser.error(f"there is no workload {name}; there are: {listed}")
    options.is_whole = not (options.workloads or options.quick or options.contenders or options.rounds or options.seconds
                            or options.without_sallyport)
    options.workloads = options.workloads or names
    options.contenders = [name for name in options.contenders.split(",") if name]
    options.rounds = options.rounds or (3 if options.quick else 5)
    options.seconds = options.seconds or (0.5 if options.quick else 2)
    options.warm_up = min(options.seconds, 0.3 if options.quick else 2)
    options.fixed_rounds = 1 if options.quick else min(options.rounds, 5)
    options.fixed_seconds = min(options.seconds, 3)
    return options


def version(command, pattern):
    with contextlib.suppress(OSError):
        done = subprocess.run(command, capture_output=True, text=True, timeout=30)
        found = re.search(pattern, done.stdout + done.stderr)
        return found.group(1) if found else "?"
    return None


def conditions(options):
    """What the figures were taken on; a load average above one says that the machine was not idle."""
    processor = re.search(r"^model name\s*:\s*(.+)$", pathlib.Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    average = pathlib.Path("/proc/loadavg").read_text().split()[0]
    revision = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True)
    packages = TOOLS / "venv" / "bin"
    found = {"HAProxy": version(["haproxy", "-v"], r"version (\S+)"), "nginx": version(["/usr/sbin/nginx", "-v"], r"nginx/(\S+)"),
             "Envoy": version([next(TOOLS.glob("venv/lib/python3*/site-packages/envoy/_bin/envoy"), "envoy"), "--version"], r"/([\d.]+)/"),
             "Caddy": version([packages / "caddy", "version"], r"(v\S+)"),
             "Traefik": version([packages / "traefik", "version"], r"Version:\s+(\S+)"),
             "Apache": version(["/usr/sbin/apache2", "-v"], r"Apache/(\S+)")}
    return [f"{time.strftime('%Y-%m-%d %H:%M')}, revision {revision.stdout.strip() or 'unknown'}",
            f"{processor.group(1) if processor else platform.machine()}, {os.cpu_count()} cores; Linux {platform.release()}; load average "
            f"before: {average}",
            ", ".join(f"{name} {number}" for name, number in found.items() if number),
            f"{options.rounds} rounds of {options.seconds:g} s, {options.fixed_rounds} of {options.fixed_seconds:g} s at fixed rates"]


@contextlib.contextmanager
def made_bed(options):
    """The bed with its folder and its origin."""
    with tempfile.TemporaryDirectory(prefix="sallyport-bench-") as name:
        folder = pathlib.Path(name)
        folder.chmod(0o755)  # Apache's workers are another user
        descriptors, made, port = rig.take_descriptors(), keys.Keys(folder), rig.free_port()
        log = folder / "origin.out"
        origin = rig.start([TOOLS / "origin", port], rig.LOAD_CORE, log)
        try:
            rig.wait_for_port(origin, port, log)
            yield bed.Bed(options, TOOLS, folder, port, peers.Peers(TOOLS, folder, port, made, descriptors),
                          gate.Gates(options.binary, folder, port, made))
        finally:
            rig.stop(origin)


def run(the_bed):
    """All chosen workloads. A workload that ends in an error is told, and the others run."""
    outcomes = []
    for name in the_bed.options.workloads:
        bed.tell(f"== {name}")
        began = time.monotonic()
        try:
            outcomes.append(WORKLOADS[name].run(the_bed))
        except rig.BenchError as problem:
            outcomes.append(report.Outcome(list(WORKLOADS).index(name) + 1, name, name, "", problems=[str(problem)]))
            bed.tell(f"  NO FIGURE: {problem}")
        bed.tell(f"  {time.monotonic() - began:.0f} s")
    return outcomes


def write(options, told, outcomes):
    results = ROOT / "bench" / "results"
    if not options.is_whole:
        results /= "partial"
    # Where the binary lay is nobody's business who reads the report.
    chosen = {name: value for name, value in vars(options).items() if name != "binary"}
    print(report.write(results, "Sallyport beside its peers", told, outcomes, chosen))
    bed.tell(f"Written to {results.relative_to(ROOT)}/report.md, report.json and plots")
    return 1 if any(outcome.problems for outcome in outcomes) else 0


def main(arguments):
    options = parse(arguments)
    # The harness itself belongs to the load's side.
    os.sched_setaffinity(0, {rig.LOAD_CORE})
    told = [] if options.counts else conditions(options)
    try:
        with made_bed(options) as the_bed:
            if options.counts:
                return counts.run(the_bed, options.junit)
            outcomes = run(the_bed)
    except rig.BenchError as problem:
        bed.tell(f"scripts/bench: {problem}")
        return 1
    return write(options, told, outcomes)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
