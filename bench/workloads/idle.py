"""Workload 7: many idle connections, and the latency of active ones among them."""

import rig
import heads
from bed import tell
from report import Column, Outcome, Panel, Row

ACTIVE, RATE = 100, 5000


def run(bed):
    descriptors = rig.take_descriptors()
    wanted = 1_000 if bed.options.quick else 10_000
    # HAProxy and nginx reserve two descriptors for each connection.
    count = min(wanted, (descriptors - 256) // 2 - 2 * ACTIVE)
    outcome = Outcome(7, "idle", f"{count:,} idle connections", (
        f"A fresh process each round. Resident memory before and with {count:,} keep-alive connections that have made one request each; then "
        f"the latency of {ACTIVE} others at {RATE:,} requests a second, without the idle ones and among them."))
    peers, gates, options = bed.peers, bed.gates, bed.options
    for what, makers in (
            ("plain", {"sallyport": (gates.plain, True), "haproxy": (peers.haproxy, True), "nginx": (peers.nginx, True)}),
            ("TLS", {"sallyport-tls": (gates.tls, True), "haproxy-tls": (peers.haproxy_tls, True), "nginx-tls": peers.nginx_tls})):
        contenders = [contender for contender in bed.choose(outcome, makers) if contender.key != "floor"]
        rounds = 1 if options.quick else min(options.rounds, 5)
        rows = bed.interleave(outcome, contenders, rounds, lambda contender: measure(bed, contender, count), f"idle, {what}", "each", "bytes")
        panel = Panel(f"Memory and latency, {what}", [
            Column("each", "bytes/connection", 0, True), Column("before", "MiB before", 1), Column("with", "MiB with them", 1),
            Column("p99_before", "p99 ms before", 2), Column("p99_with", "p99 ms among them", 2), Column("p99_ratio", "p99 ratio", 2, True)],
            rows, "each", "resident bytes per idle connection")
        outcome.panels.append(panel)
        suffix, limit = ("-tls", 12 * 1024) if what == "TLS" else ("", 1024)
        mine = panel.row("sallyport" + suffix) or Row("", "", {})
        outcome.target(f"bytes per idle connection, {what}", mine.values.get("each"), limit, digits=0)
        outcome.target(f"p99 among idle connections × without them, {what}", mine.values.get("p99_ratio"), 1.2)
    return outcome


def measure(bed, contender, count):
    # Of a short run the p99 is one hiccup.
    seconds = max(2, bed.options.fixed_seconds)
    file = heads.write(bed.folder / f"{contender.key}.requests", [heads.get(contender.port, contender.token)])
    arguments = ["--requests", file, "--connections", ACTIVE, "--rate", RATE, "--seconds", seconds]
    with bed.running(contender) as process:
        contender.check(rig.get(bed.origin_port)[1])
        # What the first requests of a process allocate is no connection's.
        bed.measure(contender, [process], ["--requests", file, "--connections", ACTIVE, "--seconds", bed.options.warm_up], 10)
        without, _ = bed.measure(contender, [process], arguments, seconds)
        before, held = rig.resident_bytes(process.pid), rig.descriptors(process.pid)
        with bed.opened(contender, [*arguments, "--idle", count]) as ready:
            resident, open_now = rig.resident_bytes(process.pid), rig.descriptors(process.pid)
            if open_now - held < 0.95 * count:
                raise rig.BenchError(f"of {count} idle connections the proxy holds {open_now - held}")
            seen = ready.run(seconds)
            if rig.descriptors(process.pid) - held < 0.95 * count:
                raise rig.BenchError("idle connections were closed during the run")
    return {"each": (resident - before) / count, "before": before / 2**20, "with": resident / 2**20, "p99_before": without.p99,
            "p99_with": seen.p99, "p99_ratio": seen.p99 / without.p99}
