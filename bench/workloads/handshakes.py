"""Workload 4: TLS 1.3 handshakes, full and resumed, each with one request."""

import heads
from report import Column, Outcome, Panel


def run(bed):
    outcome = Outcome(4, "handshakes", "TLS 1.3 handshakes", (
        "Each connection makes a handshake (X25519 and a P-256 certificate), one request, and ends. A full one must be full, and a resumed one must have "
        "taken the ticket of the connection before; 16 at a time."))
    peers, gates, options = bed.peers, bed.gates, bed.options
    contenders = [contender for contender in bed.choose(outcome, {
        "sallyport-tls": (gates.tls, True), "haproxy-tls": (peers.haproxy_tls, True), "nginx-tls": (peers.nginx_tls, True)})
        if contender.is_tls]
    with bed.running_all(outcome, contenders) as processes:
        files = {contender.key: heads.write(bed.folder / f"{contender.key}.requests", [heads.get(contender.port, contender.token)])
                 for contender in contenders}
        for name, extra in (("full", ()), ("resumed", ("--resume",))):
            more = {"more": ("--expect-bytes", 1024, "--close", *extra), "connections": 16}
            bed.warm(outcome, contenders, processes, files, options.warm_up, **more)
            rows = bed.interleave(outcome, contenders, min(options.rounds, 5), bed.closed_loop(
                processes, files, options.seconds, **more), f"{name} handshakes")
            for row in rows:
                row.values["capacity"] = [1e6 / microseconds for microseconds in row.values["cpu"]]
            if not rows:
                continue
            panel = Panel(f"{name.capitalize()} handshakes", [
                Column("capacity", "handshakes per CPU second", 0, True), Column("cpu", "CPU µs", 1), Column("rate", "handshakes/s", 0),
                Column("p50", "p50 ms", 2), Column("p99", "p99 ms", 2)], rows, "capacity", "handshakes per CPU second, more is better",
                {"haproxy-tls": "× HAProxy", "nginx-tls": "× nginx"})
            outcome.panels.append(panel)
            best = panel.best(["haproxy-tls", "nginx-tls"])
            if best:
                outcome.target(f"{name} handshakes per CPU second × {best.name}", panel.ratios("sallyport-tls", best.key), 0.98, False)
    return outcome
