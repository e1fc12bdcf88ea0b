"""A WebSocket through the gate is the WebSocket without it: each case of websocket_cases gives the same report.

A report is every frame that the server sends (its first byte, its length, its payload), what it negotiates, and how the
connection ends. Two servers that share nothing are asked, and the clients of both libraries talk to both."""

import collections
import concurrent.futures
import os

import pytest
import websockets.sync.client
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, BytesMessage, CloseConnection, Request, TextMessage
from wsproto.extensions import PerMessageDeflate

import sockets
from browsers import sign_in
from sockets import Peer
from websocket_cases import all_cases

CASES = all_cases()


@pytest.fixture(scope="module")
def bed(tmp_path_factory):
    with sockets.gate(tmp_path_factory.mktemp("suite"), ("websockets", "wsproto"), access_seconds=3600) as (gate, ports):
        cookies = sign_in(gate.port)
        fields = [sockets.cookie(cookies)]
        yield gate, ports, fields


def path(kind):
    return "/socket/echo" if kind == "websockets" else "/socket/wsproto/echo"


def report(port, kind, fields, case):
    """What a server makes of a case."""
    with Peer(port, path(kind), fields, extensions=case.extensions, patience=4) as peer:
        assert peer.status == 101, (case.name, peer.status)
        seen = []
        for data, count in case.stages:
            peer.send(data, case.step)
            seen += peer.messages(count)
        seen += peer.transcript(closes=not case.closes)
        return {"extensions": peer.fields.get("sec-websocket-extensions"), "seen": seen}


@pytest.mark.parametrize("kind", ["websockets", "wsproto"])
def test_the_report_is_the_same_with_the_gate_and_without_it(bed, kind):
    gate, ports, fields = bed
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        def both(case):
            return report(ports[kind], kind, [], case), report(gate.port, kind, fields, case)

        reports = dict(zip((case.name for case in CASES), pool.map(both, CASES)))
    different = {name: pair for name, pair in reports.items() if pair[0] != pair[1]}
    assert not different, "\n".join(f"{name}\n  without {pair[0]}\n  with    {pair[1]}" for name, pair in different.items())
    # The report says something: what is good is echoed, what is bad fails, and nothing is met with silence.
    for case in CASES:
        seen = reports[case.name][1]["seen"]
        assert seen[-1] == "end", (case.name, seen)
        messages = sum(1 for entry in seen if entry != "end" and int(entry[0], 16) & 0x0F in (0, 1, 2)
                       and int(entry[0], 16) & 0x80)
        assert messages == case.echoes, (case.name, seen)
    codes = collections.Counter(entry[2][:4] for pair in reports.values() for entry in pair[1]["seen"]
                                if entry != "end" and entry[0] == "88")
    assert codes["03e8"] > 100 and codes["03ea"] > 30 and codes["03ef"] > 20, codes
    assert len(reports) == len(CASES) > 330


@pytest.mark.parametrize("kind", ["websockets", "wsproto"])
def test_the_client_of_websockets_speaks_through_the_gate(bed, kind):
    gate, _, fields = bed
    for compression in (None, "deflate"):
        with websockets.sync.client.connect(
                f"ws://127.0.0.1:{gate.port}{path(kind)}", additional_headers=dict(fields), user_agent_header="check",
                compression=compression, max_size=None, subprotocols=["chat", "other"]) as socket:
            assert socket.subprotocol == "chat"
            for message in ("hello", "", "日本語" * 1000, os.urandom(3_000_000), b"", "x" * 1_000_000):
                socket.send(message)
                assert socket.recv(timeout=20) == message
            socket.send(iter(["in ", "three ", "pieces"]))
            assert socket.recv(timeout=20) == "in three pieces"
            socket.ping().wait(10)
        assert socket.close_code == 1000


@pytest.mark.parametrize("kind", ["websockets", "wsproto"])
def test_the_client_of_wsproto_speaks_through_the_gate(bed, kind):
    gate, _, fields = bed
    import socket as sockets_of_system

    with sockets_of_system.create_connection(("127.0.0.1", gate.port), timeout=20) as tcp:
        connection = WSConnection(ConnectionType.CLIENT)
        tcp.sendall(connection.send(Request(
            host="127.0.0.1", target=path(kind), subprotocols=["chat"], extensions=[PerMessageDeflate()],
            extra_headers=[(name.encode(), value.encode()) for name, value in [*fields, ("User-Agent", "check")]])))
        pending = []

        def event():
            while not pending:
                data = tcp.recv(65536)
                connection.receive_data(data or None)
                pending.extend(connection.events())
            return pending.pop(0)

        accepted = event()
        assert isinstance(accepted, AcceptConnection) and accepted.subprotocol == "chat"
        assert [type(each) for each in accepted.extensions] == [PerMessageDeflate]
        for kind_of_event, message in ((TextMessage, "hello"), (BytesMessage, os.urandom(300_000))):
            tcp.sendall(connection.send(kind_of_event(data=message)))
            whole = message[:0]
            while True:
                part = event()
                whole += part.data
                if part.message_finished:
                    break
            assert whole == message
        tcp.sendall(connection.send(CloseConnection(code=4000, reason="done")))
        closed = event()
        assert (closed.code, closed.reason) == (4000, "done")
