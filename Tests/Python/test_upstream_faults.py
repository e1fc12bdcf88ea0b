"""Faults of an application, each for clients of HTTP/1.1 and HTTP/2: the right status, never a wrong byte, no connection
that is used again after a fault, and no memory that stays."""

import contextlib
import pathlib
import socket
import time

import pytest

import faults
import h1wire
import h2wire
import processes

CONFIGURATION = """
workers: 1
listeners:
  - address: 127.0.0.1:{port}
    protocols: [h2, http/1.1]
tokens: {{refresh_ahead_seconds: 0}}
store: {{url: "memory:"}}
upstreams:
  application: {{endpoints: ["127.0.0.1:{application}"]}}
  dead: {{endpoints: ["127.0.0.1:{dead}"]}}
routes:
  - {{match: {{path_prefix: /}}, upstream: application, authentication: none}}
  - {{match: {{path_prefix: /dead}}, upstream: dead, authentication: none}}
limits:
  upstream_first_byte_timeout_seconds: 0.6
  upstream_idle_timeout_seconds: 0.6
logging: {{access: off, audit: off, level: error}}
"""


class Gate:
    def __init__(self, process, port, origin):
        self.process, self.port, self.origin = process, port, origin

    def resident(self):
        """Resident memory in KiB."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0])

    def descriptors(self):
        return len(list(pathlib.Path(f"/proc/{self.process.pid}/fd").iterdir()))


@pytest.fixture(scope="module")
def gate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("faults")
    with faults.Origin() as origin, contextlib.closing(socket.socket()) as dead:
        # Bound and not listening: nobody else gets the port, and connections are refused.
        dead.bind(("127.0.0.1", 0))
        port = processes.free_port()
        path = folder / "sallyport.yaml"
        path.write_text(CONFIGURATION.format(port=port, application=origin.port, dead=dead.getsockname()[1]))
        command = [processes.BINARY, "serve", "--config", path]
        with processes.running(command, folder / "serve.log", port, {"JWT_SECRET_KEY": "k" * 32}) as process:
            yield Gate(process, port, origin)


def over_http1(gate, method, path, body=None):
    """What a client of HTTP/1.1 sees."""
    with h1wire.Client(gate.port) as client:
        return client.exchange(method, path, body=body)


def over_http2(gate, method, path, body=None):
    """What a client of HTTP/2 sees."""
    with h2wire.Client(gate.port, patience=10) as client:
        fields = h2wire.request(method=method, path=path)
        if body is None:
            client.head(1, fields)
        else:
            client.head(1, fields, h2wire.END_HEADERS)
            for start in range(0, len(body), 16000):
                part = body[start : start + 16000]
                is_last = start + len(part) == len(body)
                client.send(h2wire.frame(h2wire.DATA, h2wire.END_STREAM if is_last else 0, 1, part))
        assert client.wait(lambda: 1 in client.ended or 1 in client.resets or client.goaway), "nothing came"
        assert not client.goaway, "the connection has to outlive a fault of the application"
        finals = [dict(head) for head in client.heads[1] if not dict(head)[":status"].startswith("1")]
        status = int(finals[0][":status"]) if finals else 0
        assert client.lives()
        return h1wire.Outcome(
            "whole" if 1 in client.ended else "cut" if finals else "none", status, finals[0] if finals else {},
            client.bodies[1], True)


CLIENTS = {"http/1.1": over_http1, "h2": over_http2}
number = iter(range(1_000_000))


def check(gate, ask, fault, expected, method="GET", body=None):
    """Asks for a fault, and then for something good: its answer has to be its own, over another connection."""
    nonce = f"n{next(number)}"
    outcome = ask(gate, method, f"/public/{fault}/{nonce}", body)
    if outcome.status == 200:
        assert outcome.kind in expected, (fault, outcome)
        whole = b"" if method == "HEAD" else faults.pattern(nonce)
        assert whole.startswith(outcome.body), "a byte that the application did not mean"
        assert outcome.kind == "cut" or outcome.body == whole
    elif outcome.status:
        # A fault that comes before any of the answer was sent on may be told by a status instead.
        assert outcome.status in expected or "cut" in expected and outcome.status == 502, (fault, outcome)
        assert outcome.kind == "whole" and b"poison" not in outcome.body
    else:
        assert "cut" in expected, (fault, outcome)
    after = f"n{next(number)}"
    good = ask(gate, "GET", f"/public/good/{after}")
    assert (good.status, good.kind, good.body) == (200, "whole", faults.pattern(after)), (fault, good)
    assert not gate.origin.reused_after_fault


@pytest.mark.parametrize("protocol", CLIENTS)
@pytest.mark.parametrize("fault", faults.FAULTS)
def test_a_fault_is_the_right_status_or_a_cut_that_is_seen(gate, fault, protocol):
    check(gate, CLIENTS[protocol], fault, faults.FAULTS[fault][1])


@pytest.mark.parametrize("protocol", CLIENTS)
@pytest.mark.parametrize("fault", ["good", "early", "reset_before", "close_before", "reset_in_body", "hang", "garbage"])
def test_a_fault_during_an_upload_is_no_other(gate, fault, protocol):
    """60,000 bytes fit in the window of HTTP/2; the early answer comes before all of them have gone."""
    check(gate, CLIENTS[protocol], fault, faults.FAULTS[fault][1], method="POST", body=b"u" * 60_000)


def test_an_early_answer_to_a_large_upload_reaches_a_client_that_still_sends(gate):
    with h1wire.Client(gate.port) as client:
        client.send(b"POST /public/early/large HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50000000\r\n\r\n")
        client.socket.settimeout(0.05)
        with contextlib.suppress(TimeoutError):
            while client.send(b"u" * 65536):
                pass
        client.socket.settimeout(10)
        outcome = client.answer("POST")
    assert (outcome.status, outcome.body) == (413, faults.pattern("large"))


@pytest.mark.parametrize("protocol", CLIENTS)
@pytest.mark.parametrize("fault", ["good", "chunked", "longer", "head_with_body", "reset_before", "garbage"])
def test_head_has_no_body_whatever_the_application_sends(gate, fault, protocol):
    expected = faults.FAULTS.get(fault, (None, {"whole"}))[1]
    check(gate, CLIENTS[protocol], fault, expected, method="HEAD")


@pytest.mark.parametrize("protocol", CLIENTS)
def test_an_application_that_nobody_listens_for_is_503_at_once(gate, protocol):
    start = time.monotonic()
    for _ in range(20):
        outcome = CLIENTS[protocol](gate, "GET", "/dead")
        assert (outcome.status, outcome.kind) == (503, "whole")
    assert time.monotonic() - start < 5


def test_a_client_of_http1_keeps_its_connection_after_a_status_that_tells_of_a_fault(gate):
    with h1wire.Client(gate.port) as client:
        for fault in ["reset_before", "garbage", "endless_head", "hang", "two_lengths"]:
            assert client.exchange("GET", f"/public/{fault}/x").status in (502, 504)
            assert client.exchange("GET", "/public/good/y").body == faults.pattern("y")


def test_a_stream_that_fails_takes_no_other_stream_along(gate):
    with h2wire.Client(gate.port) as client:
        for stream, fault in ((1, "hang_in_body"), (3, "bad_chunk"), (5, "slow"), (7, "reset_before"), (9, "good")):
            client.head(stream, h2wire.request(path=f"/public/{fault}/s{stream}"))
        assert client.answer(5)[2] == faults.pattern("s5")
        assert client.answer(9)[2] == faults.pattern("s9")
        assert client.answer(7)[0] == 502
        assert client.wait(lambda: 1 in client.resets and 3 in client.resets)
        assert client.lives()


def test_faults_leave_no_memory_and_no_descriptor_behind(gate):
    def everything():
        for fault, (_, expected) in faults.FAULTS.items():
            if "hang" not in fault:
                for ask in CLIENTS.values():
                    check(gate, ask, fault, expected)

    everything()
    processes.wait_until(lambda: gate.descriptors() < 40, "connections are closed")
    before = gate.resident()
    for _ in range(10):
        everything()
    grown = gate.resident() - before
    assert grown < 4096 + processes.kept_by_sanitizer_kib(), f"{grown} KiB more"
    processes.wait_until(lambda: gate.descriptors() < 40, "connections are closed")


def test_a_body_behind_an_answer_to_head_that_comes_late_is_nobodys_answer(gate):
    """The head comes in one piece and the body in the next: between the two the connection looks free."""
    with h1wire.Client(gate.port) as client:
        for turn in range(30):
            sent = gate.origin.late_bodies
            assert client.exchange("HEAD", f"/public/late_head_body/{turn}").status == 200
            processes.wait_until(lambda: gate.origin.late_bodies > sent, "the body is sent")
            outcome = client.exchange("GET", f"/public/good/late{turn}")
            assert (outcome.status, outcome.body) == (200, faults.pattern(f"late{turn}"))
