"""Starts real programs for the checks, waits until they answer, and ends them by their process id."""

import contextlib
import os
import pathlib
import signal
import socket
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("SALLYPORT_BINARY") or str(ROOT / ".build/debug/sallyport")


def free_port():
    """A port that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


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
