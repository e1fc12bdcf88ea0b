"""Workload 1: small authenticated GETs, tokens seen before."""

import heads
import rig
from bed import tell
from report import Column, Outcome, Panel

RATE = 5000


def run(bed):
    outcome = Outcome(1, "small", "Small authenticated GETs", (
        "A head of 700 bytes with a token that was seen before, an answer of 1 KiB, 64 keep-alive connections. Sallyport does all it "
        "has: type, expiry, client binding, the session's revocation, identity headers, access log. p99 at a fixed rate counts from "
        f"the moment a request was due ({RATE:,} a second). The peers write no access log."))
    peers, gates, options = bed.peers, bed.gates, bed.options
    contenders = bed.choose(outcome, {
        "floor": (peers.floor, True), "sallyport": (gates.plain, True),
        "sallyport-rs256": lambda: gates.foreign("RS256"), "sallyport-es256": lambda: gates.foreign("ES256"),
        "haproxy": (peers.haproxy, True), "haproxy-hs256": (peers.haproxy_hs256, True), "haproxy-binding": peers.haproxy_binding,
        "haproxy-rs256": peers.haproxy_rs256, "nginx": (peers.nginx, True), "envoy": peers.envoy,
        "envoy-hs256": (peers.envoy_jwt, True), "envoy-hs256-cache": peers.envoy_jwt_cache, "caddy": peers.caddy,
        "traefik": peers.traefik, "apache-hs256": peers.apache})
    with bed.running_all(outcome, contenders) as processes:
        files = {contender.key: heads.write(bed.folder / f"{contender.key}.requests", [heads.get(contender.port, contender.token)])
                 for contender in contenders}
        more = ("--expect-bytes", 1024)
        bed.warm(outcome, contenders, processes, files, options.warm_up, more)
        rows = bed.interleave(outcome, contenders, options.rounds, bed.closed_loop(processes, files, options.seconds, more=more),
                              "closed loop")
        fixed = {row.key: row for row in bed.interleave(
            outcome, contenders, options.fixed_rounds, bed.fixed_rate(processes, files, RATE, options.fixed_seconds, more=more),
            f"{RATE} a second", "fixed_p99", "ms p99")}
        calls = {}
        for contender in list(contenders):
            start, resident = bed.started[contender.key]
            values = fixed[contender.key].values
            values["start"], values["rss_start"] = [start], [resident / 2**20]
            values["rss"] = [rig.resident_bytes(processes[contender.key].pid) / 2**20]
            try:
                total, calls[contender.key] = bed.system_calls(contender, processes[contender.key], files[contender.key])
                values["calls"] = [total]
                tell(f"  {contender.key}: {total:.2f} system calls per request")
            except rig.BenchError as problem:
                outcome.problems.append(f"{contender.name}, system calls: {problem}")
    rows = [row for row in rows if row.key in fixed]
    for row in rows:
        row.values.update(fixed[row.key].values)
    panel = Panel("CPU time per request", [
        Column("cpu", "CPU µs/request", 1, True), Column("rate", "requests/s", 0), Column("p50", "p50 ms", 2), Column("p99", "p99 ms", 2),
        Column("fixed_cpu", f"CPU µs at {RATE:,}/s", 1), Column("fixed_p50", f"p50 ms at {RATE:,}/s", 2),
        Column("fixed_p99", f"p99 ms at {RATE:,}/s", 2, True), Column("calls", "system calls", 2), Column("rss_start", "MiB at start", 1),
        Column("rss", "MiB after load", 1), Column("start", "start ms", 0)],
        rows, bases={"floor": "× floor", "haproxy": "× HAProxy", "haproxy-hs256": "× HAProxy HS256"})
    panel.note = "System calls of a request: " + "; ".join(
        f"{row.name}: " + ", ".join(f"{name} {count:.2f}" for name, count in list(calls[row.key].items())[:6])
        for row in rows if row.key in ("floor", "sallyport", "haproxy") and row.key in calls) + "."
    outcome.panels.append(panel)
    note_targets(outcome, panel)
    return outcome


def note_targets(outcome, panel):
    for base, what, limit in (("floor", "the floor", 1.35), ("haproxy", "HAProxy without authentication", 0.9),
                              ("haproxy-hs256", "HAProxy jwt_verify HS256", 0.6),
                              ("haproxy-binding", "HAProxy jwt_verify HS256 with type and binding", 0.5),
                              ("haproxy-rs256", "HAProxy jwt_verify RS256", 0.3), ("envoy-hs256", "Envoy jwt_authn HS256", 0.2)):
        outcome.target(f"CPU time × {what}", panel.ratios("sallyport", base), limit)
    for algorithm in ("RS256", "ES256"):
        outcome.target(f"{algorithm} × HS256", panel.ratios(f"sallyport-{algorithm.lower()}", "sallyport"), 1.05)
    mine, haproxy = panel.row("sallyport"), panel.row("haproxy")
    if mine is None:
        return
    if haproxy is not None:
        outcome.target("p99 at a fixed rate × HAProxy", [one / other for one, other in zip(
            mine.values["fixed_p99"], haproxy.values["fixed_p99"])], 1.0)
    outcome.target("system calls per request", mine.values.get("calls"), 4.3)
    outcome.target("resident memory after start, MiB", mine.values.get("rss_start"), 24, digits=1)
    outcome.target("start to first answer, ms", mine.values.get("start"), 50, digits=0)
