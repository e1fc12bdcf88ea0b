"""Starts real programs for the checks, waits until they answer, and ends them by their process id."""

import contextlib
import functools
import os
import pathlib
import random
import signal
import socket
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("SALLYPORT_BINARY") or str(ROOT / ".build/debug/sallyport")


def free_port():
    """A port that nobody has, that nobody else here was told of, and that no connection is given: it lies below those that
    the kernel deals out to clients.

    A port of theirs could be free here, and be the near end of somebody's connection when a server is told to take it. And
    of two proxies that are told the same one, both would get it, and share its connections.
    """
    for port in ports():
        with socket.socket() as probe:
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return port
    raise AssertionError("no free port below those of clients")


@functools.cache
def ports():
    """All that `free_port` may hand out, once each. The iterator of a list may be asked by several threads at once."""
    numbers = list(range(10_000, first_client_port()))
    random.shuffle(numbers)
    return iter(numbers)


@functools.cache
def first_client_port():
    return int(pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])


def kept_by_sanitizer_kib():
    """What the address sanitizer holds on to for a while when it is freed, and around what is allocated: what a process
    under it grows by beyond that is the process' own."""
    return 24 * 1024 if "ASAN_OPTIONS" in os.environ else 0


def bytes_for_each():
    """How many bytes of memory a process has for each one that it uses: the thread sanitizer notes beside each what touched it."""
    return 5 if "TSAN_OPTIONS" in os.environ else 1


def time_for_each():
    """How many times as long code of ours takes as in a build without a sanitizer, at the least: the thread sanitizer notes
    each access to memory."""
    return 3 if "TSAN_OPTIONS" in os.environ else 1


def wait_until(condition, what, seconds=15.0):
    """Returns the first true value of `condition`; fails with `what` when the deadline passes."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.02)


def accepts(port):
    """Whether something accepts connections on the loopback port."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


@contextlib.contextmanager
def running(arguments, log, port=None, environment=None):
    """Runs a program until the block ends; where `port` is given, the block begins when the port accepts.

    Its output goes to the file `log`. A program that ends by itself before it is ready fails with what it wrote.
    """
    with open(log, "wb") as output:
        process = subprocess.Popen(
            [str(argument) for argument in arguments], stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            env={**os.environ, **(environment or {})})
    try:

        def ready():
            assert process.poll() is None, f"{arguments[0]} ended by itself: {pathlib.Path(log).read_text()[-2000:]}"
            return accepts(port)

        if port is not None:
            wait_until(ready, f"{arguments[0]} accepts on port {port}")
        yield process
    finally:
        stop(process)


def stop(process, seconds=10):
    """Ends a process: SIGTERM, and SIGKILL where it has not ended in time. Returns its exit status."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    return process.returncode


def sallyport(*arguments, environment=None, stdin=None, check=True):
    """Runs a sallyport command to its end and returns it; with `check`, a failure fails the test with its words."""
    done = subprocess.run(
        [BINARY, *map(str, arguments)], input=stdin, capture_output=True, text=True, timeout=60,
        env={**os.environ, **(environment or {})})
    assert not check or done.returncode == 0, f"{arguments}: status {done.returncode}: {done.stderr[-2000:]}"
    return done
