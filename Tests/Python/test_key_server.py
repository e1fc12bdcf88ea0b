"""Keys of an issuer that are fetched over TLS: from whom they are taken, and from whom they are not."""

import contextlib
import http.server
import json
import ssl
import threading

import pytest

import gates
import processes
import test_issuers
from certificates import certificate


@contextlib.contextmanager
def key_server(folder, name):
    """Serves the key set over TLS with the certificate NAME until the block ends; gives its port."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = json.dumps(test_issuers.key_set()).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / f"{name}.pem", folder / f"{name}.key")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def authority(tmp_path):
    """A folder with an authority, certificates of it for this machine and for another, and one of nobody."""
    signer = certificate(tmp_path, "ca", [])
    certificate(tmp_path, "good", ["127.0.0.1", "localhost"], signer)
    certificate(tmp_path, "other", ["issuer.example"], signer)
    certificate(tmp_path, "stranger", ["127.0.0.1", "localhost"], certificate(tmp_path, "nobody", []))
    return tmp_path


@pytest.mark.parametrize("name, host, is_trusted", [
    ("good", "127.0.0.1", True), ("good", "localhost", True), ("other", "127.0.0.1", False),
    ("stranger", "localhost", False)])
def test_keys_are_taken_from_a_server_whose_certificate_is_trusted(authority, name, host, is_trusted):
    with gates.application(authority) as application, key_server(authority, name) as port:
        gate = gates.Gate(authority / "gate", "memory:", application)
        text = gate.configuration.read_text()
        gate.configuration.write_text(text.replace("cookies:", f"""issuers:
  - issuer: {test_issuers.ISSUER}
    audiences: [api://shop]
    jwks: {{url: "https://{host}:{port}/jwks.json", ca: ../ca.pem}}
cookies:"""))
        with gate.serving():
            token = test_issuers.token("ES256")
            if is_trusted:
                processes.wait_until(lambda: test_issuers.get(gate.port, "/", token)[0] == 200, "the keys come")
            else:
                log = gate.folder / "serve.log"
                processes.wait_until(lambda: "cannot be fetched" in log.read_text(), "the failure is told")
                status, body = test_issuers.get(gate.port, "/", token)
                assert (status, body["code"]) == (503, "issuer_unavailable")
                assert "certificate" in log.read_text()
