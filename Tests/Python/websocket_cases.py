"""Cases of RFC 6455 and 7692, as bytes that a client sends, in the order of the Autobahn suite's chapters.

That suite runs on Python 2 only. These cases are our own; each is a name and what is sent, stage by stage: a stage begins when
the messages that the one before makes a good server send have come.
"""

import dataclasses
import zlib

from sockets import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, close, frame, random_bytes


@dataclasses.dataclass
class Case:
    name: str
    # What is sent, and how many messages have to come before the next stage.
    stages: list
    # So many bytes at a time; everything at once where it is None.
    step: int | None = None
    extensions: str | None = None
    # Whether the stages hold the client's close frame.
    closes: bool = True

    @property
    def echoes(self):
        return sum(count for _, count in self.stages)


def _good(name, data, echoes, **more):
    """Messages, and when they have come back, a close frame."""
    return Case(name, [(data, echoes), (close(), 0)], **more)


def _bad(name, data, before=b"", **more):
    """What has the server fail the connection, perhaps behind a good message."""
    return Case(name, [(before, 1), (data, 0)] if before else [(data, 0)], closes=False, **more)


def _closing(name, data, **more):
    return Case(name, [(data, 0)], **more)


def framing():
    lengths = (0, 1, 125, 126, 127, 128, 65535, 65536, 65537)
    for opcode, kind in ((TEXT, "text"), (BINARY, "binary")):
        for length in lengths:
            payload = b"*" * length if opcode == TEXT else random_bytes(length)
            yield _good(f"1.{kind}.{length}", frame(opcode, payload), 1)
            for step in (1, 997) if length < 1000 else (997,):
                yield _good(f"1.{kind}.{length}.step{step}", frame(opcode, payload), 1, step=step)
        yield _good(f"1.{kind}.many", b"".join(frame(opcode, b"x" * n) for n in range(100)), 100)


def pings():
    for name, payload in (("empty", b""), ("text", b"Hello"), ("binary", bytes([0, 0xFF, 0xFE, 0xFD])), ("125", b"x" * 125)):
        yield _good(f"2.ping.{name}", frame(PING, payload), 0)
        yield _good(f"2.ping.{name}.octets", frame(PING, payload), 0, step=1)
    yield _bad("2.ping.126", frame(PING, b"x" * 126))
    yield _good("2.pong.unsolicited", frame(PONG) + frame(PONG, b"x") + frame(TEXT, "there"), 1)
    yield _good("2.pong.unsolicited.ping", frame(PONG, b"x") + frame(PING, b"y"), 0)
    yield _good("2.pings.10", b"".join(frame(PING, b"%d" % n) for n in range(10)), 0)
    yield _good("2.pings.10.octets", b"".join(frame(PING, b"%d" % n) for n in range(10)), 0, step=1)
    yield _bad("2.pong.126", frame(PONG, b"x" * 126))


def reserved_bits():
    for rsv in range(1, 8):
        for opcode in (TEXT, BINARY, PING, CLOSE):
            yield _bad(f"3.rsv{rsv}.{opcode}", frame(opcode, b"", rsv=rsv), frame(TEXT, "before"))
    yield _bad("3.rsv4.octets", frame(TEXT, "x", rsv=4), frame(TEXT, "before"), step=1)
    yield _bad("3.unmasked", frame(TEXT, "no mask", masked=False), frame(TEXT, "before"))


def opcodes():
    for opcode in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15):
        yield _bad(f"4.opcode{opcode}", frame(opcode), frame(TEXT, "before"))
        yield _bad(f"4.opcode{opcode}.payload", frame(opcode, "payload"), frame(TEXT, "before"))


def fragmentation():
    first, last = frame(TEXT, "fragment1", fin=False), frame(CONTINUATION, "fragment2")
    middle = frame(CONTINUATION, "middle", fin=False)
    for step in (None, 1, 7):
        tail = "" if step is None else f".step{step}"
        yield _good(f"5.two{tail}", first + last, 1, step=step)
        yield _good(f"5.ping between{tail}", first + frame(PING, "ping") + last, 1, step=step)
        yield _good(f"5.five and pings{tail}", first + (middle + frame(PING, "p")) * 3 + last, 1, step=step)
        yield _good(f"5.empty fragments{tail}", frame(TEXT, "", fin=False) + frame(CONTINUATION, "", fin=False)
                    + frame(CONTINUATION, ""), 1, step=step)
        yield _good(f"5.empty middle{tail}", first + frame(CONTINUATION, "", fin=False) + last, 1, step=step)
    yield _good("5.binary of 1000", frame(BINARY, b"", fin=False) + frame(CONTINUATION, b"x", fin=False) * 998
                + frame(CONTINUATION, b"y"), 1)
    yield _bad("5.fragmented ping", frame(PING, "a", fin=False) + frame(CONTINUATION, "b"))
    yield _bad("5.fragmented pong", frame(PONG, "a", fin=False) + frame(CONTINUATION, "b"))
    yield _bad("5.fragmented close", frame(CLOSE, b"\x03\xe8", fin=False) + frame(CONTINUATION, ""))
    yield _bad("5.continuation of nothing", frame(CONTINUATION, "x"))
    yield _bad("5.continuation of nothing, not the last", frame(CONTINUATION, "x", fin=False))
    yield _bad("5.continuation after a whole message", frame(CONTINUATION, "x"), frame(TEXT, "whole"))
    yield _bad("5.new message within another", first + frame(TEXT, "another"))
    yield _bad("5.new binary within a text", first + frame(BINARY, "another"))
    yield _bad("5.end within a message", first + close())


def texts():
    valid = ("κόσμε", "Hello-µ@ßöäüàá-UTF-8!!", "\U00010000", "\U0010ffff", "\ufffd", "\ufffe", "\uffff", "\x7f", "\x80",
             "\u07ff", "\u0800", "\ud7ff", "\ue000", "\x00", "日本語", "👩‍👩‍👧‍👦")
    for number, text in enumerate(valid):
        data = text.encode()
        yield _good(f"6.valid.{number}", frame(TEXT, data), 1)
        yield _good(f"6.valid.{number}.octets", frame(TEXT, data), 1, step=1)
        pieces = [frame(TEXT if index == 0 else CONTINUATION, data[index : index + 1], fin=index == len(data) - 1)
                  for index in range(len(data))]
        yield _good(f"6.valid.{number}.fragments", b"".join(pieces), 1)
    invalid = (b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80edited", b"\xf4\x90\x80\x80", b"\x80", b"\xbf",
               b"\xfe", b"\xff", b"\xc0\xaf", b"\xe0\x80\xaf", b"\xf0\x80\x80\xaf", b"\xf8\x80\x80\x80\xaf", b"\xc1\xbf",
               b"\xe0\x9f\xbf", b"\xf0\x8f\xbf\xbf", b"\xed\xa0\x80", b"\xed\xbf\xbf", b"\xed\xa0\x80\xed\xb0\x80", b"\xc3",
               b"\xe2\x82", b"\xf0\x9f\x92", b"ok\xe2\x28\xa1")
    for number, data in enumerate(invalid):
        yield _bad(f"6.invalid.{number}", frame(TEXT, data))
        yield _bad(f"6.invalid.{number}.octets", frame(TEXT, data), step=1)
        yield _bad(f"6.invalid.{number}.fragments", frame(TEXT, data[:1], fin=False) + frame(CONTINUATION, data[1:]))
    yield _good("6.binary that is no text", frame(BINARY, b"".join(invalid)), 1)


def closing():
    yield _closing("7.close", close())
    yield _closing("7.close without a code", frame(CLOSE))
    yield _good("7.message and close", frame(TEXT, "bye"), 1)
    yield _closing("7.two closes", close() + close())
    yield _closing("7.ping behind a close", close() + frame(PING, "late"))
    yield _closing("7.text behind a close", close() + frame(TEXT, "late"))
    yield _closing("7.close in octets", close(1000, "reason"), step=1)
    yield _good("7.a long message, then close", frame(TEXT, "x" * 262_144), 1)
    yield _bad("7.payload of one byte", frame(CLOSE, b"x"))
    yield _closing("7.reason of 123", close(1000, "x" * 123))
    yield _bad("7.reason of 124", close(1000, "x" * 124))
    yield _bad("7.reason that is no text", close(1000, b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80edited"))
    for code in (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4401, 4999):
        yield _closing(f"7.code.{code}", close(code))
    for code in (0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999, 5000, 65535):
        yield _bad(f"7.bad code.{code}", close(code))


def sizes():
    for kilobytes in (64, 256, 1024, 4096, 8192):
        payload = b"*" * (kilobytes * 1024)
        yield _good(f"9.text.{kilobytes}K", frame(TEXT, payload), 1)
        yield _good(f"9.binary.{kilobytes}K", frame(BINARY, random_bytes(kilobytes * 1024)), 1)
    for piece in (1024, 16384, 262_144):
        data = random_bytes(1 << 20)
        pieces = [frame(BINARY if start == 0 else CONTINUATION, data[start : start + piece], fin=start + piece >= len(data))
                  for start in range(0, len(data), piece)]
        yield _good(f"9.fragments.{piece}", b"".join(pieces), 1)
    for step in (64, 1024):
        yield _good(f"9.chops.{step}", frame(TEXT, b"*" * (1 << 18)), 1, step=step)
    for length in (0, 16, 125, 1024, 65536):
        yield _good(f"9.round trips.{length}", frame(BINARY, random_bytes(length)) * 50, 50)
    yield _bad("9.33M", frame(BINARY, b"x" * (33 << 20)))


def length_forms():
    yield _good("10.auto fragment", b"".join(
        [frame(TEXT, "x" * 1300, fin=False)] + [frame(CONTINUATION, "x" * 1300, fin=False)] * 48 + [frame(CONTINUATION, "")]), 1)
    yield _bad("10.length with the highest bit", bytes([0x82, 0xFF]) + b"\xff" * 8 + b"\x00" * 4)


class Deflater:
    """permessage-deflate as a client does it (RFC 7692 §7.2.1)."""

    def __init__(self, takes_over=True, bits=15):
        self.takes_over, self.bits, self.state = takes_over, bits, None

    def __call__(self, payload):
        if self.state is None or not self.takes_over:
            self.state = zlib.compressobj(9, zlib.DEFLATED, -self.bits)
        return (self.state.compress(payload) + self.state.flush(zlib.Z_SYNC_FLUSH))[:-4]


OFFERS = (
    ("permessage-deflate", {}),
    ("permessage-deflate; client_max_window_bits", {}),
    ("permessage-deflate; client_no_context_takeover", {"takes_over": False}),
    ("permessage-deflate; server_no_context_takeover", {}),
    ("permessage-deflate; server_no_context_takeover; client_no_context_takeover", {"takes_over": False}),
    ("permessage-deflate; server_max_window_bits=9", {}),
    ("permessage-deflate; server_max_window_bits=15; client_max_window_bits=15", {}),
)


def compression():
    words = b"the quick brown fox jumps over the lazy dog, "
    for number, (offer, options) in enumerate(OFFERS):
        for length in (0, 16, 1024, 8192, 131_072):
            deflate = Deflater(**options)
            data = b"".join(frame(TEXT, deflate((words * (length // 45 + 1))[:length]), rsv=4) for _ in range(10))
            yield _good(f"12.{number}.{length}", data, 10, extensions=offer)
        deflate = Deflater(**options)
        whole = deflate(random_bytes(100_000))
        pieces = [frame(BINARY if start == 0 else CONTINUATION, whole[start : start + 4096], fin=start + 4096 >= len(whole),
                        rsv=4 if start == 0 else 0) for start in range(0, len(whole), 4096)]
        yield _good(f"12.{number}.fragments", frame(PING, "p").join(pieces), 1, extensions=offer)
        yield _good(f"12.{number}.octets", frame(TEXT, Deflater(**options)(words), rsv=4), 1, extensions=offer, step=1)
        yield _good(f"12.{number}.uncompressed", frame(TEXT, words) * 3, 3, extensions=offer)
    offer = "permessage-deflate"
    yield _bad("13.no deflate data", frame(TEXT, b"\xff" * 20, rsv=4), extensions=offer)
    yield _bad("13.rsv1 on a continuation", frame(TEXT, Deflater()(words)[:5], fin=False, rsv=4)
               + frame(CONTINUATION, Deflater()(words)[5:], rsv=4), extensions=offer)
    yield _bad("13.rsv1 on a ping", frame(PING, b"x", rsv=4), extensions=offer)
    yield _bad("13.rsv2", frame(TEXT, b"x", rsv=2), extensions=offer)
    yield _bad("13.text that is none", frame(TEXT, Deflater()(b"\xff\xfe"), rsv=4), extensions=offer)
    yield _good("13.an unknown extension", frame(TEXT, words), 1, extensions="x-unheard-of; a=b")
    yield _good("13.an offer among others", frame(TEXT, Deflater()(words), rsv=4), 1,
                extensions="x-unheard-of, permessage-deflate; client_max_window_bits, permessage-deflate")


def all_cases():
    chapters = (framing, pings, reserved_bits, opcodes, fragmentation, texts, closing, sizes, length_forms, compression)
    return [case for chapter in chapters for case in chapter()]
