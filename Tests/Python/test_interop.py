"""Tokens of each algorithm go both ways between Sallyport and two libraries that share nothing with it: PyJWT and joserfc."""

import base64
import hashlib
import hmac
import json
import time

import joserfc.errors
import joserfc.jwk
import joserfc.jwt
import jwt
import pytest

import processes

ALGORITHMS = ["HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512",
              "ES256", "ES384", "ES512", "EdDSA"]
PRIVATE = {"d", "p", "q", "dp", "dq", "qi"}
KEYS = ["HS512", "RS256", "PS256", "ES256", "ES384", "ES512", "EdDSA"]


class PyJWT:
    """PyJWT, with keys as JSON Web Keys."""

    refusals = jwt.InvalidTokenError

    @staticmethod
    def key(jwk):
        return jwt.PyJWK(jwk, algorithm=jwk["alg"]).key

    @classmethod
    def sign(cls, claims, jwk):
        return jwt.encode(claims, cls.key(jwk), algorithm=jwk["alg"], headers={"kid": jwk["kid"]})

    @classmethod
    def verify(cls, token, jwk, algorithm):
        return jwt.decode(token, cls.key(jwk), algorithms=[algorithm])


class Joserfc:
    """joserfc. It takes a key for what its `key_ops` say, and calls Ed25519 by either name."""

    refusals = joserfc.errors.JoseError

    @staticmethod
    def sign(claims, jwk):
        header = {"alg": jwk["alg"], "typ": "JWT", "kid": jwk["kid"]}
        return joserfc.jwt.encode(header, claims, joserfc.jwk.import_key(jwk), algorithms=[jwk["alg"]])

    @staticmethod
    def verify(token, jwk, algorithm):
        decoded = joserfc.jwt.decode(token, joserfc.jwk.import_key(jwk), algorithms=[algorithm])
        joserfc.jwt.JWTClaimsRegistry().validate(decoded.claims)
        return decoded.claims


LIBRARIES = [PyJWT, Joserfc]
# RFC 9864 calls it Ed25519; EdDSA is what all of the libraries still write.
pytestmark = pytest.mark.filterwarnings("ignore:EdDSA is deprecated")


def make_key(algorithm, kid="one"):
    """A new private key as a JSON Web Key."""
    return json.loads(processes.sallyport("keys", "generate", "--jwk", "--kid", kid, "--algorithm", algorithm).stdout)


def public_half(key):
    """What of a key pair others may have; a secret stays as it is."""
    return key if key["kty"] == "oct" else {name: key[name] for name in key if name not in PRIVATE}


@pytest.fixture(scope="module", params=ALGORITHMS)
def gate(request, tmp_path_factory):
    """A configuration whose key signs with one algorithm: its path, and the key with which others verify."""
    folder = tmp_path_factory.mktemp(request.param)
    key = make_key(request.param)
    (folder / "key.json").write_text(json.dumps(key))
    path = folder / "sallyport.yaml"
    path.write_text(f"""
listeners: [{{address: 127.0.0.1:0}}]
tokens: {{keys: [{{key: {{file: key.json}}}}]}}
store: {{url: "sqlite:{folder}/sallyport.db"}}
upstreams: {{app: {{endpoints: ["127.0.0.1:3000"]}}}}
routes: [{{upstream: app}}]
logging: {{audit: "off"}}
""")
    if request.param.startswith("HS"):
        public = key
    else:
        public = json.loads(processes.sallyport("keys", "export", "--config", path).stdout)["keys"][0]
        assert public == public_half(key)
    return {"algorithm": request.param, "path": path, "private": key, "public": public}


@pytest.fixture(scope="module")
def token(gate):
    """A token of ours."""
    return processes.sallyport(
        "token", "issue", "--config", gate["path"], "--data", '{"sub":"alice","roles":["admin","ops"],"n":1.50}',
        "--expires-in", 600).stdout.strip()


def judge(tokens, keys, tmp_path, *options):
    """What `sallyport token verify` says of each token under a set of keys."""
    path = tmp_path / "keys.json"
    path.write_text(json.dumps({"keys": keys}))
    done = processes.sallyport(
        "token", "verify", "--stdin", "--keys", path, *options, stdin="".join(token + "\n" for token in tokens), check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("library", LIBRARIES)
def test_the_library_takes_our_token_with_its_claims(library, gate, token):
    claims = library.verify(token, gate["public"], gate["algorithm"])
    assert claims["sub"] == "alice" and claims["roles"] == ["admin", "ops"] and claims["type"] == "access"
    assert claims["exp"] - claims["iat"] == 600
    assert claims["jti"] and claims["sid"] and claims["fp"]


@pytest.mark.parametrize("library", LIBRARIES)
def test_the_library_refuses_our_token_under_another_key_and_with_a_changed_byte(library, gate, token):
    other = make_key(gate["algorithm"])
    with pytest.raises(library.refusals):
        library.verify(token, public_half(other), gate["algorithm"])
    head, payload, signature = token.split(".")
    # Not the last letter, of which some bits may be padding.
    changed = signature[:10] + ("A" if signature[10] != "A" else "B") + signature[11:]
    with pytest.raises(library.refusals):
        library.verify(f"{head}.{payload}.{changed}", gate["public"], gate["algorithm"])


@pytest.mark.parametrize("library", LIBRARIES)
def test_we_take_the_token_of_the_library_and_refuse_its_neighbours(library, gate, tmp_path):
    now = int(time.time())
    good = {"sub": "alice", "type": "access", "iat": now, "exp": now + 600, "name": "Ælice", "nested": {"a": [1, None]}}
    signed = library.sign(good, gate["private"])
    head, payload, signature = signed.split(".")
    rows = [
        (signed, None),
        (library.sign({**good, "exp": now - 60}, gate["private"]), "token_expired"),
        (library.sign({**good, "type": "refresh"}, gate["private"]), "token_type"),
        (library.sign(good, make_key(gate["algorithm"])), "token_signature"),
        (library.sign(good, make_key(gate["algorithm"], kid="two")), "token_key_unknown"),
        (f"{head}.{payload}.{'A' * len(signature)}", "token_signature"),
        (signed, None),
    ]
    answers = judge([token for token, _ in rows], [gate["public"]], tmp_path, "--type", "access")
    for answer, (token, code) in zip(answers, rows, strict=True):
        assert answer["valid"] is (code is None), (code, answer)
        assert code is None or answer["code"] == code
    assert answers[0]["claims"] == good


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_token_of_each_algorithm_is_refused_by_a_key_that_is_for_another(library, gate, tmp_path):
    now = int(time.time())
    signed = library.sign({"sub": "alice", "type": "access", "exp": now + 600}, gate["private"])
    others = [make_key(name, kid="one") for name in KEYS if name != gate["algorithm"]]
    for other in others:
        (answer,) = judge([signed], [other], tmp_path)
        assert answer["valid"] is False and answer["code"] == "token_signature"


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_public_key_is_never_taken_for_a_secret(library, gate, tmp_path):
    """RFC 8725 §2.1: whoever knows the public key signs HS256 with its text."""
    if gate["algorithm"].startswith("HS"):
        secret = json.dumps(gate["private"]).encode()
    else:
        secret = processes.sallyport("keys", "export", "--config", gate["path"], "--pem").stdout.encode()
    forged_key = {"kty": "oct", "alg": "HS256", "kid": "one", "k": base64.urlsafe_b64encode(secret).rstrip(b"=").decode()}
    claims = {"sub": "root", "type": "access", "exp": int(time.time()) + 600}
    try:
        forged = library.sign(claims, forged_key)
    except (jwt.InvalidKeyError, joserfc.errors.JoseError, ValueError):
        # The library refuses to make one: what the attacker writes by hand is the same.
        def text(data):
            return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

        message = text(b'{"alg":"HS256","kid":"one"}') + "." + text(json.dumps(claims).encode())
        forged = message + "." + text(hmac.new(secret, message.encode(), hashlib.sha256).digest())
    (answer,) = judge([forged], [gate["public"]], tmp_path)
    assert answer["valid"] is False and answer["code"] == "token_signature"
