"""A store with a thousand and with a million sessions: what a verdict costs, what a session takes, and what it takes to forget.

For SQLite: bytes per session in the file, and the removal of all that has expired (twice as many tokens as sessions, and the
sessions) while another connection signs users in and asks for verdicts. For Redis: memory per session, from INFO memory of
a server of its own."""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile
import time


def measure(program, url, count, what):
    result = subprocess.run([program, url, str(count), what], capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"bench stores: {url.split(':')[0]} with {count} sessions failed: {result.stderr.strip()}")
    figures = {}
    for line in result.stdout.split("\n"):
        if line:
            name, value = line.split()
            # The last round of several counts: caches are warm then.
            figures[name] = float(value)
    return figures


def redis_memory(path):
    text = subprocess.run(["redis-cli", "-s", path, "INFO", "memory"], capture_output=True, text=True).stdout
    return next(int(line.split(":")[1]) for line in text.split() if line.startswith("used_memory:"))


def with_redis(folder, work):
    path = f"{folder}/redis.sock"
    server = subprocess.Popen(["redis-server", "--port", "0", "--unixsocket", path, "--save", "", "--dir", folder],
                              stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 10
        while subprocess.run(["redis-cli", "-s", path, "PING"], capture_output=True).stdout != b"PONG\n":
            if time.monotonic() > deadline:
                sys.exit("bench stores: redis-server does not start")
            time.sleep(0.05)
        return work(path)
    finally:
        server.terminate()
        server.wait()


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench stores", description=__doc__)
    parser.add_argument("--program", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--sessions", type=int, default=1_000_000)
    options = parser.parse_args()
    few, many = 1000, options.sessions
    print(f"load {os.getloadavg()[0]:.1f}; {few} and {many} sessions")
    missed = []

    def want(name, value, limit):
        if value > limit:
            missed.append(f"{name}: {value:.2f}, wanted at most {limit}")

    with tempfile.TemporaryDirectory() as folder:
        sqlite = {n: measure(options.program, f"sqlite:{folder}/{n}.db", n, "cleanup" if n == many else "keep")
                  for n in (few, many)}
        redis, memory = {}, {}

        def fill(n):
            def work(path):
                before = redis_memory(path)
                redis[n] = measure(options.program, f"unix://{path}", n, "keep")
                memory[n] = (redis_memory(path) - before) / n
            return work

        for n in (few, many):
            with_redis(folder, fill(n))

    print(f"{'':8} {'sessions':>9} {'verdict µs':>11} {'CPU µs':>8} {'bytes each':>11} {'filled in s':>12}")
    for name, figures, size in (("SQLite", sqlite, {n: sqlite[n]["file_bytes"] / n for n in sqlite}),
                                ("Redis", redis, memory)):
        for n in (few, many):
            f = figures[n]
            print(f"{name:8} {n:9} {f['verdict_us']:11.1f} {f['verdict_cpu_us']:8.1f} {size[n]:11.0f} "
                  f"{f['fill_seconds']:12.1f}")
        want(f"{name}: cost of a verdict, of that at a thousand",
             figures[many]["verdict_cpu_us"] / figures[few]["verdict_cpu_us"], 1.1)
    f = sqlite[many]
    print(f"SQLite forgets {f['cleanup_entries']:.0f} entries in {f['cleanup_seconds']:.1f} s"
          + (f" (the first million in {f['cleanup_million_seconds']:.1f} s)" if "cleanup_million_seconds" in f else "")
          + f"; meanwhile {f['cleanup_verdicts']:.0f} verdicts: median {f['cleanup_verdict_median_ms']:.2f} ms, "
          f"worst {f['cleanup_verdict_worst_ms']:.1f} ms; as many logins: median {f['cleanup_login_median_ms']:.2f} ms, "
          f"99.9 % {f['cleanup_login_p999_ms']:.1f} ms, worst {f['cleanup_login_worst_ms']:.1f} ms")
    want("SQLite: a million forgotten, seconds", f.get("cleanup_million_seconds", f["cleanup_seconds"]), 30)
    want("SQLite: slowest verdict meanwhile, ms", f["cleanup_verdict_worst_ms"], 20)
    want("SQLite: slowest login meanwhile, ms", f["cleanup_login_worst_ms"], 20)
    print("Wanted: verdicts within 10 %, a million forgotten in 30 s, no request slower than 20 ms. "
          + ("Missed: " + "; ".join(missed) + "." if missed else "All of it is so."))


if __name__ == "__main__":
    main()
