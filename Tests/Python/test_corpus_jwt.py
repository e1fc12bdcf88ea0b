"""Hostile tokens of the corpus, judged by `sallyport token verify --stdin`."""

import concurrent.futures
import json
import time

import jwt
import pytest

import conftest
import processes

# What the corpus demands of a whole decision: its issuer, its audience, and at most 60 s of leeway.
RULES = ["--issuer", "https://issuer.test", "--audience", "api://filter", "--leeway", "5"]


def rows_of(path):
    """The rows of a file. A token with a line break cannot come in by a line of its own; the proxy's tests send such."""
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    return [row for row in rows if not set(row["token"]) & set("\r\n")]


def tell(capsys, title, wrong):
    """Prints the rows of strength `policy` that went the other way: both answers are defensible there."""
    with capsys.disabled():
        for row, answer in wrong:
            if row["strength"] == "policy":
                print(f"\n{title}: policy {row['id']}: {row['expectation']}, ours: {answer.get('code', 'accepted')}", end="")


def names(wrong):
    return [f"{row['strength']} {row['id']}: to {row['expectation']}, ours: {answer.get('code', 'accepted')}"
            for row, answer in wrong if row["strength"] != "policy"]


@pytest.fixture
def verify(requires, tmp_path):
    """Verifies tokens with a set of keys, each pinned to its algorithm."""
    requires("token")

    def run(tokens, keys, *options):
        path = tmp_path / f"keys-{abs(hash(json.dumps(keys)))}.json"
        path.write_text(json.dumps(keys))
        done = processes.sallyport(
            "token", "verify", "--stdin", "--keys", path, "--type", "any", *options,
            stdin="".join(token + "\n" for token in tokens), check=False)
        if not done.stdout and done.returncode == 1:
            # No key of the file can be used: nothing is judged, so nothing is accepted.
            return [{"valid": False, "code": "no usable key"}] * len(tokens)
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        assert len(answers) == len(tokens), done.stderr[-1000:]
        return answers

    return run


@pytest.fixture(scope="module")
def trusted():
    return json.loads((conftest.CORPUS / "jwt_keys" / "jwks_trusted.json").read_text())


def test_tokens_that_are_right_are_accepted_under_each_secret(verify, trusted):
    now = int(time.time())
    claims = {"sub": "alice", "iss": "https://issuer.test", "aud": "api://filter", "iat": now, "exp": now + 600}
    tokens = [
        jwt.encode(claims, jwt.utils.base64url_decode(key["k"]), algorithm=key["alg"], headers={"kid": key["kid"]})
        for key in trusted["keys"] if key["kty"] == "oct"
    ]
    assert [answer["valid"] for answer in verify(tokens, trusted, *RULES)] == [True] * 3


def wrong_answers(rows, answers):
    return [(row, answer) for row, answer in zip(rows, answers)
            if answer["valid"] is not (row["expectation"] == "accept")]


def test_the_tokens_of_the_corpus_are_judged_as_they_should(verify, trusted, capsys):
    rows = rows_of(conftest.CORPUS / "jwt_vectors.jsonl")
    assert len(rows) > 280
    wrong = wrong_answers(rows, verify([row["token"] for row in rows], trusted, *RULES))
    tell(capsys, "Corpus, tokens", wrong)
    assert not names(wrong)


def test_the_signatures_of_the_public_suites_are_judged_as_they_should(verify, public_corpus, capsys):
    rows = rows_of(public_corpus / "jwt_vectors.jsonl")
    hands = {}
    for row in rows:
        hands.setdefault((json.dumps(row["jwk"]), row["level"] == "jwt"), []).append(row)

    def judge(hand):
        (key, is_whole), some = hand
        return wrong_answers(some, verify(
            [row["token"] for row in some], json.loads(key), *([] if is_whole else ["--signature-only"])))

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        wrong = [pair for each in pool.map(judge, hands.items()) for pair in each]
    tell(capsys, "Public suites, tokens", wrong)
    assert not names(wrong)
