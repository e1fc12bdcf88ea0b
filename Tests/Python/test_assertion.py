"""The signed assertion, with the verifiers of Examples/assertion as applications behind the gate."""

import contextlib
import http.client
import json
import shutil
import subprocess
import sys
import time

import jwt
import pytest

import gates
import processes

EXAMPLES = processes.ROOT / "Examples" / "assertion"
AUDIENCE = "shop"


def interpreters():
    """The verifiers that can run here: Python always, the others where their language is installed."""
    yield pytest.param([sys.executable, EXAMPLES / "app.py"], id="python")
    yield pytest.param(["node", EXAMPLES / "app.mjs"], id="node",
                       marks=pytest.mark.skipif(not shutil.which("node"), reason="needs Node"))
    yield pytest.param(["go", "run", EXAMPLES / "app.go"], id="go",
                       marks=pytest.mark.skipif(not shutil.which("go"), reason="needs Go"))


@contextlib.contextmanager
def gate(folder, program, algorithm):
    """Runs a verifier behind a gate; gives both ports and the folder's configuration."""
    (folder / "key.json").write_text(processes.sallyport(
        "keys", "generate", "--set", "--algorithm", algorithm, "--kid", "statements").stdout)
    application, port = processes.free_port(), processes.free_port()
    configuration = folder / "sallyport.yaml"
    configuration.write_text(f"""
workers: 1
listeners: [{{address: "127.0.0.1:{port}"}}]
tokens: {{issuer: "https://gate.example"}}
assertions: {{keys: {{file: key.json}}}}
store: {{url: "sqlite:{folder}/store.db"}}
upstreams: {{application: {{endpoints: ["127.0.0.1:{application}"]}}}}
routes:
  - upstream: application
    authentication: optional
    identity_headers: {{X-User-Id: sub, X-User-Roles: roles}}
    assertion: {{audience: {AUDIENCE}}}
  - match: {{path_prefix: /api}}
    upstream: application
    rewrite: /v2
    assertion: {{audience: {AUDIENCE}}}
  - match: {{path_prefix: /elsewhere}}
    upstream: application
    authentication: none
    assertion: {{audience: somebody-else}}
  - {{match: {{path_prefix: /unsigned}}, upstream: application, authentication: none}}
logging: {{access: "{folder}/access.jsonl", audit: "{folder}/audit.jsonl"}}
""")
    command = [*program, application, f"http://127.0.0.1:{port}/.sallyport/jwks.json", AUDIENCE]
    with processes.running([processes.BINARY, "serve", "--config", configuration], folder / "serve.log", port,
                           gates.SECRET):
        with processes.running(command, folder / "application.log", application):
            session = json.loads(processes.sallyport(
                "session", "issue", "--config", str(configuration), "--data", '{"sub":"alice","roles":["admin"]}',
                "--client-address", "127.0.0.1", "--user-agent", "checks", environment=gates.SECRET).stdout)
            yield port, application, session["access_token"]


def ask(port, method="GET", target="/", token=None, **fields):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    headers = {"User-Agent": "checks", **{name.replace("_", "-"): value for name, value in fields.items()}}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    connection.request(method, target, headers=headers)
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


@pytest.mark.parametrize("algorithm", ["EdDSA", "ES256"])
@pytest.mark.parametrize("program", list(interpreters()))
def test_a_verifier_takes_what_the_gate_has_signed_and_nothing_else(program, algorithm, tmp_path):
    with gate(tmp_path, program, algorithm) as (port, application, token):
        assert ask(port, token=token) == (200, "Hello, alice.\n")
        assert ask(port, "DELETE", "/a%20b/~c?q=1", token) == (200, "Hello, alice.\n")
        assert ask(port, target="/api/orders?x", token=token) == (200, "Hello, alice.\n")
        assert ask(port) == (200, "Hello, stranger.\n")
        # A client's own statement goes nowhere, and without ours there is none.
        assert ask(port, Sallyport_Assertion="e30.e30.e30") == (200, "Hello, stranger.\n")
        assert ask(port, target="/unsigned", Sallyport_Assertion="e30.e30.e30")[0] == 401
        # For another audience.
        assert ask(port, target="/elsewhere")[0] == 401
        # Directly at the application: nothing, and what is no statement.
        assert ask(application)[0] == 401
        for forged in ["", "a.b.c", "e30.e30.", token]:
            assert ask(application, Sallyport_Assertion=forged)[0] == 401


@pytest.mark.parametrize("program", list(interpreters()))
def test_a_statement_is_good_for_one_method_and_path_and_for_a_minute(program, tmp_path):
    with gate(tmp_path, program, "EdDSA") as (_, application, _):
        key = jwt.PyJWK(json.loads((tmp_path / "key.json").read_text())["keys"][0])

        def statement(header=None, **changes):
            now = int(time.time())
            claims = {"aud": AUDIENCE, "iat": now, "exp": now + 60, "jti": "1", "method": "GET", "path": "/x",
                      "sub": "alice", **changes}
            headers = {"typ": "sallyport-assertion+jwt", "kid": "statements", **(header or {})}
            return jwt.encode(claims, key.key, "EdDSA", headers=headers)

        def status(signed, method="GET", target="/x?q"):
            return ask(application, method, target, Sallyport_Assertion=signed)[0]

        now = int(time.time())
        assert status(statement()) == 200
        assert status(statement(), method="POST") == 401
        assert status(statement(), target="/y") == 401
        assert status(statement(), target="/x/") == 401
        assert status(statement(aud="somebody-else")) == 401
        assert status(statement(iat=now - 120, exp=now - 60)) == 401
        assert status(statement(iat=now + 60, exp=now + 120)) == 401
        assert status(statement({"typ": "JWT"})) == 401
        assert status(statement({"kid": "unknown"})) == 401
        head, body, signature = statement().split(".")
        other = statement(path="/y").split(".")[1]
        assert status(f"{head}.{other}.{signature}") == 401
        assert status(f"{head}.{body}.{signature[:-8]}AAAAAAAA") == 401


def test_the_public_key_is_published_and_no_private_one(tmp_path):
    program = [sys.executable, EXAMPLES / "app.py"]
    with gate(tmp_path, program, "ES256") as (port, _, _):
        _, body = ask(port, target="/.sallyport/jwks.json")
        (key,) = json.loads(body)["keys"]
        assert key["kid"] == "statements" and key["alg"] == "ES256" and "d" not in key


@pytest.mark.skipif(not shutil.which("go"), reason="needs Go")
def test_the_verifier_in_go_is_formatted():
    assert subprocess.run(["gofmt", "-l", EXAMPLES / "app.go"], capture_output=True, text=True).stdout == ""
