"""Hostile messages through the running proxy, plain, over TLS and as HTTP/2; the judge is client and upstream at once and reads
every byte."""

import concurrent.futures
import contextlib
import json
import subprocess
import sys

import pytest

import conftest
import processes
from certificates import certificate

SECRET = "0123456789abcdef" * 4
# How the rows travel, and who judges them.
JUDGE = {way: conftest.CORPUS / "judges" / program for way, program in {
    "plain": "run_http1.py", "tls": "run_http1.py", "h2": "run_http2.py", "h2-tls": "run_http2.py",
    # Rows that were made as HTTP/2, to become something else in HTTP/1.1.
    "downgrade-h2": "run_h2.py", "downgrade-h2-tls": "run_h2.py"}.items()}
# The judge mostly waits, so the rows are dealt to several judges, each with a proxy of its own.
JUDGES = 6

ROUTES = {
    "messages": """
  - match: {path_prefix: /}
    upstream: application
    token_sources: [authorization]
    identity_headers: {X-User-Id: sub}
""",
    "paths": """
  - match: {path_prefix: /public}
    upstream: application
    authentication: none
    identity_headers: {X-User-Id: sub}
  - match: {path_prefix: /}
    upstream: application
    identity_headers: {X-User-Id: sub}
""",
}


@pytest.fixture
def judge(write_configuration, tmp_path):
    """Runs the judge over some rows and returns its verdicts."""

    certificate(tmp_path, "site", ["127.0.0.1", "localhost"], certificate(tmp_path, "ca", []))

    def run_one(kind, way, number, rows):
        port, upstream_port = processes.free_port(), processes.free_port()
        name = f"{kind}-{way}-{number}"
        environment = {"JWT_SECRET_KEY": SECRET}
        # Some rows bring a User-Agent of their own; what they test is not the binding to it.
        tls = f"tls: {{certificates: [{{certificate: {tmp_path}/site.pem, key: {tmp_path}/site.key}}]}}"
        listener = "protocols: [h2]" if way.endswith("h2") else tls if "tls" in way else ""
        configuration = write_configuration(
            port, upstream_port, routes=ROUTES[kind], name=name, user_agent="off", listener=listener)
        payloads, report = tmp_path / f"{name}.jsonl", tmp_path / f"{name}-report.json"
        payloads.write_text("".join(rows))
        command = [sys.executable, JUDGE[way], "--proxy", f"127.0.0.1:{port}", "--upstream-port", upstream_port,
                   "--payloads", payloads, "--json", report]
        if "tls" in way:
            command += ["--tls"] if "downgrade" in way else ["--tls", tmp_path / "ca.pem"]
        if kind == "messages":
            token = processes.sallyport(
                "token", "issue", "--config", configuration, "--data", '{"sub":"alice"}', "--expires-in", 3600,
                "--client-address", "127.0.0.1", environment=environment).stdout.strip()
            command += ["--header", f"Authorization: Bearer {token}", "--identity-header", "X-User-Id",
                        "--expect-identity", "alice", "--require-upstream-header", "X-User-Id"]
        else:
            command += ["--public", "/public", "--protected", "/admin"]
        serve = [processes.BINARY, "serve", "--config", configuration]
        log = tmp_path / f"{name}.log"
        with processes.running(serve, log, port, environment) as proxy:
            done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=900)
            assert report.exists(), done.stdout[-2000:] + done.stderr[-2000:]
            assert proxy.poll() is None, f"the proxy ended by itself: {log.read_text()[-2000:]}"
        found = json.loads(report.read_text())
        return found["downgrade"] if "downgrade" in way else found["results"]

    def run(kind, rows, way="plain"):
        hands = [rows[number::JUDGES] for number in range(JUDGES)]
        with contextlib.ExitStack() as stack:
            pool = stack.enter_context(concurrent.futures.ThreadPoolExecutor(JUDGES))
            runs = [pool.submit(run_one, kind, way, number, hand) for number, hand in enumerate(hands) if hand]
            results = [result for each in runs for result in each.result()]
        assert len(results) == len(rows)
        return results

    return run


def rows_of(path):
    return path.read_text().splitlines(keepends=True)


def tell(capsys, title, results):
    """Prints what is no failure and yet worth a look: lenient verdicts, and rows of strength `policy`."""
    with capsys.disabled():
        counts = {}
        for result in results:
            counts[result["verdict"]] = counts.get(result["verdict"], 0) + 1
        print(f"\n{title}: {counts}")
        for result in sorted(results, key=lambda result: result["id"]):
            if result["verdict"] == "LENIENT" or result["strength"] == "policy":
                words = "; ".join(result["why"] + result["notes"])
                print(f"  {result['verdict']:8} {result['strength']:6} {result['id']} [{result['status']}] {words[:110]}")


def assert_no_failure(results, skipped=0):
    assert sum(result["verdict"] == "SKIP" for result in results) <= skipped * len(results)
    failures = [f"{result['verdict']} {result['strength']} {result['id']} [{result['status']}]: {'; '.join(result['why'])}"
                for result in results if result["verdict"] not in ("PASS", "LENIENT", "SKIP")]
    assert not failures, "\n".join(failures)


WAYS = pytest.mark.parametrize("way", [way for way in JUDGE if "downgrade" not in way])
# Of the messages so many may be about the bytes of HTTP/1.1 alone; of the paths none is.
SKIPPED = {"plain": 0, "tls": 0, "h2": 0.5, "h2-tls": 0.5}


@WAYS
def test_no_message_of_the_corpus_is_misjudged(judge, capsys, way):
    results = judge("messages", rows_of(conftest.CORPUS / "http1_messages.jsonl"), way)
    tell(capsys, f"Corpus, messages, {way}", results)
    assert_no_failure(results, SKIPPED[way])


@WAYS
def test_no_path_of_the_corpus_gets_around_a_rule(judge, capsys, way):
    results = judge("paths", rows_of(conftest.CORPUS / "http1_paths.jsonl"), way)
    tell(capsys, f"Corpus, paths, {way}", results)
    assert_no_failure(results, SKIPPED[way] / 5)


@WAYS
def test_no_message_of_the_public_suites_is_misjudged(judge, public_corpus, capsys, way):
    results = judge("messages", rows_of(public_corpus / "http1_messages.jsonl"), way)
    tell(capsys, f"Public suites, messages, {way}", results)
    assert_no_failure(results, SKIPPED[way])


@pytest.mark.parametrize("way", ["downgrade-h2", "downgrade-h2-tls"])
def test_no_message_made_as_http2_is_misjudged(judge, capsys, way):
    results = judge("messages", rows_of(conftest.CORPUS / "http2_downgrade.jsonl"), way)
    tell(capsys, f"Corpus, {way}", results)
    assert_no_failure(results)
