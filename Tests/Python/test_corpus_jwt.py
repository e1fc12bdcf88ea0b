"""Hostile tokens of the corpus, judged by `sallyport token verify --stdin` with the corpus' secrets."""

import json
import time

import jwt
import pytest

import conftest
import processes


@pytest.fixture
def verify(tmp_path):
    """Verifies tokens as the corpus wants it: its issuer, its audience, each key pinned to its algorithm."""
    keys = json.loads((conftest.CORPUS / "jwt_keys" / "jwks_trusted.json").read_text())["keys"]
    secrets = [key for key in keys if key["kty"] == "oct"]
    path = tmp_path / "keys.json"
    path.write_text(json.dumps({"keys": secrets}))

    def run(tokens):
        options = [word for key in secrets for word in ("--algorithm", key["alg"])]
        done = processes.sallyport(
            "token", "verify", "--stdin", "--keys", path, *options, "--type", "any", "--issuer", "https://issuer.test",
            "--audience", "api://filter", "--leeway", 5, stdin="".join(token + "\n" for token in tokens), check=False)
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        assert len(answers) == len(tokens), done.stderr[-1000:]
        return answers

    run.secrets = secrets
    return run


def test_tokens_that_are_right_are_accepted_under_each_secret(verify):
    now = int(time.time())
    claims = {"sub": "alice", "iss": "https://issuer.test", "aud": "api://filter", "iat": now, "exp": now + 600}
    tokens = [
        jwt.encode(claims, jwt.utils.base64url_decode(key["k"]), algorithm=key["alg"], headers={"kid": key["kid"]})
        for key in verify.secrets
    ]
    assert [answer["valid"] for answer in verify(tokens)] == [True] * 3


def test_no_hostile_token_of_the_corpus_is_accepted(verify):
    rows = [json.loads(line) for line in (conftest.CORPUS / "jwt_vectors.jsonl").read_text().splitlines()]
    # A token with a line break cannot come in by a line of its own; the proxy's tests send such bytes.
    rows = [row for row in rows if row["expectation"] == "reject" and not set(row["token"]) & set("\r\n")]
    assert len(rows) > 270
    accepted = [row["id"] for row, answer in zip(rows, verify([row["token"] for row in rows])) if answer["valid"]]
    assert not accepted
