#!/usr/bin/env python3
"""Measures Sallyport beside a byte-copy proxy and HAProxy, interleaved in one run. See `scripts/bench --help`."""

import argparse
import contextlib
import json
import pathlib
import platform
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time

import contenders as peers
import idle
import rig

ROOT = pathlib.Path(__file__).resolve().parents[1]


@contextlib.contextmanager
def running(contender, folder):
    log = pathlib.Path(folder, f"{contender.key}.out")
    process = rig.start(contender.command, rig.PROXY_CORE, log, contender.environment)
    try:
        rig.wait_for_port(process, contender.port, log)
        yield process
    finally:
        rig.stop(process)


def origin_count(port):
    return int(rig.get(port, "/.origin/requests")[1])


def check_answer(contender, origin_port, token):
    """The proxy gives what the origin gives, and one that verifies tokens refuses a forged one."""
    _, body = rig.get(origin_port)
    status, seen = rig.get(contender.port, fields=rig.head_fields(contender.port, token))
    if (status, seen) != (200, body):
        raise rig.BenchError(f"{contender.name}: answered {status} with {len(seen)} bytes; expected the origin's answer")
    if contender.key in ("sallyport", "haproxy-jwt"):
        head, payload, signature = token.split(".")
        forged = f"{head}.{payload}.{signature[::-1]}"
        status, _ = rig.get(contender.port, fields=rig.head_fields(contender.port, forged))
        if status != 401:
            raise rig.BenchError(f"{contender.name}: a forged token was answered with {status}")


def measure(contender, process, origin_port, token, seconds):
    """One run: CPU time per request, and what the load saw."""
    arrived, spent = origin_count(origin_port), rig.cpu_seconds(process.pid)
    seen = rig.load(contender.port, token, seconds)
    arrived, spent = origin_count(origin_port) - arrived, rig.cpu_seconds(process.pid) - spent
    # Each connection may have one request under way when the load ends, and the one before may have left as many.
    if not seen.requests <= arrived <= seen.requests + 2 * rig.CONNECTIONS:
        raise rig.BenchError(f"{contender.name}: {seen.requests} answers, but {arrived} requests at the origin")
    return {"microseconds": spent * 1e6 / arrived, "requests": arrived, "per_second": seen.per_second,
            "p50": seen.p50_milliseconds, "p99": seen.p99_milliseconds}


def rounds(options, chosen, processes, origin_port, token):
    """All contenders in each round, each round beginning with another one."""
    results = {contender.key: [] for contender in chosen}
    for contender in chosen:
        check_answer(contender, origin_port, token)
        measure(contender, processes[contender.key], origin_port, token, options.warm_up)
    for number in range(options.rounds):
        shift = number % len(chosen)
        for contender in chosen[shift:] + chosen[:shift]:
            result = measure(contender, processes[contender.key], origin_port, token, options.seconds)
            results[contender.key].append(result)
        line = ", ".join(f"{key} {row[-1]['microseconds']:.1f}" for key, row in results.items())
        print(f"round {number + 1} of {options.rounds}: {line} µs/request", file=sys.stderr)
    return results


def spread(values, digits=2):
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f}–{max(values):.{digits}f})"


def table(chosen, results, memory):
    """Medians with their spread; a ratio is taken within each round, so that the machine's moods cancel out."""
    rows = [["", "CPU µs/request", "× floor", "× HAProxy plain", "requests/s", "p50 ms", "p99 ms", "resident MiB"]]
    for contender in chosen:
        mine = results[contender.key]
        row = [contender.name, spread([run["microseconds"] for run in mine], 1)]
        for base in ("floor", "haproxy"):
            row.append(spread([run["microseconds"] / other["microseconds"] for run, other in zip(mine, results[base])]))
        row.append(f"{statistics.median(run['per_second'] for run in mine):,.0f}")
        row += [f"{statistics.median(run[key] for run in mine):.2f}" for key in ("p50", "p99")]
        row.append(f"{memory[contender.key] / 2**20:.1f}")
        rows.append(row)
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |" for row in rows]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def system_calls(chosen, processes, origin_port, token, folder):
    """System calls per request, counted by strace in a run of its own: tracing slows the proxy, so nothing else is measured."""
    lines = ["", "System calls per request:"]
    for contender in chosen:
        report = pathlib.Path(folder, f"{contender.key}.strace")
        pids = [option for pid in rig.family(processes[contender.key].pid) for option in ("-p", str(pid))]
        tracer = subprocess.Popen(["strace", "-c", "-f", "-q", "-o", report, *pids], stderr=subprocess.DEVNULL)
        arrived = origin_count(origin_port)
        try:
            rig.load(contender.port, token, 3)
        finally:
            tracer.send_signal(signal.SIGINT)
            tracer.wait()
        arrived = origin_count(origin_port) - arrived
        calls = re.findall(r"^\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+)\s+(?:\d+\s+)?(\w+)$", report.read_text(), re.MULTILINE)
        counts = sorted(((int(count), name) for count, name in calls if name != "total"), reverse=True)
        detail = ", ".join(f"{name} {count / arrived:.2f}" for count, name in counts[:6])
        lines.append(f"  {contender.name}: {sum(count for count, _ in counts) / arrived:.2f}  ({detail})")
    return "\n".join(lines)


def parse(arguments):
    parser = argparse.ArgumentParser(prog="scripts/bench", description=(
        "Measures CPU time per request and requests per second of a byte-copy proxy in C (the floor), Sallyport with "
        "everything on, HAProxy without authentication and HAProxy with jwt_verify: 64 keep-alive connections, a head of "
        "700 bytes, answers of 1 KiB; the proxy on one core, the load and the origin on the other. A ratio is taken "
        "within each round; medians, with the smallest and the largest in brackets."))
    parser.add_argument("--quick", action="store_true", help="three short rounds")
    parser.add_argument("--rounds", type=int, help="how many rounds (7, quick: 3)")
    parser.add_argument("--seconds", type=int, help="how long each run takes (5, quick: 2)")
    parser.add_argument("--syscalls", action="store_true", help="count system calls per request as well")
    parser.add_argument("--idle", type=int, metavar="N", help="instead: the memory of N idle keep-alive connections")
    parser.add_argument("--binary", help=argparse.SUPPRESS)
    parser.add_argument("--without-sallyport", action="store_true", help="only the floor and the peers; nothing is built")
    options = parser.parse_args(arguments)
    options.rounds = options.rounds or (3 if options.quick else 7)
    options.seconds = options.seconds or (2 if options.quick else 5)
    options.warm_up = 1 if options.quick else 2
    return options


def machine():
    """What the figures were taken on; a load average above one says that the machine was not idle."""
    processor = re.search(r"^model name\s*:\s*(.+)$", pathlib.Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    haproxy = subprocess.run(["haproxy", "-v"], capture_output=True, text=True, check=True).stdout.split()
    average = pathlib.Path("/proc/loadavg").read_text().split()[0]
    return (f"{time.strftime('%Y-%m-%d %H:%M')}; {processor.group(1) if processor else platform.machine()}; "
            f"Linux {platform.release()}; HAProxy {haproxy[2]}; load average before {average}")


def compare(options, chosen, origin_port, token, folder):
    with contextlib.ExitStack() as stack:
        processes = {contender.key: stack.enter_context(running(contender, folder)) for contender in chosen}
        results = rounds(options, chosen, processes, origin_port, token)
        memory = {key: rig.resident_bytes(process.pid) for key, process in processes.items()}
        report = table(chosen, results, memory)
        if options.syscalls:
            report += "\n" + system_calls(chosen, processes, origin_port, token, folder)
    return report, {"rounds": results, "resident_bytes": memory}


def main(arguments):
    options = parse(arguments)
    conditions = machine()
    with tempfile.TemporaryDirectory(prefix="sallyport-bench-") as folder:
        origin_port = rig.free_port()
        log = pathlib.Path(folder, "origin.out")
        tools = ROOT / ".build" / "bench"
        origin = rig.start([tools / "origin", origin_port], rig.LOAD_CORE, log)
        try:
            rig.wait_for_port(origin, origin_port, log)
            chosen, token = peers.all_of(options.binary, tools, folder, origin_port)
            if not any(contender.key == "sallyport" for contender in chosen):
                print("Sallyport is not measured: there is no binary with the command `serve`.", file=sys.stderr)
            if options.idle:
                report, data = idle.measure(chosen, running, token, folder, options.idle)
            else:
                report, data = compare(options, chosen, origin_port, token, folder)
        except rig.BenchError as problem:
            print(f"scripts/bench: {problem}", file=sys.stderr)
            return 1
        finally:
            rig.stop(origin)
    report = f"{conditions}\n\n{report}"
    print(report)
    results = ROOT / "Bench" / "results"
    results.mkdir(exist_ok=True)
    name = time.strftime("%Y%m%d-%H%M%S") + ("-idle" if options.idle else "")
    (results / f"{name}.txt").write_text(report + "\n")
    (results / f"{name}.json").write_text(json.dumps({"options": vars(options), **data}, indent=1) + "\n")
    print(f"\nWritten to Bench/results/{name}.txt and .json", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
