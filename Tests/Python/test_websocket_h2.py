"""WebSockets over HTTP/2 (RFC 8441): a client of the package h2 through the gate, to an application that speaks HTTP/1.1."""

import json
import os
import socket
import time
import urllib.request

import h2.config
import h2.connection
import h2.events
import h2.settings
import pytest
from h2.errors import ErrorCodes

import sockets
from browsers import sign_in
from processes import wait_until
from sockets import BINARY, CLOSE, PING, PONG, TEXT, close, frame

WINDOW = 65_535


@pytest.fixture(scope="module")
def bed(tmp_path_factory):
    with sockets.gate(tmp_path_factory.mktemp("h2"), protocols="h2, http/1.1") as (gate, _):
        yield gate, sign_in(gate.port)


class Connection:
    """One connection of the package h2."""

    def __init__(self, port, window=None):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.port = port
        self.h2 = h2.connection.H2Connection(h2.config.H2Configuration(client_side=True, header_encoding="utf-8"))
        self.h2.initiate_connection()
        if window is not None:
            self.h2.update_settings({h2.settings.SettingCodes.INITIAL_WINDOW_SIZE: window})
        self.heads, self.bodies, self.ended, self.resets, self.goes_on = {}, {}, set(), {}, set()
        self.takes = True
        self.flush()
        self.wait(lambda: self.h2.remote_settings.enable_connect_protocol or self.is_closed)

    is_closed = False

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def flush(self):
        self.socket.sendall(self.h2.data_to_send())

    def wait(self, condition, seconds=10.0):
        """Takes what comes until the condition holds; whether it does."""
        deadline = time.monotonic() + seconds
        while not condition():
            left = deadline - time.monotonic()
            if left <= 0 or self.is_closed:
                return bool(condition())
            self.socket.settimeout(left)
            try:
                data = self.socket.recv(65536)
            except TimeoutError:
                continue
            if not data:
                self.is_closed = True
            for event in self.h2.receive_data(data):
                self.take(event)
            self.flush()
        return True

    def take(self, event):
        if isinstance(event, h2.events.ResponseReceived):
            self.heads[event.stream_id] = dict(event.headers)
        elif isinstance(event, h2.events.DataReceived):
            self.bodies[event.stream_id] = self.bodies.get(event.stream_id, b"") + event.data
            if self.takes and event.flow_controlled_length:
                self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, h2.events.StreamEnded):
            self.ended.add(event.stream_id)
        elif isinstance(event, h2.events.StreamReset):
            self.resets[event.stream_id] = event.error_code
        elif isinstance(event, h2.events.ConnectionTerminated):
            self.is_closed = True

    def open(self, path, *fields, protocol="websocket", end=False):
        """Asks for a WebSocket; the stream's number once its answer's head is there."""
        stream = self.h2.get_next_available_stream_id()
        pseudo = [(":method", "CONNECT"), (":protocol", protocol), (":scheme", "http"), (":path", path),
                  (":authority", f"127.0.0.1:{self.port}")]
        self.h2.send_headers(
            stream, [*pseudo, ("sec-websocket-version", "13"), ("user-agent", "check"), *fields], end_stream=end)
        self.flush()
        assert self.wait(lambda: stream in self.heads or stream in self.resets), "no answer"
        return stream

    def status(self, stream):
        return int(self.heads[stream][":status"])

    def send(self, stream, data, end=False):
        """Sends bytes as far as the windows allow, waiting for more room where they do not."""
        view = memoryview(data)
        while view:
            room = min(self.h2.local_flow_control_window(stream), self.h2.max_outbound_frame_size, len(view))
            if room == 0:
                assert self.wait(lambda: self.h2.local_flow_control_window(stream) > 0), "the window stays shut"
                continue
            self.h2.send_data(stream, bytes(view[:room]))
            self.flush()
            view = view[room:]
        if end:
            self.h2.end_stream(stream)
            self.flush()

    def frame(self, stream, seconds=10.0):
        """The next WebSocket frame of a stream: its opcode and its payload."""
        def head(count):
            return self.wait(lambda: len(self.bodies.get(stream, b"")) >= count, seconds)

        assert head(2), (self.bodies.get(stream), self.ended, self.resets)
        count, start = self.bodies[stream][1] & 0x7F, 2
        if count >= 126:
            start = 4 if count == 126 else 10
            assert head(start)
            count = int.from_bytes(self.bodies[stream][2:start], "big")
        assert head(start + count)
        whole = self.bodies[stream]
        self.bodies[stream] = whole[start + count :]
        return whole[0] & 0x0F, whole[start : start + count]


def field(cookies):
    return "cookie", sockets.cookie(cookies)[1]


def recorded(gate, cookies, word):
    """What the raw application has received behind a path that ends with `word`."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{gate.port}/socket/raw/recorded/{word}",
        headers={"User-Agent": "check", "Cookie": sockets.cookie(cookies)[1]})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def test_the_gate_says_that_it_takes_extended_connect(bed):
    gate, _ = bed
    with Connection(gate.port) as client:
        assert client.h2.remote_settings.enable_connect_protocol == 1


@pytest.mark.parametrize("kind", ["websockets", "wsproto"])
def test_messages_go_both_ways_beside_each_other_and_beside_requests(bed, kind):
    gate, cookies = bed
    path = "/socket/echo" if kind == "websockets" else "/socket/wsproto/echo"
    with Connection(gate.port) as client:
        streams = [client.open(path, field(cookies)) for _ in range(5)]
        assert [client.status(stream) for stream in streams] == [200] * 5
        assert "sec-websocket-accept" not in client.heads[streams[0]] and "upgrade" not in client.heads[streams[0]]
        for turn in range(3):
            for number, stream in enumerate(streams):
                client.send(stream, frame(TEXT, f"{turn} {number}"))
            request = client.h2.get_next_available_stream_id()
            client.h2.send_headers(request, [
                (":method", "GET"), (":scheme", "http"), (":path", "/public/a"), (":authority", "localhost")], end_stream=True)
            client.flush()
            assert client.wait(lambda: request in client.ended) and client.status(request) == 200
            for number, stream in enumerate(streams):
                assert client.frame(stream) == (TEXT, f"{turn} {number}".encode())
        client.send(streams[0], frame(PING, "p"))
        assert client.frame(streams[0]) == (PONG, b"p")
        client.send(streams[0], close(4000, "done"))
        assert client.frame(streams[0]) == (CLOSE, b"\x0f\xa0done")
        assert client.wait(lambda: streams[0] in client.ended)
        client.send(streams[1], frame(TEXT, "still there"))
        assert client.frame(streams[1]) == (TEXT, b"still there")


def test_a_token_in_the_subprotocol_is_taken_out_and_the_choice_comes_back(bed):
    gate, cookies = bed
    with Connection(gate.port) as client:
        stream = client.open("/socket/headers", ("sec-websocket-protocol", f"bearer.{cookies['access']}, chat"))
        assert client.status(stream) == 200 and client.heads[stream]["sec-websocket-protocol"] == "chat"
        opcode, payload = client.frame(stream)
        headers = {name.lower(): value for name, value in json.loads(payload).items()}
        assert headers["x-user-id"] == "alice" and headers["sec-websocket-protocol"] == "chat"
        assert cookies["access"] not in payload.decode() and headers["upgrade"] == "websocket"


def test_large_messages_pass_through_small_windows(bed):
    gate, cookies = bed
    with Connection(gate.port, window=16_384) as client:
        stream = client.open("/socket/echo", field(cookies))
        message = os.urandom(3_000_000)
        client.send(stream, frame(BINARY, message))
        assert client.frame(stream, 30) == (BINARY, message)


def test_who_takes_nothing_stalls_the_application_and_gets_everything_later(bed):
    gate, cookies = bed
    with Connection(gate.port) as client:
        client.takes = False
        stream = client.open("/socket/pushes/100", field(cookies))
        assert client.wait(lambda: len(client.bodies.get(stream, b"")) == WINDOW)
        assert not client.wait(lambda: len(client.bodies[stream]) > WINDOW, 0.3)
        client.takes = True
        client.h2.acknowledge_received_data(WINDOW, stream)
        client.flush()
        for number in range(100):
            assert client.frame(stream) == (BINARY, bytes([number]) * 65536)


def test_an_application_that_takes_nothing_stalls_the_client(bed):
    gate, cookies = bed
    with Connection(gate.port) as client:
        stream = client.open("/socket/raw/stall", field(cookies))
        sent, quiet = 0, 0
        while quiet < 3:
            room = min(client.h2.local_flow_control_window(stream), client.h2.max_outbound_frame_size)
            if room == 0:
                quiet += not client.wait(lambda: client.h2.local_flow_control_window(stream) > 0, 0.3)
                continue
            client.h2.send_data(stream, b"x" * room)
            client.flush()
            sent += room
            assert sent < 32 << 20, "somebody keeps all of it"
        other = client.open("/socket/echo", field(cookies))
        client.send(other, frame(TEXT, "others go on"))
        assert client.frame(other) == (TEXT, b"others go on")


def test_the_end_of_either_direction_leaves_the_other_one(bed):
    gate, cookies = bed
    with Connection(gate.port) as client:
        stream = client.open("/socket/raw/half", field(cookies))
        client.send(stream, b"x" * 200_000, end=True)
        assert client.wait(lambda: stream in client.ended)
        assert client.bodies[stream] == b"got 200000", "it was told of the end, and answered behind it"
        assert stream not in client.resets
        stream = client.open("/socket/raw/bye", field(cookies))
        assert client.wait(lambda: stream in client.ended) and client.bodies[stream] == b"good bye"
        client.send(stream, b"y" * 100_000)
        wait_until(lambda: recorded(gate, cookies, "bye")["bytes"] == 100_000, "the application reads on")
        assert stream not in client.resets
        client.send(stream, b"", end=True)
        wait_until(lambda: recorded(gate, cookies, "bye")["end"] == "end", "the application is told of the end")


def test_a_client_that_has_ended_before_the_switch_is_at_its_end_for_the_application_too(bed):
    gate, cookies = bed
    with Connection(gate.port) as client:
        stream = client.open("/socket/raw/half", field(cookies), end=True)
        assert client.status(stream) == 200
        assert client.wait(lambda: stream in client.ended, 5), "the application waits for bytes that will never come"
        assert client.bodies[stream] == b"got 0"


def test_resets_reach_the_other_side(bed):
    gate, cookies = bed
    with Connection(gate.port) as client:
        stream = client.open("/socket/raw/mine", field(cookies))
        client.send(stream, b"abc")
        wait_until(lambda: recorded(gate, cookies, "mine")["bytes"] == 3, "the application has it")
        client.h2.reset_stream(stream, ErrorCodes.CANCEL)
        client.flush()
        wait_until(lambda: recorded(gate, cookies, "mine")["end"] == "reset", "the application is told of the reset")
        stream = client.open("/socket/raw/reset", field(cookies))
        client.send(stream, b"!")
        assert client.wait(lambda: stream in client.resets)
        assert client.resets[stream] == ErrorCodes.CONNECT_ERROR and stream not in client.ended


def test_what_is_refused_is_an_answer(bed):
    gate, cookies = bed
    rows = [
        (("/socket/echo",), {}, 401), (("/socket/echo", ("sec-websocket-protocol", "bearer.garbage")), {}, 401),
        (("/socket/echo", field(cookies), ("origin", "http://evil.example")), {}, 403),
        (("/socket/raw/refuse", field(cookies)), {}, 403), (("/socket/echo", field(cookies)), {"protocol": "chat"}, 501),
    ]
    with Connection(gate.port) as client:
        for row, options, status in rows:
            stream = client.open(*row, **options)
            assert client.status(stream) == status, (row, client.heads[stream])
        stream = client.open("/socket/echo", field(cookies), ("origin", f"http://127.0.0.1:{gate.port}"))
        assert client.status(stream) == 200


def test_a_sign_out_closes_the_stream_within_a_second(tmp_path):
    with sockets.gate(tmp_path, ("websockets",), protocols="h2, http/1.1") as (gate, _):
        cookies = sign_in(gate.port)
        with Connection(gate.port) as client:
            streams = [client.open("/socket/echo", field(cookies)) for _ in range(3)]
            client.send(streams[0], frame(TEXT, "there"))
            assert client.frame(streams[0]) == (TEXT, b"there")
            begun = time.monotonic()
            gate.command("session", "end", "--all-of", "alice")
            for stream in streams:
                opcode, payload = client.frame(stream, 3)
                assert opcode == CLOSE and payload[:2] == b"\x11\x31", payload
                assert client.wait(lambda: stream in client.ended)
            assert not client.is_closed, "the connection goes on"
            print(f"closed {time.monotonic() - begun:.2f} s after the command began")
