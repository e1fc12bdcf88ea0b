"""A client that sends requests without waiting gets an answer to each; one that takes none of them waits for further ones."""

import socket
import time

import h1wire
import processes
from test_descriptors import Origin
from test_slow_clients import gate

REQUEST = b"GET /private HTTP/1.1\r\nHost: localhost\r\n\r\n"
# Its answers are 20 MB, several times as much as the kernel takes for a client that does not read.
COUNT = 40_000


def served(running):
    return running.metric('sallyport_requests_total{status="4xx"}')


def test_a_client_that_takes_no_answers_waits_for_further_ones_and_gets_them_all(tmp_path):
    with Origin() as origin, gate(tmp_path, origin.port) as running:
        with h1wire.Client(running.port, patience=60, receive_buffer=4096) as client:
            client.send(REQUEST * COUNT)
            # The client's end finds answers that were not taken and requests that were not read.
            client.socket.shutdown(socket.SHUT_WR)
            counts = [-1, 0]

            def has_stopped():
                counts.append(served(running))
                return counts[-1] == counts[-2] == counts[-3] and counts[-1] > 100

            processes.wait_until(has_stopped, "no more is served")
            assert counts[-1] < COUNT * 0.75
            with h1wire.Client(running.port) as other:
                assert other.exchange("GET", "/").status == 200
            taken, rest, begun = 0, b"", time.monotonic()
            while data := client.socket.recv(1 << 20):
                rest += data
                taken += rest.count(b"HTTP/1.1 4")
                # A status line may be cut in two.
                rest = rest[-9:]
                assert time.monotonic() - begun < 120
            assert taken == COUNT
