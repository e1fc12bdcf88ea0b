"""Applications over TLS: whom the gate trusts, what it shows, and that a broken answer is never taken for a whole one."""

import base64
import concurrent.futures
import contextlib
import hashlib
import http.client
import json
import os
import signal
import socket
import time

import pytest

import gates
import processes
import tlsorigin
from certificates import certificate


@pytest.fixture
def folder(tmp_path):
    """An authority, certificates of it (for this machine, for another, of the past, for a client), and those of others."""
    signer = certificate(tmp_path, "ca", [])
    certificate(tmp_path, "good", ["127.0.0.1", "localhost"], signer)
    certificate(tmp_path, "named", ["shop.internal"], signer)
    certificate(tmp_path, "expired", ["127.0.0.1", "localhost"], signer, days=-1)
    certificate(tmp_path, "client", [], signer)
    certificate(tmp_path, "self", ["127.0.0.1", "localhost"])
    certificate(tmp_path, "stranger", ["127.0.0.1", "localhost"], certificate(tmp_path, "nobody", []))
    return tmp_path


@contextlib.contextmanager
def origin(folder, name, **options):
    served = tlsorigin.TLSOrigin(folder, name, **options)
    try:
        yield served
    finally:
        served.close()


def gate_for(folder, endpoints, tls, limits="", more=""):
    """A gate in front of endpoints; it is not running yet."""
    gate = gates.Gate(folder / "gate", "memory:", 1, limits=limits)
    text = gate.configuration.read_text()
    listed = ", ".join(f'"{endpoint}"' for endpoint in endpoints)
    text = text.replace('{endpoints: ["127.0.0.1:1"]}', f"{{endpoints: [{listed}], tls: {{{tls}}}{more}}}")
    gate.configuration.write_text(text)
    return gate


def ask(gate, path="/public/x", method="GET", body=None, connection=None):
    """Status and body of one request."""
    connection = connection or http.client.HTTPConnection("127.0.0.1", gate.port, timeout=20)
    connection.request(method, path, body)
    answer = connection.getresponse()
    return answer.status, answer.read()


def wait_for_log(gate, words):
    """The lines of the log about the application, once one of them holds the words."""

    def told():
        lines = (gate.folder / "serve.log").read_text().splitlines()
        lines = [line for line in lines if "upstream application: " in line]
        return lines if any(words in line for line in lines) else None

    return processes.wait_until(told, f"the log tells: {words}")


def access_lines(gate):
    path = gate.folder / "access.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


@pytest.mark.parametrize("host, name, tls, asked", [
    ("localhost", "good", "ca: ../ca.pem", "localhost"),
    ("127.0.0.1", "good", "ca: ../ca.pem", None),
    ("127.0.0.1", "named", "ca: ../ca.pem, server_name: shop.internal", "shop.internal"),
    ("127.0.0.1", "stranger", "verify: false", None),
])
def test_an_application_over_tls_is_asked_for_by_name_over_http_1_and_its_connection_is_used_again(
        folder, host, name, tls, asked):
    with origin(folder, name) as application:
        gate = gate_for(folder, [f"{host}:{application.port}"], tls)
        with gate.serving():
            for _ in range(5):
                assert ask(gate)[0] == 200
            assert application.handshakes == [
                {"name": asked, "protocol": "http/1.1", "version": "TLSv1.3", "resumed": False, "client": None}]
            # A connection that the application ends is followed by one that resumes its session.
            assert ask(gate, "/public/last") == (200, b"last")
            assert ask(gate)[0] == 200
            assert [handshake["resumed"] for handshake in application.handshakes] == [False, True]
            content = os.urandom(3_000_000)
            status, body = ask(gate, method="POST", body=content)
            assert (status, json.loads(body)) == (
                200, {"length": len(content), "sha256": hashlib.sha256(content).hexdigest()})
            status, body = ask(gate, "/public/large")
            assert status == 200 and body == bytes(range(256)) * (8 << 12)
            assert len(application.handshakes) == 2


@pytest.mark.parametrize("name, tls, words", [
    ("named", "ca: ../ca.pem", "IP address mismatch"),
    ("good", "ca: ../ca.pem, server_name: shop.internal", "ostname mismatch"),
    ("expired", "ca: ../ca.pem", "certificate has expired"),
    ("self", "ca: ../ca.pem", "self-signed certificate"),
    ("stranger", "ca: ../ca.pem", "unable to get local issuer certificate"),
    ("good", "", "unable to get local issuer certificate"),
])
def test_an_application_that_is_not_who_it_should_be_gets_no_request(folder, name, tls, words):
    with origin(folder, name) as application:
        gate = gate_for(folder, [f"127.0.0.1:{application.port}"], tls)
        with gate.serving():
            for _ in range(3):
                status, body = ask(gate)
                assert (status, json.loads(body)["error"]) == (502, "bad_gateway")
                assert b"certificate" not in body
            assert application.requests == []
            assert len(wait_for_log(gate, words)) == 1
        assert [line["reason"] for line in access_lines(gate)] == ["upstream_tls"] * 3


def test_an_application_that_speaks_no_tls_gets_no_request(folder):
    with socket.create_server(("127.0.0.1", 0)) as plain:
        gate = gate_for(folder, [f"127.0.0.1:{plain.getsockname()[1]}"], "ca: ../ca.pem")

        def refuse():
            connection, _ = plain.accept()
            with connection:
                first = connection.recv(65536)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
                assert first.startswith(b"\x16\x03")

        with gate.serving(), concurrent.futures.ThreadPoolExecutor() as pool:
            served = pool.submit(refuse)
            assert ask(gate)[0] == 502
            served.result()
            wait_for_log(gate, "the TLS handshake failed: wrong version number")


def test_a_client_certificate_is_shown_where_it_is_demanded(folder):
    with origin(folder, "good", client_authority="ca") as application:
        gate = gate_for(
            folder, [f"127.0.0.1:{application.port}"], "ca: ../ca.pem, certificate: ../client.pem, key: ../client.key")
        with gate.serving():
            assert ask(gate)[0] == 200
            assert application.handshakes[0]["client"] == "client"


def test_without_a_client_certificate_that_is_demanded_the_answer_is_502_and_the_log_says_why(folder):
    with origin(folder, "good", client_authority="ca") as application:
        gate = gate_for(folder, [f"127.0.0.1:{application.port}"], "ca: ../ca.pem")
        with gate.serving():
            for _ in range(3):
                assert ask(gate)[0] == 502
            wait_for_log(gate, "alert certificate required")
            assert application.requests == []


@pytest.mark.parametrize("path, is_whole", [
    ("until-close", True), ("until-cut", False), ("length-cut", False), ("length-ended", False), ("chunk-cut", False)])
def test_an_answer_that_breaks_off_is_broken_off_for_the_client_too(folder, path, is_whole):
    with origin(folder, "good") as application:
        gate = gate_for(folder, [f"localhost:{application.port}"], "ca: ../ca.pem")
        with gate.serving():
            if is_whole:
                assert ask(gate, f"/public/{path}") == (200, b"x" * 100_000)
            else:
                with pytest.raises((http.client.IncompleteRead, ConnectionError)):
                    status, _ = ask(gate, f"/public/{path}")
                    # Nothing of it had been passed on yet.
                    if status == 502:
                        raise ConnectionError
            # To a client of HTTP/1.0 the end of the connection is the end of the answer: it is not given by a break.
            with socket.create_connection(("127.0.0.1", gate.port), timeout=20) as client:
                client.sendall(f"GET /public/{path} HTTP/1.0\r\n\r\n".encode())
                received = b""
                try:
                    while part := client.recv(65536):
                        received += part
                    broken = b" 502 " in received.split(b"\r\n")[0] or b"Content-Length" in received
                except ConnectionError:
                    broken = True
                assert broken != is_whole


def test_a_head_that_breaks_off_is_502(folder):
    with origin(folder, "good") as application:
        gate = gate_for(folder, [f"localhost:{application.port}"], "ca: ../ca.pem")
        with gate.serving():
            assert ask(gate, "/public/head-cut")[0] == 502


def test_a_pooled_connection_that_dies_is_replaced_for_what_may_be_repeated_and_for_nothing_else(folder):
    with origin(folder, "good") as application:
        gate = gate_for(folder, [f"localhost:{application.port}"], "ca: ../ca.pem")
        with gate.serving():
            for method, expected in [("GET", [200, 200]), ("POST", [200, 502])]:
                assert [ask(gate, "/public/second-dies", method)[0] for _ in range(2)] == expected
                # The next one begins with a connection that has served.
                assert ask(gate, "/public/last")[0] == 200
        posts = [request for request in application.requests if request.startswith("POST")]
        assert posts == ["POST /public/second-dies"] * 2


def test_one_endpoint_that_is_not_trusted_costs_no_request(folder):
    with origin(folder, "good") as good, origin(folder, "stranger") as bad:
        gate = gate_for(folder, [f"127.0.0.1:{bad.port}", f"127.0.0.1:{good.port}"], "ca: ../ca.pem")
        with gate.serving():
            for _ in range(6):
                assert ask(gate, "/public/last")[0] == 200
        assert bad.requests == []


@pytest.mark.parametrize("name, is_up", [("good", True), ("stranger", False)])
def test_health_checks_ask_over_tls_and_trust_nobody_else(folder, name, is_up):
    check = ", health_check: {path: /public/health, interval_seconds: 0.1, unhealthy_after: 1}"
    with origin(folder, name) as application:
        gate = gate_for(folder, [f"localhost:{application.port}"], "ca: ../ca.pem", more=check)
        with gate.serving():
            if is_up:
                processes.wait_until(lambda: application.requests.count("GET /public/health") > 1, "health checks")
                assert ask(gate)[0] == 200
            else:
                wait_for_log(gate, "is down: the certificate of localhost is not accepted")
                processes.wait_until(lambda: ask(gate)[0] == 503, "no endpoint is left")
                assert application.requests == []


def test_an_endpoint_that_is_never_trusted_is_left_out_until_it_is(folder):
    with origin(folder, "stranger") as application:
        gate = gate_for(folder, [f"localhost:{application.port}"], "ca: ../ca.pem")
        with gate.serving():
            assert [ask(gate)[0] for _ in range(7)] == [502] * 5 + [503] * 2
            application.context.load_cert_chain(folder / "good.pem", folder / "good.key")
            processes.wait_until(lambda: ask(gate)[0] == 200, "the endpoint is tried again")


def test_a_handshake_that_nobody_answers_is_over_with_the_time_to_connect(folder):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        gate = gate_for(
            folder, [f"127.0.0.1:{silent.getsockname()[1]}"], "ca: ../ca.pem", "upstream_connect_timeout_seconds: 1")
        with gate.serving():
            start = time.monotonic()
            assert ask(gate)[0] == 503
            assert 0.9 < time.monotonic() - start < 5
            wait_for_log(gate, "does it speak TLS there?")
        assert access_lines(gate)[0]["reason"] == "upstream_connect_timeout"


def test_a_websocket_runs_over_tls_both_ways_and_ends_with_either_side(folder):
    with origin(folder, "good") as application:
        gate = gate_for(folder, [f"localhost:{application.port}"], "ca: ../ca.pem")
        with gate.serving(), socket.create_connection(("127.0.0.1", gate.port), timeout=20) as client:
            key = base64.b64encode(os.urandom(16)).decode()
            client.sendall(
                f"GET /public/socket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode())
            reader = client.makefile("rb")
            assert b" 101 " in reader.readline()
            while reader.readline().strip():
                pass
            for size in (1, 100, 16_384, 300_000):
                content = os.urandom(size)
                client.sendall(content)
                assert reader.read(size) == content
            client.shutdown(socket.SHUT_WR)
            assert reader.read() == b""


def test_a_reload_reads_the_files_anew_and_a_file_that_is_none_keeps_the_old_configuration(folder):
    (folder / "trusted.pem").write_bytes((folder / "nobody.pem").read_bytes())
    with origin(folder, "good") as application:
        gate = gate_for(folder, [f"localhost:{application.port}"], "ca: ../trusted.pem")
        log = gate.folder / "serve.log"

        def reload(word):
            count = log.read_text().count(word)
            process.send_signal(signal.SIGHUP)
            processes.wait_until(lambda: log.read_text().count(word) > count, word)

        with gate.serving() as process:
            assert ask(gate)[0] == 502
            (folder / "trusted.pem").write_bytes((folder / "ca.pem").read_bytes())
            reload("the new configuration is in force")
            assert ask(gate)[0] == 200
            (folder / "trusted.pem").write_text("no certificate\n")
            answer = processes.sallyport("check", "--config", gate.configuration, environment=gates.SECRET, check=False)
            assert answer.returncode == 1
            assert "upstreams.application.tls.ca: cannot be used" in answer.stdout
            assert "holds no certificate in PEM form" in answer.stdout
            reload("the old configuration stays in force")
            assert ask(gate)[0] == 200
            # What is trusted no more gets no further request, though a connection to it is still open.
            (folder / "trusted.pem").write_bytes((folder / "nobody.pem").read_bytes())
            reload("the new configuration is in force")
            assert ask(gate)[0] == 502


def test_check_tells_of_a_key_that_is_not_that_of_the_certificate_and_warns_of_trust_in_anybody(folder):
    gate = gate_for(folder, ["127.0.0.1:1"], "verify: false, certificate: ../client.pem, key: ../good.key")
    answer = processes.sallyport("check", "--config", gate.configuration, environment=gates.SECRET, check=False)
    assert answer.returncode == 1
    assert "upstreams.application.tls.certificate: cannot be used" in answer.stdout
    assert "does not belong to the certificate" in answer.stdout
    assert "upstreams.application.tls.verify: is false" in answer.stdout
