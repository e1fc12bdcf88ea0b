"""What HTTP/2 carries arrives once and whole, and no order of events takes a connection's deadline away."""

import hashlib
import json
import os
import signal
import socket

import pytest

import gates
import processes
from h2wire import *

WIDE = (4, 2**31 - 1)


@pytest.fixture
def serve(tmp_path):
    """Starts a gate that has no connection to its application yet; gives it and its process."""
    with gates.application(tmp_path) as application:
        gate = gates.Gate(
            tmp_path / "gate", "memory:", application, protocols="h2",
            limits="head_timeout_seconds: 1, keep_alive_timeout_seconds: 30")
        with gate.serving() as process:
            yield gate, process


def upload(client, stream, body):
    """Sends a body, in frames as large as they may be, and no faster than the windows open."""
    sent, seen, windows = 0, 0, {0: 65535, stream: client.settings[4]}
    while sent < len(body):
        for kept in client.frames[seen:]:
            if kept.type == WINDOW_UPDATE and kept.stream in windows:
                windows[kept.stream] += struct.unpack(">I", kept.payload)[0]
        seen = len(client.frames)
        length = min(windows[0], windows[stream], 16384, len(body) - sent)
        if length == 0:
            assert client.wait(lambda: len(client.frames) > seen), "the windows stay closed"
            continue
        client.send(frame(DATA, 0, stream, body[sent : sent + length]))
        sent += length
        windows[0] -= length
        windows[stream] -= length
    client.send(frame(DATA, END_STREAM, stream))


def test_a_body_without_a_length_that_comes_before_the_application_is_reached_is_sent_once(serve):
    gate, process = serve
    body = os.urandom(5000)
    with Client(gate.port) as client:
        client.send(
            frame(HEADERS, END_HEADERS, 1, block(request(method="POST"))), frame(DATA, 0, 1, body[:1000]),
            frame(DATA, 0, 1, body[1000:]))
        # Its end comes later: until then, nobody may do without the bytes that have come.
        assert not client.wait(lambda: client.is_closed or 1 in client.resets, 0.3)
        client.send(frame(DATA, END_STREAM, 1))
        status, _, answer = client.answer(1)
    assert (status, json.loads(answer)["digest"]) == (200, hashlib.sha256(body).hexdigest())
    assert process.poll() is None


def test_a_body_without_a_length_that_comes_while_the_store_is_asked_is_sent_once(serve):
    gate, _ = serve
    body = os.urandom(3000)
    with Client(gate.port) as client:
        form = b"username=alice"
        client.send(
            frame(HEADERS, END_HEADERS, 1, block(request(method="POST", path="/login"))),
            frame(DATA, END_STREAM, 1, form))
        status, head, _ = client.answer(1)
        assert status == 200
        cookie = next(value.partition(";")[0] for name, value in head if value.startswith("access="))
        fields = request(("cookie", cookie), ("sec-fetch-site", "same-origin"), method="POST", path="/upload")
        client.send(frame(HEADERS, END_HEADERS, 3, block(fields)), frame(DATA, 0, 3, body))
        client.send(frame(DATA, END_STREAM, 3))
        status, _, answer = client.answer(3)
    told = json.loads(answer)
    assert (status, told["digest"]) == (200, hashlib.sha256(body).hexdigest())
    assert told["headers"]["x-user-id"] == "alice"


def test_a_large_body_without_a_length_arrives_as_it_was_sent(serve):
    gate, _ = serve
    body = os.urandom(4 << 20)
    with Client(gate.port, patience=20) as client:
        client.head(1, request(method="POST"), END_HEADERS)
        upload(client, 1, body)
        status, _, answer = client.answer(1)
    told = json.loads(answer)
    assert (status, told["body"], told["digest"]) == (200, len(body), hashlib.sha256(body).hexdigest())


@pytest.mark.parametrize("flaw", [("x_y", "z"), ("expect", "wonders"), ("host", "other")], ids=lambda flaw: flaw[0])
def test_a_refused_request_gets_a_body_unless_it_is_head(serve, flaw):
    gate, _ = serve
    with Client(gate.port) as client:
        client.head(1, request(flaw, method="HEAD"))
        client.head(3, request(flaw))
        assert client.answer(1)[0] == client.answer(3)[0] >= 400
        assert not client.bodies[1] and client.bodies[3]


def test_an_event_stream_whose_client_takes_nothing_ends_with_its_token_too(serve):
    gate, _ = serve
    with Client(gate.port, first=[(4, 0)]) as client:
        client.send(
            frame(HEADERS, END_HEADERS, 1, block(request(method="POST", path="/login"))),
            frame(DATA, END_STREAM, 1, b"username=alice"), window(65535, 1))
        _, head, _ = client.answer(1)
        cookies = "; ".join(value.partition(";")[0] for name, value in head if name == "set-cookie")
        client.head(3, request(("cookie", cookies), path="/events"))
        assert client.wait(lambda: client.heads[3])
        time.sleep(0.3)
        client.head(5, request(("cookie", cookies), ("sec-fetch-site", "same-origin"), method="POST",
                               path="/.sallyport/logout"))
        assert client.answer(5)[0] == 204
        assert client.wait(lambda: 3 in client.resets, 2), "what waits for it may be read for half a minute"
        assert 3 not in client.ended and not client.bodies[3]


def narrow(gate):
    """A client whose socket takes little: what it does not read stays with the gate."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect(("127.0.0.1", gate.port))
    client = Client(gate.port, first=[WIDE], patience=10, connected=connection)
    client.send(window(WIDE[1] - 65535))
    return client


def read_slowly(client, seconds):
    """Takes nothing for a while, so that bytes wait at the gate."""
    client.wait(lambda: any(kept.type == DATA for kept in client.frames))
    time.sleep(seconds)


def test_a_head_that_does_not_end_is_cut_also_where_an_answer_had_to_wait_for_the_client(serve):
    gate, _ = serve
    with narrow(gate) as client:
        client.head(1, request(path="/public/bytes/8000000"))
        read_slowly(client, 0.3)
        client.send(frame(HEADERS, END_STREAM, 3, block(request())[:10]))
        assert client.wait(lambda: 1 in client.ended), "the answer did not end"
        assert client.wait(lambda: client.is_closed, 5), "the head may take for ever"


def test_an_answer_that_waits_for_its_client_outlives_the_word_that_the_gate_ends(serve):
    gate, process = serve
    with narrow(gate) as client:
        client.head(1, request(path="/public/bytes/8000000"))
        read_slowly(client, 0.3)
        process.send_signal(signal.SIGTERM)
        # Longer than a client has to stop opening streams, and much shorter than one may take over its answer.
        time.sleep(1.2)
        assert client.wait(lambda: 1 in client.ended, 10), (client.is_closed, client.resets, client.goaway)
        assert len(client.bodies[1]) == 8_000_000
        # With the last answer the connection has no more to do, and the process neither.
        assert client.wait(lambda: client.is_closed, 5), "the connection does not end"
    assert process.wait(5) == 0
