"""A Redis over TLS behind a running gate: what a client gets when TLS forbids it, and what the operator reads."""

import http.client
import json
import signal
import subprocess

import pytest

import gates
import processes
from certificates import certificate


@pytest.fixture
def redis(tmp_path):
    """A redis-server that speaks TLS and asks for certificates, with an authority beside it; gives its port."""
    signer = certificate(tmp_path, "ca", [])
    certificate(tmp_path, "server", ["127.0.0.1"], signer)
    certificate(tmp_path, "client", [], signer)
    certificate(tmp_path, "stranger", [])
    port = processes.free_port()
    command = [
        "redis-server", "--port", "0", "--tls-port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
        "--tls-cert-file", tmp_path / "server.pem", "--tls-key-file", tmp_path / "server.key",
        "--tls-ca-cert-file", tmp_path / "ca.pem", "--dir", tmp_path]
    with processes.running(command, tmp_path / "redis.log", port):
        yield port


def gate_for(folder, port, tls, workers=2):
    """A gate over that Redis; it is not running yet."""
    gate = gates.Gate(folder / "gate", f"rediss://127.0.0.1:{port}", 1, workers=workers)
    text = gate.configuration.read_text()
    gate.configuration.write_text(text.replace(f'127.0.0.1:{port}"}}', f'127.0.0.1:{port}", tls: {{{tls}}}}}'))
    return gate


def session(gate, token):
    """Status and code of a request with a token."""
    connection = http.client.HTTPConnection("127.0.0.1", gate.port, timeout=20)
    connection.request("GET", "/.sallyport/session", headers={"Authorization": f"Bearer {token}"})
    answer = connection.getresponse()
    body = json.loads(answer.read())
    return answer.status, body.get("code")


def test_a_token_is_judged_over_tls_and_a_refused_connection_is_503_until_a_reload_heals_it(tmp_path, redis):
    (tmp_path / "trusted.pem").write_bytes((tmp_path / "ca.pem").read_bytes())
    gate = gate_for(tmp_path, redis, "ca: ../trusted.pem, certificate: ../client.pem, key: ../client.key")
    log = gate.folder / "serve.log"

    def reload():
        count = log.read_text().count("is in force")
        process.send_signal(signal.SIGHUP)
        processes.wait_until(lambda: log.read_text().count("is in force") > count, "the reload")

    token = gate.command("session", "issue", "--data", '{"sub":"alice"}')["access_token"]
    with gate.serving() as process:
        assert session(gate, token) == (200, None)
        (tmp_path / "trusted.pem").write_bytes((tmp_path / "stranger.pem").read_bytes())
        reload()
        for _ in range(10):
            assert session(gate, token) == (503, "store_unavailable")
        processes.wait_until(lambda: "is not accepted" in log.read_text(), "the reason in the log")
        assert log.read_text().count("is not accepted") == 1, log.read_text()
        (tmp_path / "trusted.pem").write_bytes((tmp_path / "ca.pem").read_bytes())
        reload()
        processes.wait_until(lambda: session(gate, token) == (200, None), "the store answers again")


@pytest.mark.parametrize("tls, words", [
    ("ca: ../stranger.pem", "self-signed certificate in certificate chain"),
    ("ca: ../ca.pem, server_name: redis.internal", "ostname mismatch"),
    ("ca: ../ca.pem", "alert certificate required"),
])
def test_what_tls_forbids_is_503_and_one_sentence_of_the_log(tmp_path, redis, tls, words):
    good = gate_for(tmp_path / "good", redis, "ca: ../../ca.pem, certificate: ../../client.pem, key: ../../client.key")
    token = good.command("session", "issue", "--data", '{"sub":"alice"}')["access_token"]
    gate = gate_for(tmp_path, redis, tls)
    with gate.serving():
        for _ in range(10):
            assert session(gate, token) == (503, "store_unavailable")
        log = gate.folder / "serve.log"
        processes.wait_until(lambda: words in log.read_text(), "the reason in the log")
        assert log.read_text().count(words) == 1, log.read_text()
    answer = subprocess.run(
        [processes.BINARY, "token", "verify", token, "--config", gate.configuration], capture_output=True, text=True,
        env={"PATH": "/usr/bin", **gates.SECRET}, timeout=60)
    assert answer.returncode == 3, answer
