"""Workload 3: pages of a browser, over HTTP/2 and TLS."""

import re
import shutil
import subprocess

import heads
import rig
from report import Column, Outcome, Panel

CONNECTIONS, REQUESTS = 16, 30


def run(bed):
    outcome = Outcome(3, "browser", "Pages of a browser over HTTP/2", (
        f"{CONNECTIONS} TLS 1.3 connections with HTTP/2; each has {REQUESTS} requests under way, as a page that loads has, with the session's cookies "
        "and answers of 1 KiB. The load is h2load. nginx and HAProxy do not authenticate. To the origin all speak HTTP/1.1."))
    if shutil.which("h2load") is None:
        outcome.left_out.append("h2load is not installed.")
        return outcome
    peers, gates, options = bed.peers, bed.gates, bed.options
    contenders = [contender for contender in bed.choose(outcome, {
        "sallyport-tls": (gates.tls, True), "haproxy-tls": (peers.haproxy_tls, True), "nginx-tls": (peers.nginx_tls, True)})
        if contender.is_tls]
    with bed.running_all(outcome, contenders) as processes:
        rates = {}
        for contender in list(contenders):
            try:
                rates[contender.key] = measure(bed, contender, processes[contender.key], CONNECTIONS * REQUESTS * 4)["rate"]
            except rig.BenchError as problem:
                bed.fail(outcome, contender, contenders, problem)
        rows = bed.interleave(outcome, contenders, min(options.rounds, 5), lambda contender: measure(
            bed, contender, processes[contender.key], int(rates[contender.key] * options.seconds)), "pages")
    if rows:
        panel = Panel("CPU time per request", [
            Column("cpu", "CPU µs/request", 1, True), Column("rate", "requests/s", 0), Column("mean", "mean ms", 2)], rows,
            bases={"haproxy-tls": "× HAProxy", "nginx-tls": "× nginx"})
        outcome.panels.append(panel)
        best = panel.best(["haproxy-tls", "nginx-tls"], is_least=True)
        if best:
            outcome.target(f"CPU time × {best.name}", panel.ratios("sallyport-tls", best.key), 0.8)
    return outcome


def measure(bed, contender, process, count):
    """One run of h2load. Its connections are made within the run: 16 handshakes, among thousands of requests."""
    whole = CONNECTIONS * REQUESTS
    count = max(whole, count // whole * whole)
    cookie = f"{heads.COOKIES[0]}={contender.token}; theme=dark"
    fields = [option for name, value in (("user-agent", heads.USER_AGENT), ("accept", "*/*"), ("accept-language", "en-GB,en;q=0.5"),
                                         ("sec-fetch-mode", "cors"), ("sec-fetch-site", "same-origin"), ("cookie", cookie))
              for option in ("-H", f"{name}: {value}")]
    arrived, usage = bed.origin_count(), rig.Usage([process])
    done = subprocess.run(
        ["taskset", "--cpu-list", str(rig.LOAD_CORE), "h2load", "-t", "1", "-c", str(CONNECTIONS), "-m", str(REQUESTS), "-n", str(count),
         *fields, f"https://127.0.0.1:{contender.port}/api/items"], capture_output=True, text=True, timeout=180)
    spent, arrived = usage.seconds(), bed.origin_count() - arrived
    text = done.stdout
    good = re.search(r"status codes: (\d+) 2xx", text)
    if "Application protocol: h2" not in text or good is None or int(good[1]) != count:
        raise rig.BenchError(f"{contender.name}: of {count} requests over HTTP/2: " + "; ".join(
            line for line in (text + done.stderr).splitlines() if line.startswith(("requests:", "status codes:", "Application protocol:")))[:400])
    if arrived != count:
        raise rig.BenchError(f"{contender.name}: {count} answers, but {arrived} requests at the origin")
    rate = float(re.search(r"finished in [^,]+, ([\d.]+) req/s", text)[1])
    mean, unit = re.search(r"time for request:\s+\S+\s+\S+\s+([\d.]+)(us|ms|s)\b", text).groups()
    return {"cpu": spent * 1e6 / count, "rate": rate, "mean": float(mean) * {"us": 0.001, "ms": 1, "s": 1000}[unit]}
