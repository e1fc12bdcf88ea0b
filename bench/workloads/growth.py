"""Workload 9: what a request costs when everything around it grows."""

import contextlib
import statistics

import heads
import redis_server
import rig
import sessions
from report import Column, Outcome, Panel

CONNECTIONS_RATE = 20_000


def run(bed):
    outcome = Outcome(9, "growth", "Growth", (
        "CPU time per request of the same load, of Sallyport that differs in one thing. Routes: the one that is asked for is the last of them. "
        "Sessions: in Redis, 1,000 of them in use; the loop remembers 64 tokens, so that every request asks Redis. Connections: all of "
        f"them in use, at {CONNECTIONS_RATE:,} requests a second in all. Loops: one on its core, and two on both "
        "cores, of which the load and the origin need one; since the second loop cannot have a core of its own on two cores, the capacity is "
        "reckoned from the CPU time per request while answers come as fast as they can: loops ÷ (CPU time per request), where each loop "
        "does a quarter of the work at least."))
    for part in (routes, session_count, connections, loops):
        try:
            part(bed, outcome)
        except rig.Unable as reason:
            outcome.left_out.append(str(reason))
        except rig.BenchError as problem:
            outcome.problems.append(str(problem))
    return outcome


def compare(bed, outcome, title, gates, run_of, text=None):
    """Runs two gates in turns; the ratio of the second to the first is the target, where it has a text."""
    with bed.running_all(outcome, gates, is_checked=False) as processes:
        run = run_of(processes)
        for gate in gates:
            run(gate)  # warm
        rounds = 2 if bed.options.quick else min(bed.options.rounds, 5)
        rows = bed.interleave(outcome, gates, rounds, run, title)
    panel = Panel(title, [Column("cpu", "CPU µs/request", 2, True), Column("p99", "p99 ms", 2), Column("share", "share of the quieter loop", 2)],
                  rows, bases={gates[0].key: f"× {gates[0].name.removeprefix('Sallyport, ')}"} if gates else {})
    outcome.panels.append(panel)
    if text:
        outcome.target(text, panel.ratios(gates[1].key, gates[0].key) if len(gates) == 2 else [], 1.1)
    return panel


def plain_file(bed, gate, token):
    return heads.write(bed.folder / f"{gate.key}.requests", [heads.get(gate.port, token)])


def routes(bed, outcome):
    gates = []
    for count in (1, 1_000 if bed.options.quick else 10_000):
        more = "\n".join(f"  - {{match: {{path_prefix: /area-{number}/part}}, upstream: origin, identity_headers: {{X-User-Id: sub}}}}"
                         for number in range(count - 1))
        gates.append(bed.gates.plain(f"sallyport-routes-{count}", f"Sallyport, {count:,} routes", routes=more))
    files = {gate.key: plain_file(bed, gate, gate.token) for gate in gates}
    compare(bed, outcome, "Routes", gates, lambda processes: bed.closed_loop(
        processes, files, bed.options.seconds), f"{gates[1].name.removeprefix('Sallyport, ')} × 1")


def session_count(bed, outcome):
    used = 1_000
    with contextlib.ExitStack() as stack:
        gates = []
        for count in (used, 20_000 if bed.options.quick else 1_000_000):
            redis = stack.enter_context(redis_server.running(bed, f"redis-{count}"))
            gates.append(bed.gates.gate(f"sallyport-sessions-{count}", f"Sallyport, {count:,} sessions",
                                        store=f"redis://127.0.0.1:{redis}/0", more="limits: {verified_tokens: 64}"))
        files = {}

        def run_of(processes):
            for gate, count in zip(gates, (0, int(gates[1].key.rpartition("-")[2]) - used)):
                pairs = sessions.sign_in(bed, gate, used)
                for first in range(0, count, 100_000):
                    sessions.sign_in(bed, gate, min(100_000, count - first), used + first)
                # In another order than they were made in, and not one after the other.
                files[gate.key] = heads.write(bed.folder / f"{gate.key}.requests", [
                    heads.get(gate.port, pairs[number * 379 % used][0]) for number in range(used)])
            return bed.closed_loop(processes, files, bed.options.seconds)

        compare(bed, outcome, "Sessions", gates, run_of, f"{gates[1].name.removeprefix('Sallyport, ')} × {used:,}")


def connections(bed, outcome):
    gate = bed.gates.plain("sallyport-connections", "Sallyport")
    counts = (10, 1_000 if bed.options.quick else 10_000)
    # Two names for one gate: both are asked in turns.
    gates = [bed.gates.named(gate, f"sallyport-connections-{count}", f"Sallyport, {count:,} connections") for count in counts]
    file = plain_file(bed, gate, gate.token)
    with bed.running(gate) as process:
        seconds = bed.options.fixed_seconds

        def run(named):
            number = counts[gates.index(named)]
            arguments = ["--requests", file, "--rate", CONNECTIONS_RATE, "--seconds", max(seconds, 2 * number / CONNECTIONS_RATE), "--connections", number]
            seen, spent = bed.measure(gate, [process], arguments, 10)
            return {"cpu": spent * 1e6 / seen.requests, "p99": seen.p99}

        for named in gates:
            run(named)
        rows = bed.interleave(outcome, gates, 2 if bed.options.quick else min(bed.options.rounds, 5), run, "Connections")
    panel = Panel("Connections", [Column("cpu", "CPU µs/request", 2, True), Column("p99", "p99 ms", 2)], rows,
                  bases={gates[0].key: f"× {counts[0]}"})
    outcome.panels.append(panel)
    outcome.target(f"{counts[1]:,} connections × {counts[0]}", panel.ratios(gates[1].key, gates[0].key), 1.1)


def loops(bed, outcome):
    gates = [bed.gates.plain(f"sallyport-loops-{count}", f"Sallyport, {count} loop{'s' if count > 1 else ''}", workers=count)
             for count in (1, 2)]
    gates[1].cores = f"{rig.PROXY_CORE},{rig.LOAD_CORE}"
    files = {gate.key: plain_file(bed, gate, gate.token) for gate in gates}

    def run_of(processes):
        def run(gate):
            # The kernel deals connections out by a hash: of many, each loop has about half.
            with bed.opened(gate, ["--requests", files[gate.key], "--seconds", bed.options.seconds, "--connections", 512]) as ready:
                usage = rig.Usage([processes[gate.key]])
                seen = ready.run(bed.options.seconds)
                spent, threads = usage.seconds(), sorted(usage.seconds_by_thread().values(), reverse=True)
            share = threads[1] / (threads[0] + threads[1]) if gate is gates[1] else 1
            if share < 0.25:
                raise rig.BenchError(f"the second loop did only {share:.0%} of the work")
            return {"cpu": spent * 1e6 / seen.requests, "p99": seen.p99, "share": share}
        return run

    keys = [gate.key for gate in gates]
    panel = compare(bed, outcome, "Loops", gates, run_of)
    ratios = panel.ratios(keys[1], keys[0])
    outcome.target("capacity of two loops × one", [2 / ratio for ratio in ratios], 1.8, False)
    panel.note = f"Two loops have {statistics.median(2 / ratio for ratio in ratios):.2f} times the capacity of one." if ratios else ""
