"""Workload 6: echoes through a WebSocket's tunnel."""

import heads
from report import Column, Outcome, Panel


def run(bed):
    outcome = Outcome(6, "websocket", "WebSocket echo", (
        "64 WebSockets that were opened with a token; each sends a message when the echo of the one before is whole and the same. The "
        "origin takes the mask off, so that each echo is a frame of its own."))
    peers, gates, options = bed.peers, bed.gates, bed.options
    contenders = bed.choose(outcome, {
        "floor": (peers.floor, True), "sallyport": (gates.plain, True), "haproxy": (peers.haproxy, True), "nginx": (peers.nginx, True)})
    with bed.running_all(outcome, contenders) as processes:
        files = {contender.key: heads.write(bed.folder / f"{contender.key}.requests", [
            heads.websocket(contender.port, contender.token)]) for contender in contenders}
        for size, name in ((128, "128 bytes"), (16384, "16 KiB")):
            # The origin counts the opening only.
            more = {"more": ("--frame", size), "is_counted": False}
            bed.warm(outcome, contenders, processes, files, options.warm_up, **more)
            rows = bed.interleave(outcome, contenders, min(options.rounds, 5), bed.closed_loop(
                processes, files, options.seconds, **more), f"echoes of {name}")
            panel = Panel(f"Echoes of {name}", [
                Column("cpu", "CPU µs/echo", 1, True), Column("rate", "echoes/s", 0), Column("p50", "p50 ms", 2),
                Column("p99", "p99 ms", 2)], rows, unit="CPU µs per echo", bases={"floor": "× floor", "haproxy": "× HAProxy"})
            outcome.panels.append(panel)
            outcome.target(f"echoes of {name} × the floor", panel.ratios("sallyport", "floor"), 1.3)
    return outcome
