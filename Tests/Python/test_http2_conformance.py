"""RFC 9113 and RFC 7541 clause by clause: what a client may send is taken, what it must not send is answered as they say.

Each row is named by the section that it is about; the sections of RFC 7540 that have moved keep the numbers under which they are
known. The rows were written from the two RFCs. A conformance suite of others has a list of cases; where it lies beside the clone,
the last test compares how many there are for each section.
"""

import collections
import json
import struct

import pytest

import gates
from h2wire import *

ROWS = []


def row(family, section, title, expected):
    """Declares a row: what is done on a fresh connection, and what has to come of it."""

    def declare(act):
        ROWS.append((family, section, title, expected, act))
        return act

    return declare


def sends(family, section, title, expected, *parts):
    """A row that only sends bytes."""
    row(family, section, title, expected)(lambda c: c.send(*parts))


class Expected:
    """What has to come of it."""

    @staticmethod
    def answer(c, stream=1):
        assert c.answer(stream)[0] == 200

    @staticmethod
    def alive(c):
        assert c.lives(), (c.goaway, c.resets, c.is_closed)

    @staticmethod
    def own(c):
        """The row looks for itself."""

    @staticmethod
    def connection(*codes):
        def judge(c):
            assert c.wait(lambda: c.goaway is not None), (c.resets, c.frames)
            assert c.goaway[1] in codes, c.goaway
            assert c.wait(lambda: c.is_closed)

        return judge

    @staticmethod
    def stream(*codes, stream=1):
        """A stream error may be made a connection error (RFC 9113 §5.4.2)."""

        def judge(c):
            assert c.wait(lambda: c.goaway is not None or stream in c.resets), c.frames
            code = c.resets[stream] if stream in c.resets else c.goaway[1]
            assert code in codes, (c.resets, c.goaway)

        return judge


ANSWER, ALIVE, OWN = Expected.answer, Expected.alive, Expected.own
CONNECTION, STREAM = Expected.connection, Expected.stream
PROTOCOL = CONNECTION(PROTOCOL_ERROR)
SIZE = CONNECTION(FRAME_SIZE_ERROR)
CODING = CONNECTION(COMPRESSION_ERROR)

GET = block(request())
POST = block(request(method="POST"))


def get(stream=1, flags=END_STREAM | END_HEADERS, payload=GET):
    return frame(HEADERS, flags, stream, payload)


def post(stream=1):
    return frame(HEADERS, END_HEADERS, stream, POST)


def priority(stream, depends=0, weight=15, exclusive=False):
    return frame(PRIORITY, 0, stream, struct.pack(">IB", depends | exclusive << 31, weight))


def reset(stream, code=CANCEL):
    return frame(RST_STREAM, 0, stream, struct.pack(">I", code))


def answered(c, stream=1):
    """A request that has had its answer: its stream is closed."""
    c.send(get(stream))
    assert c.answer(stream)[0] == 200


# What a client may send.

row("generic", "1", "a client's preface begins a connection", ALIVE)(lambda c: None)
sends("generic", "2", "PRIORITY on an idle stream", ALIVE, priority(1), get(3))
sends("generic", "2", "WINDOW_UPDATE on a half-closed stream", ANSWER, get(), window(1, 1))
sends("generic", "2", "PRIORITY on a half-closed stream", ANSWER, get(), priority(1))
sends("generic", "2", "RST_STREAM on a half-closed stream", ALIVE, get(), reset(1))


@row("generic", "2", "PRIORITY on a closed stream", ALIVE)
def _(c):
    answered(c)
    c.send(priority(1))


sends("generic", "3.1", "one DATA frame", ANSWER, post(), frame(DATA, END_STREAM, 1, b"test"))
sends("generic", "3.1", "two DATA frames", ANSWER, post(), frame(DATA, 0, 1, b"te"), frame(DATA, END_STREAM, 1, b"st"))
sends("generic", "3.1", "a padded DATA frame", ANSWER, post(),
      frame(DATA, END_STREAM | PADDED, 1, b"\x06" + b"test" + bytes(6)))
sends("generic", "3.2", "a HEADERS frame", ANSWER, get())
sends("generic", "3.2", "a padded HEADERS frame", ANSWER,
      get(flags=END_STREAM | END_HEADERS | PADDED, payload=b"\x06" + GET + bytes(6)))
sends("generic", "3.2", "a HEADERS frame with a priority", ANSWER,
      get(flags=END_STREAM | END_HEADERS | PRIORITIZED, payload=struct.pack(">IB", 0, 255) + GET))
sends("generic", "3.3", "PRIORITY with the least weight", ANSWER, priority(1, weight=0), get())
sends("generic", "3.3", "PRIORITY with the most weight", ANSWER, priority(1, weight=255), get())
sends("generic", "3.3", "PRIORITY with a dependency", ANSWER, priority(1), priority(3, depends=1), get())
sends("generic", "3.3", "PRIORITY that is exclusive", ANSWER, priority(3, depends=1, exclusive=True), get())
sends("generic", "3.3", "PRIORITY for a later stream, then a request on an earlier one", ANSWER, priority(5), get())
sends("generic", "3.4", "RST_STREAM", ALIVE, post(), reset(1))
sends("generic", "3.5", "SETTINGS", ALIVE, settings((3, 100), (4, 65535)))
sends("generic", "3.7", "PING", ALIVE, frame(PING, 0, 0, b"12345678"))


@row("generic", "3.8", "GOAWAY ends a connection that has nothing more to do", OWN)
def _(c):
    c.send(frame(GOAWAY, 0, 0, struct.pack(">II", 0, NO_ERROR)))
    assert c.lives() or c.is_closed


sends("generic", "3.9", "WINDOW_UPDATE for the connection", ALIVE, window(1))
sends("generic", "3.9", "WINDOW_UPDATE for a stream", ANSWER, get(), window(1, 1))
HALF = len(GET) // 2
sends("generic", "3.10", "one CONTINUATION frame", ANSWER, get(flags=END_STREAM, payload=GET[:HALF]),
      frame(CONTINUATION, END_HEADERS, 1, GET[HALF:]))
sends("generic", "3.10", "several CONTINUATION frames", ANSWER, get(flags=END_STREAM, payload=GET[:9]),
      frame(CONTINUATION, 0, 1, GET[9:20]), frame(CONTINUATION, 0, 1, GET[20:30]),
      frame(CONTINUATION, END_HEADERS, 1, GET[30:]))
sends("generic", "4", "GET", ANSWER, get())


@row("generic", "4", "HEAD gets an answer without a body", OWN)
def _(c):
    c.head(1, request(method="HEAD"))
    status, _, body = c.answer(1)
    assert (status, body) == (200, b"")


sends("generic", "4", "POST", ANSWER, post(), frame(DATA, END_STREAM, 1, b"test"))
sends("generic", "4", "POST with trailers", ANSWER, post(), frame(DATA, 0, 1, b"test"),
      get(payload=block([("x-test", "ok")])))

# RFC 7541 §6: each form of a field, with an index (user-agent is 58, :status is not used by clients) or a new name.
sends("generic", "5", "an indexed field", ANSWER, get(payload=GET + b"\x90"))
FORMS = [("with incremental indexing", 0x40, 6), ("without indexing", 0x00, 4), ("never indexed", 0x10, 4)]
for form, first, bits in FORMS:
    for huffman in (False, True):
        coding = " in Huffman code" if huffman else ""
        sends("generic", "5", f"a literal {form} and an indexed name{coding}", ANSWER,
              get(payload=GET + literal(58, "check", first, bits, huffman)))
        sends("generic", "5", f"a literal {form} and a new name{coding}", ANSWER,
              get(payload=GET + literal("x-test", "check", first, bits, huffman)))
sends("generic", "5", "a table size update", ANSWER, get(payload=integer(128, 5, 0x20) + GET))
sends("generic", "5", "two table size updates", ANSWER, get(payload=b"\x20" + integer(4096, 5, 0x20) + GET))

# RFC 7541: what cannot be decoded.

sends("hpack", "2.3.3", "an indexed field with an index that is not there", CODING, get(payload=GET + b"\xff\x7f"))
sends("hpack", "2.3.3", "a literal with an index that is not there", CODING,
      get(payload=GET + integer(200, 6, 0x40) + text("x")))
sends("hpack", "4.2", "a table size update behind a field", CODING, get(payload=GET + b"\x21"))
NAME = b"\x00" + text("x-test")
sends("hpack", "5.2", "padding of Huffman code longer than seven bits", CODING, get(payload=GET + NAME + b"\x82\x1f\xff\xff"[:4]))
sends("hpack", "5.2", "padding of Huffman code with zeros", CODING, get(payload=GET + NAME + b"\x81\x18"))
sends("hpack", "5.2", "EOS within a string", CODING, get(payload=GET + NAME + b"\x84\xff\xff\xff\xff"))
sends("hpack", "6.1", "index 0", CODING, get(payload=GET + b"\x80"))
sends("hpack", "6.3", "a table size update above the limit", CODING, get(payload=integer(70000, 5, 0x20) + GET))

# RFC 9113 §3 and §4.


@row("http2", "3.5", "SETTINGS is the first that a server sends", OWN)
def _(c):
    assert c.frames[0].type == SETTINGS and not c.frames[0].flags & ACK


@row("http2", "3.5", "a wrong preface ends the connection", OWN)
def _(c):
    with Client(c.socket.getpeername()[1], preface=False) as other:
        other.send(b"INVALID CONNECTION PREFACE\r\n\r\n")
        assert other.wait(lambda: other.is_closed)


sends("http2", "4.1", "an unknown frame type is ignored", ALIVE, frame(0x16, 0, 0, bytes(8)))
sends("http2", "4.1", "an undefined flag is ignored", ALIVE, frame(PING, 0x16, 0, bytes(8)))
sends("http2", "4.1", "the reserved bit is ignored", ALIVE,
      frame(PING, 0, 0, bytes(8))[:5] + struct.pack(">I", 1 << 31) + bytes(8))
sends("http2", "4.2", "a DATA frame of 2^14 bytes", ANSWER, post(), frame(DATA, END_STREAM, 1, bytes(16384)))
sends("http2", "4.2", "a larger DATA frame", STREAM(FRAME_SIZE_ERROR), post(), frame(DATA, END_STREAM, 1, bytes(16385)))
sends("http2", "4.2", "a larger HEADERS frame", SIZE, get(payload=GET + literal("x-test", "x" * 16384)))
sends("http2", "4.3", "a block that is none", CODING, get(payload=b"\x40\x02ab"))
sends("http2", "4.3", "PRIORITY within a block", PROTOCOL, get(flags=END_STREAM), priority(1), frame(CONTINUATION, 4, 1, b""))
sends("http2", "4.3", "HEADERS of another stream within a block", PROTOCOL, get(flags=END_STREAM), get(3))

# §5.1: states of streams.

sends("http2", "5.1", "DATA on an idle stream", PROTOCOL, frame(DATA, END_STREAM, 1, b"test"))
sends("http2", "5.1", "RST_STREAM on an idle stream", PROTOCOL, reset(1))
sends("http2", "5.1", "WINDOW_UPDATE on an idle stream", PROTOCOL, window(100, 1))
sends("http2", "5.1", "CONTINUATION on an idle stream", PROTOCOL, frame(CONTINUATION, END_HEADERS, 1, GET))
sends("http2", "5.1", "DATA on a half-closed stream", STREAM(STREAM_CLOSED), get(), frame(DATA, END_STREAM, 1, b"test"))
sends("http2", "5.1", "HEADERS on a half-closed stream", STREAM(STREAM_CLOSED), get(), get())
sends("http2", "5.1", "CONTINUATION on a half-closed stream", STREAM(STREAM_CLOSED, PROTOCOL_ERROR), get(),
      frame(CONTINUATION, END_HEADERS, 1, GET))
sends("http2", "5.1", "DATA behind a RST_STREAM", STREAM(STREAM_CLOSED), post(), reset(1), frame(DATA, END_STREAM, 1, b"t"))
sends("http2", "5.1", "HEADERS behind a RST_STREAM", STREAM(STREAM_CLOSED), post(), reset(1), get())
sends("http2", "5.1", "CONTINUATION behind a RST_STREAM", STREAM(STREAM_CLOSED, PROTOCOL_ERROR), post(), reset(1),
      frame(CONTINUATION, END_HEADERS, 1, GET))


@row("http2", "5.1", "DATA on a closed stream", STREAM(STREAM_CLOSED))
def _(c):
    answered(c)
    c.send(frame(DATA, END_STREAM, 1, b"test"))


@row("http2", "5.1", "HEADERS on a closed stream", STREAM(STREAM_CLOSED))
def _(c):
    answered(c)
    c.send(get())


@row("http2", "5.1", "CONTINUATION on a closed stream", STREAM(STREAM_CLOSED, PROTOCOL_ERROR))
def _(c):
    answered(c)
    c.send(frame(CONTINUATION, END_HEADERS, 1, GET))


sends("http2", "5.1.1", "an even stream identifier", PROTOCOL, get(2))
sends("http2", "5.1.1", "a stream identifier below the last one", STREAM(PROTOCOL_ERROR, STREAM_CLOSED, stream=3),
      post(5), get(3))


@row("http2", "5.1.2", "more streams than there may be", OWN)
def _(c):
    most = c.settings[3]
    c.send(*(post(2 * number + 1) for number in range(most + 1)))
    STREAM(PROTOCOL_ERROR, REFUSED_STREAM, stream=2 * most + 1)(c)


sends("http2", "5.3.1", "HEADERS that depend on their own stream", STREAM(PROTOCOL_ERROR),
      get(flags=END_STREAM | END_HEADERS | PRIORITIZED, payload=struct.pack(">IB", 1, 255) + GET))
sends("http2", "5.3.1", "PRIORITY that depends on its own stream", STREAM(PROTOCOL_ERROR), priority(1, depends=1))


@row("http2", "5.4.1", "a connection error ends the connection", OWN)
def _(c):
    c.send(frame(PING, 0, 3, bytes(8)))
    assert c.wait(lambda: c.is_closed)


sends("http2", "5.4.1", "and is told in GOAWAY before", PROTOCOL, frame(PING, 0, 3, bytes(8)))
sends("http2", "5.5", "an unknown extension frame is ignored", ALIVE, frame(0xFF, 0, 0, bytes(8)))
sends("http2", "5.5", "but not within a block", PROTOCOL, get(flags=END_STREAM, payload=GET[:9]), frame(0xFF, 0, 0, bytes(8)),
      frame(CONTINUATION, END_HEADERS, 1, GET[9:]))

# §6: frames.

sends("http2", "6.1", "DATA on stream 0", PROTOCOL, frame(DATA, END_STREAM, 0, b"test"))
sends("http2", "6.1", "DATA on a stream that is not open", STREAM(STREAM_CLOSED), get(), frame(DATA, END_STREAM, 1, b"test"))
sends("http2", "6.1", "DATA with more padding than payload", PROTOCOL, post(), frame(DATA, END_STREAM | PADDED, 1, b"\x06test"))
sends("http2", "6.2", "PRIORITY behind HEADERS without END_HEADERS", PROTOCOL, get(flags=END_STREAM), priority(1))
sends("http2", "6.2", "HEADERS of another stream behind HEADERS without END_HEADERS", PROTOCOL, get(flags=END_STREAM), get(3))
sends("http2", "6.2", "HEADERS on stream 0", PROTOCOL, get(0))
sends("http2", "6.2", "HEADERS with more padding than payload", PROTOCOL,
      get(flags=END_STREAM | END_HEADERS | PADDED, payload=bytes([len(GET) + 1]) + GET))
sends("http2", "6.3", "PRIORITY on stream 0", PROTOCOL, priority(0))
sends("http2", "6.3", "PRIORITY of a wrong size", STREAM(FRAME_SIZE_ERROR), frame(PRIORITY, 0, 1, bytes(4)))
sends("http2", "6.4", "RST_STREAM on stream 0", PROTOCOL, reset(0))
sends("http2", "6.4", "RST_STREAM on an idle stream", PROTOCOL, reset(1))
sends("http2", "6.4", "RST_STREAM of a wrong size", SIZE, post(), frame(RST_STREAM, 0, 1, bytes(3)))
sends("http2", "6.5", "an acknowledgement with settings in it", SIZE, frame(SETTINGS, ACK, 0, bytes(6)))
sends("http2", "6.5", "SETTINGS on a stream", PROTOCOL, frame(SETTINGS, 0, 1, struct.pack(">HI", 3, 100)))
sends("http2", "6.5", "SETTINGS of a wrong size", SIZE, frame(SETTINGS, 0, 0, bytes(3)))
sends("http2", "6.5.2", "ENABLE_PUSH of 2", PROTOCOL, settings((2, 2)))
sends("http2", "6.5.2", "INITIAL_WINDOW_SIZE of 2^31", CONNECTION(FLOW_CONTROL_ERROR), settings((4, 1 << 31)))
sends("http2", "6.5.2", "MAX_FRAME_SIZE below 2^14", PROTOCOL, settings((5, 16383)))
sends("http2", "6.5.2", "MAX_FRAME_SIZE of 2^24", PROTOCOL, settings((5, 1 << 24)))
sends("http2", "6.5.2", "an unknown setting is ignored", ALIVE, settings((0xFF, 1)))


@row("http2", "6.5.3", "of two values in one frame the last one counts", OWN)
def _(c):
    c.send(settings((4, 100), (4, 1)), get())
    assert c.wait(lambda: c.bodies[1])
    assert c.lives() and len(c.bodies[1]) == 1


@row("http2", "6.5.3", "SETTINGS are acknowledged", OWN)
def _(c):
    before = c.acks
    c.send(settings((3, 7)))
    assert c.wait(lambda: c.acks == before + 1)


@row("http2", "6.7", "a PING comes back with its payload", OWN)
def _(c):
    c.send(frame(PING, 0, 0, b"87654321"))
    assert c.wait(lambda: c.pongs == [b"87654321"])


@row("http2", "6.7", "a PING's answer is not answered", OWN)
def _(c):
    c.send(frame(PING, ACK, 0, b"invalid1"))
    assert c.lives() and b"invalid1" not in c.pongs


sends("http2", "6.7", "PING on a stream", PROTOCOL, frame(PING, 0, 1, bytes(8)))
sends("http2", "6.7", "PING of a wrong size", SIZE, frame(PING, 0, 0, bytes(6)))
sends("http2", "6.8", "GOAWAY on a stream", PROTOCOL, frame(GOAWAY, 0, 1, bytes(8)))
sends("http2", "6.9", "an increment of 0 for the connection", PROTOCOL, window(0))
sends("http2", "6.9", "an increment of 0 for a stream", STREAM(PROTOCOL_ERROR), post(), window(0, 1))
sends("http2", "6.9", "WINDOW_UPDATE of a wrong size", SIZE, frame(WINDOW_UPDATE, 0, 0, bytes(3)))


@row("http2", "6.9.1", "a window of one byte gets one byte", OWN)
def _(c):
    c.send(settings((4, 1)), get())
    assert c.wait(lambda: c.bodies[1])
    assert c.lives() and len(c.bodies[1]) == 1


sends("http2", "6.9.1", "a window of the connection above 2^31 - 1", CONNECTION(FLOW_CONTROL_ERROR), window(0x7FFFFFFF) * 2)
sends("http2", "6.9.1", "a window of a stream above 2^31 - 1", STREAM(FLOW_CONTROL_ERROR), post(), window(0x7FFFFFFF, 1) * 2)


@row("http2", "6.9.2", "a change of the initial window is one of every stream's", OWN)
def _(c):
    c.send(settings((4, 0)), get())
    assert c.lives() and not c.bodies[1]
    c.send(settings((4, 1)))
    assert c.wait(lambda: c.bodies[1])
    assert c.lives() and len(c.bodies[1]) == 1


@row("http2", "6.9.2", "a window can become negative", OWN)
def _(c):
    c.send(settings((4, 3)), get())
    assert c.wait(lambda: len(c.bodies[1]) == 3)
    c.send(settings((4, 2)))
    assert c.lives()
    c.send(window(2, 1))
    assert c.wait(lambda: len(c.bodies[1]) == 4)
    assert c.lives() and len(c.bodies[1]) == 4


sends("http2", "6.9.2", "an initial window above 2^31 - 1", CONNECTION(FLOW_CONTROL_ERROR), settings((4, 0x80000001)))
LONG = GET + b"".join(literal(f"x-dummy{number}", "x" * 100) for number in range(3))
sends("http2", "6.10", "several CONTINUATION frames behind HEADERS", ANSWER, get(flags=END_STREAM, payload=LONG[:50]),
      frame(CONTINUATION, 0, 1, LONG[50:200]), frame(CONTINUATION, END_HEADERS, 1, LONG[200:]))
sends("http2", "6.10", "another frame behind CONTINUATION without END_HEADERS", PROTOCOL,
      get(flags=END_STREAM, payload=GET[:9]), frame(CONTINUATION, 0, 1, GET[9:]), frame(DATA, END_STREAM, 1, b"test"))
sends("http2", "6.10", "CONTINUATION on stream 0", PROTOCOL, get(flags=END_STREAM, payload=GET[:9]),
      frame(CONTINUATION, END_HEADERS, 0, GET[9:]))
sends("http2", "6.10", "CONTINUATION behind HEADERS with END_HEADERS", PROTOCOL, get(flags=END_HEADERS),
      frame(CONTINUATION, END_HEADERS, 1, block([("x-test", "x")])))
sends("http2", "6.10", "CONTINUATION behind CONTINUATION with END_HEADERS", PROTOCOL, get(flags=0, payload=GET[:9]),
      frame(CONTINUATION, END_HEADERS, 1, GET[9:]), frame(CONTINUATION, END_HEADERS, 1, block([("x-test", "x")])))
sends("http2", "6.10", "CONTINUATION behind DATA", PROTOCOL, post(), frame(DATA, 0, 1, b"test"),
      frame(CONTINUATION, END_HEADERS, 1, block([("x-test", "x")])))

# §7 and §8: errors and messages.

@row("http2", "7", "GOAWAY with an unknown code", OWN)
def _(c):
    c.send(frame(GOAWAY, 0, 0, struct.pack(">II", 0, 0xFF)))
    assert c.lives() or c.is_closed and c.goaway is None


sends("http2", "7", "RST_STREAM with an unknown code", ALIVE, post(), reset(1, 0xFF))
BAD = STREAM(PROTOCOL_ERROR)


def list_row(section, title, fields):
    sends("http2", section, title, BAD, get(payload=block(fields)))


sends("http2", "8.1", "a second HEADERS frame without END_STREAM", BAD, post(), get(flags=END_HEADERS, payload=block([("x-t", "x")])))
list_row("8.1.2", "a name in capital letters", request(("X-TEST", "ok")))
list_row("8.1.2.1", "an unknown pseudo-header field", request()[:4] + [(":test", "ok")])
list_row("8.1.2.1", "a pseudo-header field of answers", request()[:4] + [(":status", "200")])
sends("http2", "8.1.2.1", "a pseudo-header field as a trailer", BAD, post(), get(payload=block([(":method", "200")])))
list_row("8.1.2.1", "a pseudo-header field behind another field", [("x-test", "ok")] + request())
list_row("8.1.2.2", "a field of the connection", request(("connection", "keep-alive")))
list_row("8.1.2.2", "TE with anything but trailers", request(("trailers", "test"), ("te", "trailers, deflate")))
list_row("8.1.2.3", "an empty :path", request(path=""))
list_row("8.1.2.3", "no :method", request(method=None))
list_row("8.1.2.3", "no :scheme", request(scheme=None))
list_row("8.1.2.3", "no :path", request(path=None))
list_row("8.1.2.3", "two :method", [(":method", "GET")] + request())
list_row("8.1.2.3", "two :scheme", request()[:4] + [(":scheme", "http")])
list_row("8.1.2.3", "two :path", request()[:4] + [(":path", "/")])
LENGTH = frame(HEADERS, END_HEADERS, 1, block(request(("content-length", "1"), method="POST")))
sends("http2", "8.1.2.6", "a content-length that differs from the one DATA frame", BAD, LENGTH, frame(DATA, END_STREAM, 1, b"test"))
sends("http2", "8.1.2.6", "a content-length that differs from the sum of two", BAD, LENGTH, frame(DATA, 0, 1, b"te"),
      frame(DATA, END_STREAM, 1, b"st"))
sends("http2", "8.2", "PUSH_PROMISE of a client", PROTOCOL,
      frame(PUSH_PROMISE, END_HEADERS, 1, struct.pack(">I", 2) + GET))


@pytest.fixture(scope="module")
def gate(tmp_path_factory):
    """A gate that speaks HTTP/2 with prior knowledge, in front of an application."""
    folder = tmp_path_factory.mktemp("http2")
    with gates.application(folder) as application:
        gate = gates.Gate(folder / "gate", "memory:", application, protocols="h2")
        with gate.serving():
            yield gate


@pytest.mark.parametrize("family, section, title, expected, act", ROWS, ids=[f"{r[0]} {r[1]}: {r[2]}" for r in ROWS])
def test_clause(gate, family, section, title, expected, act):
    with Client(gate.port) as client:
        act(client)
        expected(client)
    # Whatever that was, the next client is served.
    with Client(gate.port) as client:
        client.send(get())
        assert client.answer(1)[0] == 200


def test_no_case_is_missing(public_corpus):
    """As many rows for each section as the list of others has cases."""
    cases = json.loads((public_corpus / "h2spec_cases.json").read_text())["cases"]
    wanted = collections.Counter((case["family"], case["section"]) for case in cases)
    assert collections.Counter((row[0], row[1]) for row in ROWS) == wanted
    assert len(ROWS) == 147
