"""ATTACKS.md, row 33: floods of HTTP/2 frames. Who floods is cut; another client, all the while, sees nothing of it."""

import struct
import threading

import pytest

import gates
import processes
from h2wire import *

GET = block(request())
CODES = (ENHANCE_YOUR_CALM, PROTOCOL_ERROR)


def rapid_reset(turn):
    """CVE-2023-44487: streams that are opened and given up at once."""
    stream = 2 * turn + 1
    return frame(HEADERS, END_STREAM | END_HEADERS, stream, GET) + frame(RST_STREAM, 0, stream, struct.pack(">I", CANCEL))


def continuation(turn):
    """CVE-2024-27316: a header list without end."""
    return frame(CONTINUATION, 0, 1, literal(f"x-{turn}", "y" * 100)) if turn else frame(HEADERS, END_STREAM, 1, GET)


def made_you_reset(turn):
    """CVE-2025-8671: streams that the server has to reset for the client's mistakes."""
    stream = 2 * turn + 1
    return frame(HEADERS, END_HEADERS, stream, block(request(method="POST"))) + window(0, stream)


def pings(turn):
    return frame(PING, 0, 0, bytes(8))


def empty_settings(turn):
    return settings()


FLOODS = [rapid_reset, continuation, made_you_reset, pings, empty_settings]


@pytest.fixture(scope="module")
def gate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("floods")
    with gates.application(folder) as application:
        gate = gates.Gate(folder / "gate", "memory:", application, protocols="h2")
        with gate.serving() as process:
            yield gate, process


def resident_kib(process):
    with open(f"/proc/{process.pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))


@pytest.mark.parametrize("flood", FLOODS, ids=[flood.__name__ for flood in FLOODS])
def test_row_33_who_floods_is_cut_and_others_are_served(gate, flood):
    gate, process = gate
    faults, answers, done = [], [], threading.Event()

    def innocent():
        try:
            with Client(gate.port) as client:
                stream = 1
                while not done.is_set():
                    client.head(stream, request())
                    status, _, body = client.answer(stream)
                    answers.append(status)
                    client.send(window(len(body)))
                    stream += 2
        except Exception as fault:  # whatever it is, it must be told
            faults.append(fault)

    thread = threading.Thread(target=innocent)
    thread.start()
    try:
        before = resident_kib(process)
        for _ in range(5):
            with Client(gate.port) as client:
                for turn in range(0, 20_000, 50):
                    client.send(*(flood(turn + step) for step in range(50)))
                    if client.is_closed:
                        break
                assert client.wait(lambda: client.is_closed), "it was not cut"
                # A connection that is cut in the middle of what it sends may lose the last word.
                assert client.goaway is None or client.goaway[1] in CODES, client.goaway
        assert resident_kib(process) - before < 16 * 1024 + processes.kept_by_sanitizer_kib()
    finally:
        done.set()
        thread.join(20)
    assert not faults, faults
    assert answers and set(answers) == {200}


def test_streams_whose_client_takes_nothing_cost_little_and_come_whole_when_it_does(gate):
    gate, process = gate
    clients, streams = [], range(1, 200, 2)
    try:
        before = resident_kib(process)
        for _ in range(5):
            client = Client(gate.port, first=[(4, 0)], patience=20)
            clients.append(client)
            for stream in streams:
                client.head(stream, request(path="/public/bytes/150000"))
        for client in clients:
            assert client.wait(lambda: len(client.heads) == len(streams)), (len(client.heads), client.goaway)
        # What comes may still come: as soon as all has, memory stays as it is.
        growth = [0, -1]
        while growth[-1] != growth[-2]:
            time.sleep(0.3)
            growth.append(resident_kib(process) - before)
        assert growth[-1] < 14 * 1024 * processes.bytes_for_each() + processes.kept_by_sanitizer_kib(), growth
        for client in clients:
            client.send(settings((4, 2**31 - 1)), window(2**31 - 1 - 65535))
            assert client.wait(lambda: len(client.ended) == len(streams)), (len(client.ended), client.resets)
            assert {len(client.bodies[stream]) for stream in streams} == {150_000}
    finally:
        for client in clients:
            client.socket.close()
