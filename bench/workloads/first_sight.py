"""Workload 2: every request brings another token."""

import contextlib

import heads
import redis_server
import rig
import sessions
from report import Column, Outcome, Panel


def run(bed):
    # What the loop remembers is a small part of the tokens: a few of them in a hundred thousand are known when they come again.
    count, remembered = (20_000, 2048) if bed.options.quick else (100_000, 16_384)
    limits = f"limits: {{verified_tokens: {remembered}}}"
    outcome = Outcome(2, "first-sight", "First sight of a token", (
        f"{count:,} tokens in turn, one with each request; Sallyport's loop remembers {remembered:,}, so that none is known when it comes again. "
        "With memory the store is asked within the process; with Redis each token is a question to it, which is verified by its own count. "
        "Redis runs on the load's core, and its time is not the proxy's."))
    peers, gates, options = bed.peers, bed.gates, bed.options
    with contextlib.ExitStack() as stack:
        redis = {}

        def over_redis():
            redis["port"] = stack.enter_context(redis_server.running(bed))
            return gates.gate("sallyport-redis", "Sallyport, asks Redis", store=f"redis://127.0.0.1:{redis['port']}/0", more=limits)

        contenders = bed.choose(outcome, {
            "floor": (peers.floor, True),
            "sallyport-memory": (lambda: gates.gate("sallyport-memory", "Sallyport, asks nobody outside", store="memory:", more=limits),
                                 True),
            "sallyport-redis": (over_redis, True),
            "haproxy-hs256": (peers.haproxy_hs256, True), "envoy-hs256-cache": peers.envoy_jwt_cache})
        processes = stack.enter_context(bed.running_all(outcome, contenders, is_checked=False))
        files = {}
        made = [bed.peers.keys.token(number=number) for number in range(count)]
        for contender in contenders:
            tokens = made
            if contender.key.startswith("sallyport"):
                tokens = [access for access, _ in sessions.sign_in(bed, contender, count)][:count]
                contender.token, contender.is_verifying = tokens[0], True
            files[contender.key] = heads.write(bed.folder / f"{contender.key}.requests", (
                heads.get(contender.port, token) for token in tokens))
            contender.check(rig.get(bed.origin_port)[1])
        # The first pass also tells the store that each session is in use; the measured ones only ask.
        bed.warm(outcome, contenders, processes, files, 60, count=count)
        plain = bed.closed_loop(processes, files, 60, more=("--expect-bytes", 1024), count=count)

        def run_one(contender):
            if contender.key != "sallyport-redis":
                return plain(contender)
            asked = int(redis_server.info(redis["port"])["total_commands_processed"])
            figures = plain(contender)
            figures["questions"] = (int(redis_server.info(redis["port"])["total_commands_processed"]) - asked) / count
            if figures["questions"] < 0.98:
                raise rig.BenchError(f"only {figures['questions']:.2f} questions to Redis with each token: the others were known")
            return figures

        rows = bed.interleave(outcome, contenders, min(options.rounds, 5), run_one, "first sight")
    panel = Panel("CPU time per request, another token each", [
        Column("cpu", "CPU µs/request", 1, True), Column("rate", "requests/s", 0), Column("p50", "p50 ms", 2), Column("p99", "p99 ms", 2),
        Column("questions", "commands to Redis", 2)], rows, bases={"floor": "× floor", "haproxy-hs256": "× HAProxy HS256"})
    outcome.panels.append(panel)
    outcome.target("first sight without Redis × the floor", panel.ratios("sallyport-memory", "floor"), 1.6)
    outcome.target("first sight, asked in Redis × the floor", panel.ratios("sallyport-redis", "floor"), 2.2)
    return outcome
