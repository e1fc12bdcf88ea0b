"""Tokens of Sallyport and of PyJWT are one thing under the same key, and a wrong one is refused on both sides."""

import json
import time

import jwt
import pytest

import processes

ALGORITHMS = ["HS256", "HS384", "HS512"]
# Long enough for the digest of each algorithm: 64 bytes.
SECRET = "0123456789abcdef" * 4
OTHER_SECRET = "fedcba9876543210" * 4


def verify(tokens, algorithm, *options, secret=SECRET):
    """What `sallyport token verify --stdin` says of each token, in order."""
    done = processes.sallyport(
        "token", "verify", "--stdin", "--secret-env", "CHECK_SECRET", "--algorithm", algorithm, "--type", "any", *options,
        environment={"CHECK_SECRET": secret}, stdin="".join(token + "\n" for token in tokens), check=False)
    assert done.returncode in (0, 1), done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(tokens), done.stdout + done.stderr
    return answers


@pytest.fixture
def issue(write_configuration):
    """Issues an access token of alice for a client with a User-Agent, and returns its compact form."""

    def run(algorithm, expires_in=600):
        configuration = write_configuration(algorithm=algorithm, name=f"{algorithm}-{expires_in}")
        done = processes.sallyport(
            "token", "issue", "--config", configuration, "--data", '{"sub":"alice","roles":["admin","ops"]}',
            "--expires-in", expires_in, "--client-address", "127.0.0.1", "--user-agent", "check",
            environment={"JWT_SECRET_KEY": SECRET})
        return done.stdout.strip()

    return run


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_pyjwt_accepts_our_tokens(issue, algorithm):
    token = issue(algorithm)
    claims = jwt.decode(token, SECRET, algorithms=[algorithm])
    assert claims["sub"] == "alice"
    assert claims["roles"] == ["admin", "ops"]
    assert claims["type"] == "access"
    assert claims["exp"] - claims["iat"] == 600
    assert claims["jti"] and claims["sid"] and claims["fp"]


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_pyjwt_refuses_our_tokens_under_another_key_or_algorithm(issue, algorithm):
    token = issue(algorithm)
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(token, OTHER_SECRET, algorithms=[algorithm])
    with pytest.raises(jwt.InvalidAlgorithmError):
        jwt.decode(token, SECRET, algorithms=[name for name in ALGORITHMS if name != algorithm])


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_tokens_of_pyjwt_are_accepted_with_their_claims(algorithm):
    now = int(time.time())
    payload = {"sub": "alice", "roles": ["admin"], "iat": now, "exp": now + 600, "name": "Ælice", "nested": {"a": [1, None]}}
    (answer,) = verify([jwt.encode(payload, SECRET, algorithm=algorithm)], algorithm)
    assert answer["valid"] is True
    assert answer["claims"] == payload


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_tokens_of_pyjwt_that_are_wrong_are_refused_each_for_its_reason(algorithm):
    now = int(time.time())
    good = {"sub": "alice", "iat": now, "exp": now + 600}
    neighbour = ALGORITHMS[(ALGORITHMS.index(algorithm) + 1) % len(ALGORITHMS)]
    rows = [
        (jwt.encode(good, SECRET, algorithm=algorithm), None),
        (jwt.encode(good, OTHER_SECRET, algorithm=algorithm), {"token_signature"}),
        (jwt.encode({**good, "exp": now - 3600}, SECRET, algorithm=algorithm), {"token_expired"}),
        (jwt.encode({**good, "nbf": now + 3600}, SECRET, algorithm=algorithm), {"token_not_yet_valid"}),
        (jwt.encode(good, SECRET, algorithm=neighbour), {"token_signature", "token_key_unknown"}),
        (jwt.encode(good, None, algorithm="none"), {"token_signature", "token_key_unknown", "token_malformed"}),
        ("not a token", {"token_malformed"}),
        # The line behind the hostile ones is still judged by itself.
        (jwt.encode(good, SECRET, algorithm=algorithm), None),
    ]
    for answer, (token, codes) in zip(verify([token for token, _ in rows], algorithm), rows):
        if codes is None:
            assert answer["valid"] is True, (token, answer)
        else:
            assert answer["valid"] is False, (token, answer)
            assert answer["code"] in codes and answer["message"], (token, answer)
            assert token not in json.dumps(answer)


def test_our_token_is_of_its_type_only(issue):
    token = issue("HS256")
    environment = {"CHECK_SECRET": SECRET}
    for kind, valid in [("access", True), ("refresh", False), ("websocket", False)]:
        done = processes.sallyport(
            "token", "verify", "--stdin", "--secret-env", "CHECK_SECRET", "--algorithm", "HS256", "--type", kind,
            environment=environment, stdin=token + "\n", check=False)
        answer = json.loads(done.stdout)
        assert answer["valid"] is valid, (kind, answer)
        assert valid or answer["code"] == "token_type"
