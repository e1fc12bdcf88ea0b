"""Workload 5: large answers and uploads, as bytes per CPU second."""

import heads
from report import Column, Outcome, Panel

MIB = 1 << 20
KINDS = {
    "answers of 64 KiB": (64, lambda port, token: heads.get(port, token, target="/bytes/65536"), 65536),
    "answers of 1 MiB": (16, lambda port, token: heads.get(port, token, target="/bytes/1048576"), MIB),
    "uploads of 1 MiB": (16, lambda port, token: heads.upload(port, token, MIB), len(f"{MIB}\n")),
}


def run(bed):
    outcome = Outcome(5, "bulk", "Large answers and uploads", (
        "Megabytes of bodies that a second of the proxy's CPU time moves; more is better. The origin says how many bytes of an upload it "
        "got. nginx neither stores nor collects uploads. TLS is 1.3."))
    peers, gates = bed.peers, bed.gates
    plain = {"floor": (peers.floor, True), "sallyport": (gates.plain, True), "haproxy": (peers.haproxy, True),
             "haproxy-splice": peers.haproxy_splice, "nginx": peers.nginx}
    tls = {"sallyport-tls": (gates.tls, True), "haproxy-tls": (peers.haproxy_tls, True), "nginx-tls": peers.nginx_tls}
    for what, makers in (("plain", plain), ("TLS", tls)):
        contenders = bed.choose(outcome, makers)
        with bed.running_all(outcome, contenders) as processes:
            for kind in KINDS:
                measure(bed, outcome, list(contenders), processes, kind, what)
    return outcome


def measure(bed, outcome, contenders, processes, kind, what):
    options = bed.options
    connections, request, answer = KINDS[kind]
    is_upload = kind.startswith("uploads")
    files = {contender.key: heads.write(bed.folder / f"{contender.key}.requests", [request(contender.port, contender.token)])
             for contender in contenders}
    more = ("--expect-bytes", answer)
    rounds = min(options.rounds, 5)
    bed.warm(outcome, contenders, processes, files, options.warm_up, more, connections=connections)
    rows = bed.interleave(outcome, contenders, rounds, bed.closed_loop(
        processes, files, options.seconds, connections, more), f"{kind}, {what}")
    for row in rows:
        if is_upload:
            row.values["megabytes"] = [MIB / microseconds for microseconds in row.values["cpu"]]
        row.values["throughput"] = [rate * (MIB if is_upload else answer) / 1e6 for rate in row.values["rate"]]
    suffix = "-tls" if what == "TLS" else ""
    panel = Panel(f"{kind[0].upper()}{kind[1:]}, {what}", [
        Column("megabytes", "MB per CPU second", 0, True), Column("cpu", "CPU µs/request", 1), Column("throughput", "MB/s", 0),
        Column("p99", "p99 ms", 2)], rows, "megabytes", "MB per CPU second, more is better",
        {"floor": "× floor", f"haproxy{suffix}": "× HAProxy"})
    outcome.panels.append(panel)
    outcome.target(f"{kind}, {what}: bytes per CPU second × HAProxy", panel.ratios(f"sallyport{suffix}", f"haproxy{suffix}"), 1.0, False)
