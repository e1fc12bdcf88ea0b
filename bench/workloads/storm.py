"""Workload 8: sessions that expire at once, with parallel requests each, over two proxies and one Redis."""

import contextlib
import json
import time

import heads
import load
import redis_server
import rig
import sessions
from bed import tell
from report import Column, Outcome, Panel, Row

PARALLEL, LIFE = 20, 4


def run(bed):
    count = 100 if bed.options.quick else 1000
    outcome = Outcome(8, "storm", "Refresh storm", (
        f"{count:,} sessions whose access tokens have all expired; each sends {PARALLEL} requests at one moment with the same old cookies, "
        "spread over two proxies that share a Redis. Every request has to be answered with 200, and there is exactly one rotation for each session, "
        "counted from the audit logs of both. Two proxies, Redis, origin and load share two cores here. First the sessions come one after "
        "the other within five seconds, and latency counts from the moment all requests of a session are due; then all come at once, as "
        "fast as 400 connections take them, and latency counts from sending."))
    rows = []
    try:
        for key, name, arguments in (("paced", "within five seconds", ["--rate", count * PARALLEL / 5, "--burst", PARALLEL]),
                                     ("at-once", "all at once", [])):
            rounds = 1 if bed.options.quick else min(bed.options.rounds, 5)
            found = []
            for number in range(rounds):
                found.append(storm(bed, count, arguments))
                tell(f"  {name}, round {number + 1} of {rounds}: p99 {found[-1]['p99']:.1f} ms, {found[-1]['rotations']} rotations")
            rows.append(Row(f"sallyport-{key}", f"Sallyport, {name}", {
                figure: [figures[figure] for figures in found] for figure in found[0]}))
    except rig.Unable as reason:
        outcome.left_out.append(str(reason))
        return outcome
    panel = Panel("Latency while all sessions are renewed", [
        Column("p99", "p99 ms", 1, True), Column("p50", "p50 ms", 1), Column("max", "largest ms", 1), Column("rotations", "rotations", 0, True),
        Column("rate", "requests/s", 0), Column("cpu", "CPU µs/request", 1, True)], rows, "p99", "p99 in ms")
    outcome.panels.append(panel)
    outcome.target("rotations for each session", [value / count for value in rows[0].values["rotations"]], 1.0, digits=3)
    outcome.target("p99 while sessions are renewed, ms", rows[0].values["p99"], 250, digits=0)
    return outcome


def storm(bed, count, arguments):
    with contextlib.ExitStack() as stack:
        redis = stack.enter_context(redis_server.running(bed, "storm-redis"))
        gates = []
        for number in (1, 2):
            audit(bed, number).unlink(missing_ok=True)
            gates.append(bed.gates.gate(f"storm-{number}", f"Sallyport, proxy {number} of 2", store=f"redis://127.0.0.1:{redis}/0",
                                        expire=LIFE, ahead=0))
        processes = [stack.enter_context(bed.running(gate)) for gate in gates]
        pairs = sessions.sign_in(bed, gates[0], count)[:count]
        expired_at = time.monotonic() + LIFE + 1
        load.wait_for(lambda: time.monotonic() > expired_at, LIFE + 10, "time stands still")
        # Each connection of the load makes a request before the counted ones: with other sessions, which are fresh.
        connections = 100 if bed.options.quick else 400
        fresh = sessions.sign_in(bed, gates[1], 32)
        warm = [fresh[number % len(fresh)] for number in range(connections)]
        file = heads.write(bed.folder / "storm.requests", (
            heads.get(gates[0].port, cookie="; ".join(f"{name}={value}" for name, value in zip(heads.COOKIES, pair)))
            for pair in [*warm, *(pair for pair in pairs for _ in range(PARALLEL))]))
        with load.opened(bed.tools / "load", [
                "--requests", file, "--count", count * PARALLEL, "--connections", connections, "--expect-bytes", 1024, *arguments,
                *(gate.port for gate in gates)], "the storm") as ready:
            usage = rig.Usage(processes)
            seen = ready.run(60)
            spent = usage.seconds()
    # The gates have ended, and written their logs.
    made = sum(json.loads(line)["event"] == "token.refreshed" for number in (1, 2) for line in audit(bed, number).read_text().splitlines())
    if made != count:
        raise rig.BenchError(f"{count} sessions were renewed {made} times")
    return {"p50": seen.p50, "p99": seen.p99, "max": seen.max, "rotations": made, "rate": seen.per_second,
            "cpu": spent * 1e6 / seen.requests}


def audit(bed, number):
    return bed.folder / f"storm-{number}-audit.log"
