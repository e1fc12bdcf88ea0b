"""Access tokens that PyJWT signs for an issuer of its own, at the gate and at the command."""

import json
import time
import urllib.error
import urllib.request

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

import gates
import processes

ISSUER = "https://issuer.example"
KEYS = {
    "RS256": rsa.generate_private_key(public_exponent=65537, key_size=2048),
    "ES256": ec.generate_private_key(ec.SECP256R1()),
    "EdDSA": ed25519.Ed25519PrivateKey.generate(),
}
ADAPTERS = {"RS256": jwt.algorithms.RSAAlgorithm, "ES256": jwt.algorithms.ECAlgorithm, "EdDSA": jwt.algorithms.OKPAlgorithm}


def key_set(keys=None):
    """The public keys as a JWK set, each with its algorithm's name as `kid`."""
    jwks = []
    for name, key in (keys or KEYS).items():
        jwk = ADAPTERS[name].to_jwk(key.public_key())
        jwks.append({**(jwk if isinstance(jwk, dict) else json.loads(jwk)), "kid": name, "use": "sig"})
    return {"keys": jwks}


def token(algorithm, key=None, header=None, **changes):
    """A good access token of carol for 600 s; a change of None removes the claim."""
    now = int(time.time())
    claims = {"iss": ISSUER, "sub": "carol", "aud": "api://shop", "iat": now, "exp": now + 600, "jti": "t-1",
              "realm_access": {"roles": ["admin"]}, **changes}
    claims = {name: value for name, value in claims.items() if value is not None}
    headers = {"kid": algorithm, "typ": "at+jwt", **(header or {})}
    return jwt.encode(claims, key or KEYS[algorithm], algorithm=algorithm, headers=headers)


def get(port, path, bearer):
    """Status and JSON body of a request with a bearer token."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Authorization": f"Bearer {bearer}"})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


@pytest.fixture
def gate(tmp_path):
    """A gate that takes the issuer's tokens by a file of keys, with the application behind it; it is not running yet."""
    with gates.application(tmp_path) as application:
        gate = gates.Gate(tmp_path / "gate", "memory:", application)
        (gate.folder / "jwks.json").write_text(json.dumps(key_set()))
        text = gate.configuration.read_text()
        gate.configuration.write_text(text.replace("cookies:", f"""issuers:
  - issuer: {ISSUER}
    audiences: [api://shop]
    jwks: {{file: jwks.json}}
    claims: {{roles: realm_access.roles}}
cookies:""") + "")
        yield gate


BAD = [
    ({"aud": "api://other"}, {}, "token_audience"),
    ({"exp": 1}, {}, "token_expired"),
    ({"exp": None}, {}, "token_malformed"),
    ({"nbf": 4102444800}, {}, "token_not_yet_valid"),
    ({"nonce": "n"}, {"typ": "JWT"}, "token_type"),
    ({"type": "refresh"}, {}, "token_type"),
    ({"cnf": {"jkt": "x"}}, {}, "binding_mismatch"),
    ({}, {"kid": "unknown"}, "token_key_unknown"),
    ({}, {"crit": ["x"], "x": 1}, "token_malformed"),
]


@pytest.mark.parametrize("algorithm", KEYS)
def test_a_token_of_each_algorithm_opens_the_gate_and_a_wrong_one_does_not(gate, algorithm):
    stranger = {"RS256": rsa.generate_private_key(public_exponent=65537, key_size=2048),
                "ES256": ec.generate_private_key(ec.SECP256R1()), "EdDSA": ed25519.Ed25519PrivateKey.generate()}[algorithm]
    with gate.serving():
        good = token(algorithm)
        for _ in range(2):
            status, body = get(gate.port, "/", good)
            assert (status, body["headers"].get("x-user-id")) == (200, "carol")
            assert "authorization" not in body["headers"]
        status, body = get(gate.port, "/", token(algorithm, stranger))
        assert (status, body["code"]) == (401, "token_signature")
        for changes, header, code in BAD:
            status, body = get(gate.port, "/", token(algorithm, header=header, **changes))
            assert (status, body["code"]) == (401, code), (changes, header)


def test_the_command_judges_as_the_gate_does(gate):
    rows = [(token("ES256"), None), (token("RS256"), None)]
    rows += [(token("ES256", header=header, **changes), code) for changes, header, code in BAD]
    gate.configuration.write_text(gate.configuration.read_text().replace('"memory:"', f'"sqlite:{gate.folder}/s.db"'))
    done = processes.sallyport(
        "token", "verify", "--config", gate.configuration, "--stdin", environment=gates.SECRET,
        stdin="".join(text + "\n" for text, _ in rows))
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer.get("code") for answer in answers] == [code for _, code in rows]
    assert answers[0]["claims"]["roles"] == ["admin"]


def test_check_tells_of_keys_that_cannot_be_used(gate):
    (gate.folder / "jwks.json").write_text('{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}')
    done = processes.sallyport("check", "--config", gate.configuration, environment=gates.SECRET, check=False)
    assert done.returncode == 1
    assert "jwks.file" in done.stdout
