"""Where operators look: metrics as Prometheus' own parser reads them, health, the dashboard, a user's sessions."""

import concurrent.futures
import contextlib
import http.client
import json
import os
import pathlib
import socket
import time
import urllib.error
import urllib.request

import pytest
from prometheus_client.parser import text_string_to_metric_families

import browser
import gates
import processes


class Watched(gates.Gate):
    """A gate with an address for operators."""

    def __init__(self, folder, store, application, **more):
        super().__init__(folder, store, application, **more)
        self.admin = processes.free_port()
        with open(self.configuration, "a") as file:
            file.write(f"admin: {{address: 127.0.0.1:{self.admin}}}\n")

    @contextlib.contextmanager
    def serving(self, *arguments, **options):
        with super().serving(*arguments, **options) as process:
            # The operators' address is there a moment after that of the clients.
            processes.wait_until(self.is_watchable, "the operators' address accepts")
            yield process

    def is_watchable(self):
        return processes.accepts(self.admin)

    def get(self, path, headers=(), method="GET"):
        """Status, headers and body of an answer at the operators' address."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.admin}{path}", headers=dict(headers), method=method)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.headers, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, error.read().decode()

    def metrics(self):
        """All samples by name and labels; the parser refuses what Prometheus would."""
        status, headers, text = self.get("/metrics")
        assert status == 200 and headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        return samples(text)

    def ask(self, path, headers=()):
        """A request at the public address; its status."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=dict(headers))
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()


def samples(text):
    """The samples of a text, after what `promtool check metrics` looks at."""
    found, names = {}, set()
    for family in text_string_to_metric_families(text):
        assert family.documentation and family.type in ("counter", "gauge", "histogram"), family.name
        assert family.name not in names, f"{family.name} comes twice"
        names.add(family.name)
        if family.type == "counter":
            assert all(sample.name.endswith("_total") for sample in family.samples), family.name
        for sample in family.samples:
            key = (sample.name, tuple(sorted(sample.labels.items())))
            assert key not in found and sample.value >= 0, sample
            found[key] = sample.value
    return found


@pytest.fixture
def gate(tmp_path):
    with gates.application(tmp_path) as application:
        gate = Watched(tmp_path / "gate", f"sqlite:{tmp_path}/store.db", application)
        with gate.serving():
            yield gate


def issue(gate, user="alice"):
    return gate.command("session", "issue", "--data", json.dumps({"sub": user}), "--client-address", "127.0.0.1",
                        "--user-agent", "checks")


def signed_in(gate, user="alice"):
    return {"Authorization": f"Bearer {issue(gate, user)['access_token']}", "User-Agent": "checks"}


def test_the_figures_are_those_of_the_traffic(gate):
    before = gate.metrics()
    fields = signed_in(gate)
    for _ in range(5):
        assert gate.ask("/x", fields)[0] == 200
    for _ in range(3):
        assert gate.ask("/x")[0] == 401

    def counted():
        after = gate.metrics()

        def more(name, **labels):
            key = (name, tuple(sorted(labels.items())))
            return after[key] - before[key]
        return more if more("sallyport_requests_total", status="2xx") == 5 else None

    more = processes.wait_until(counted, "the requests are counted")
    assert more("sallyport_requests_total", status="4xx") == 3
    assert more("sallyport_verdicts_total", code="ok") == 5
    assert more("sallyport_verdicts_total", code="token_missing") == 3
    assert more("sallyport_duration_seconds_count", phase="request") == 8
    assert more("sallyport_duration_seconds_count", phase="upstream_first_byte") == 5
    # Seen for the first time, the token was asked about; once more where word of the sign-in, which is another process', came
    # behind that.
    assert more("sallyport_duration_seconds_count", phase="store") in (1, 2)
    assert 0 < more("sallyport_duration_seconds_sum", phase="request") < 10

    def asks_nobody():
        nonlocal before
        before = gate.metrics()
        for _ in range(5):
            assert gate.ask("/x", fields)[0] == 200
        return processes.wait_until(counted, "the requests are counted")("sallyport_duration_seconds_count", phase="store") == 0

    processes.wait_until(asks_nobody, "the token is known")


def test_histograms_are_whole(gate):
    fields = signed_in(gate)
    for _ in range(20):
        gate.ask("/x", fields)
    now = gate.metrics()
    phases = {dict(labels)["phase"] for name, labels in now if name == "sallyport_duration_seconds_count"}
    assert phases == {"request", "authentication", "upstream_connect", "upstream_first_byte", "store", "loop_lag"}
    for phase in phases:
        buckets = sorted((float(dict(labels)["le"]), value) for (name, labels), value in now.items()
                         if name == "sallyport_duration_seconds_bucket" and dict(labels)["phase"] == phase)
        assert [value for _, value in buckets] == sorted(value for _, value in buckets)
        assert buckets[-1] == (float("inf"), now[("sallyport_duration_seconds_count", (("phase", phase),))])
        assert len(buckets) == 21 and buckets[0][0] == 0.000032


def test_what_the_loops_have_is_told(gate):
    fields = signed_in(gate)
    assert gate.ask("/x", fields)[0] == 200

    def told():
        now = {name: value for (name, labels), value in gate.metrics().items() if not labels}
        return now if now["sallyport_verified_tokens"] == 1 and now["sallyport_upstream_connections_idle"] == 1 else None

    now = processes.wait_until(told, "a verified token and an idle connection")
    assert now["sallyport_store_up"] == 1 and now["sallyport_store_circuits_open"] == 0 and now["sallyport_draining"] == 0
    assert 1 << 20 < now["process_resident_memory_bytes"] < 1 << 30 and 5 < now["process_open_fds"] < 200
    assert abs(now["process_start_time_seconds"] - time.time()) < 300 and now["process_cpu_seconds_total"] > 0


def test_events_of_sessions_and_bytes_are_counted(gate):
    tokens = issue(gate)
    agent = {"User-Agent": "checks"}
    before = gate.metrics()
    assert gate.ask("/x", {**agent, "Cookie": f"refresh={tokens['refresh_token']}"})[0] == 200
    assert gate.ask("/x", {"User-Agent": "another", "Authorization": f"Bearer {tokens['access_token']}"})[0] == 401
    status, body = gate.ask("/public/bytes/1000")
    assert status == 200 and len(body) == 1000

    def counted():
        after = gate.metrics()
        more = {key: value - before[key] for key, value in after.items() if key in before}
        events = {dict(labels)["event"]: value for (name, labels), value in more.items() if name == "sallyport_audit_events_total"}
        total = more[("sallyport_response_body_bytes_total", ())]
        return events if events["token_refreshed"] == 1 and total > 1000 else None

    events = processes.wait_until(counted, "the events are counted")
    assert events["binding_mismatch"] == 1 and events["token_reuse_detected"] == 0, events


def test_a_store_that_is_down_shows(tmp_path):
    with gates.application(tmp_path) as application, gates.redis(tmp_path) as redis:
        gate = Watched(tmp_path / "gate", redis.url, application)
        with gate.serving():
            assert gate.get("/health/ready")[0] == 200
            fields = signed_in(gate)
            redis.stop()

            def down():
                assert gate.ask("/x", fields)[0] == 503
                now = gate.metrics()
                failures = sum(value for (name, _), value in now.items() if name == "sallyport_store_errors_total")
                return now[("sallyport_store_up", ())] == 0 and now[("sallyport_store_circuits_open", ())] == 1 and failures
            processes.wait_until(down, "the metrics tell that the store is down")
            status, _, body = gate.get("/health/ready")
            assert status == 503 and json.loads(body)["reason"] == "store_unavailable"
            assert gate.get("/health")[0] == 200
            redis.start()
            processes.wait_until(lambda: gate.metrics()[("sallyport_store_circuits_open", ())] == 0, "the store is back")


def test_who_has_said_everything_gets_the_answer(gate):
    with socket.create_connection(("127.0.0.1", gate.admin), timeout=20) as connection:
        connection.sendall(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while part := connection.recv(65536):
            answer += part
    assert answer.startswith(b"HTTP/1.1 200 ") and b"sallyport_requests_total" in answer


def test_nothing_of_it_is_public(gate):
    for path in ("/metrics", "/dashboard.js", "/sessions?user=alice", "/.sallyport/metrics", "/.sallyport/sessions"):
        status, body = gate.ask(path, signed_in(gate))
        assert "sallyport_requests_total" not in body and "<title>" not in body, path
        assert status == (404 if path.startswith("/.sallyport") else 200), path


def test_a_users_sessions(gate):
    sid = issue(gate, "eve <b>&\"'")["sid"]
    status, headers, body = gate.get("/sessions?user=eve+%3Cb%3E%26%22%27")
    assert status == 200 and headers["Cache-Control"] == "no-store"
    assert sid in body and "127.0.0.1" in body and "checks" in body
    assert "eve &lt;b&gt;&amp;&quot;&#39;" in body and "<b>" not in body
    assert "There are none." in gate.get("/sessions?user=nobody")[2]
    assert gate.get("/sessions")[0] == 400 and gate.get("/sessions?user=%zz")[0] == 400


@pytest.mark.parametrize("host, status", [
    ("localhost", 200), ("localhost:9901", 200), ("127.0.0.1", 200), ("[::1]:9901", 200), ("evil.example", 403),
    ("127.0.0.1.evil.example", 403), ("localhost.evil.example", 403),
])
def test_a_page_of_another_name_reads_no_sessions(gate, host, status):
    issue(gate)
    assert gate.get("/sessions?user=alice", {"Host": host})[0] == status
    assert gate.get("/metrics", {"Host": host})[0] == 200


def test_it_can_only_be_read(gate):
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        assert gate.get("/metrics", method=method)[0] == 405
    assert gate.get("/nothing")[0] == 404
    status, headers, body = gate.get("/", method="HEAD")
    assert status == 200 and not body and int(headers["Content-Length"]) > 100


def raw(gate, sent):
    with socket.create_connection(("127.0.0.1", gate.admin), timeout=20) as connection:
        connection.sendall(sent)
        answer = b""
        while part := connection.recv(65536):
            answer += part
        return answer


def test_what_is_no_request_is_refused_and_harms_nobody(gate):
    assert raw(gate, b"\x16\x03\x01\x02\x00\x01\x00").startswith(b"HTTP/1.1 400")
    assert raw(gate, b"GET / HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.1 400")
    assert raw(gate, b"GET /%2f HTTP/1.1\r\nHost: a\r\n\r\n").startswith(b"HTTP/1.1 400")
    assert b" 431 " in raw(gate, b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 20_000 + b"\r\n\r\n").split(b"\r\n")[0]
    two = raw(gate, b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n" * 2)
    assert two.count(b"HTTP/1.1 ") == 1 and b"Connection: close" in two
    # More connections than it takes, which say nothing: the public address goes on, and so does this one once they go.
    silent = [socket.create_connection(("127.0.0.1", gate.admin), timeout=20) for _ in range(80)]
    assert gate.ask("/public/x")[0] == 200
    for connection in silent:
        connection.close()

    def answers():
        try:
            return gate.get("/health")[0] == 200
        except (OSError, http.client.HTTPException):
            return False
    processes.wait_until(answers, "an answer after the silent ones")


def test_many_look_at_once(gate):
    fields = signed_in(gate)
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        looks = [pool.submit(gate.metrics) for _ in range(100)]
        asks = [pool.submit(gate.ask, "/x", fields) for _ in range(100)]
        assert all(ask.result()[0] == 200 for ask in asks) and all(look.result() for look in looks)


def test_a_unix_socket_and_a_drain(tmp_path):
    with gates.application(tmp_path) as application:
        gate = Watched(tmp_path / "gate", "memory:", application)
        path = tmp_path / "admin.sock"
        text = gate.configuration.read_text().replace(f"127.0.0.1:{gate.admin}", f"unix:{path}")
        gate.configuration.write_text(text)
        gate.is_watchable = path.exists

        def ask(target):
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(20)
                connection.connect(str(path))
                connection.sendall(f"GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
                answer = b""
                while part := connection.recv(65536):
                    answer += part
                return answer.decode()

        with gate.serving() as process:
            assert ask("/health").startswith("HTTP/1.1 200")
            # A request that is not over keeps the drain going.
            with socket.create_connection(("127.0.0.1", gate.port), timeout=20) as slow:
                slow.sendall(b"POST /public/x HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n1234")
                processes.wait_until(lambda: "sallyport_connections_open 1\n" in ask("/metrics"), "the connection")
                process.terminate()
                processes.wait_until(lambda: "sallyport_draining 1\n" in ask("/metrics"), "the drain is told")
                assert '"reason":"draining"' in ask("/health/ready")
                slow.sendall(b"56789")
                assert slow.recv(65536).startswith(b"HTTP/1.1 200")
            process.wait(20)


def test_an_address_that_is_taken_is_told(tmp_path):
    with gates.application(tmp_path) as application, socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        gate = Watched(tmp_path / "gate", "memory:", application)
        text = gate.configuration.read_text().replace(f"127.0.0.1:{gate.admin}", f"127.0.0.1:{taken.getsockname()[1]}")
        gate.configuration.write_text(text)
        done = processes.sallyport("serve", "--config", gate.configuration, environment=gates.SECRET, check=False)
        assert done.returncode == 1 and "bind" in done.stderr + done.stdout, done


@pytest.mark.skipif(browser.BROWSER is None, reason="no Chromium is installed")
def test_the_dashboard_shows_the_figures(gate, tmp_path):
    fields = signed_in(gate)
    for _ in range(10):
        gate.ask("/x", fields)
        gate.ask("/x")
    with browser.page(tmp_path) as page:
        page.size(1200, 900)
        page.open(f"http://127.0.0.1:{gate.admin}/")
        page.wait("document.getElementById('state').textContent === 'serving'", "the dashboard has looked")
        page.wait("document.getElementById('verdicts').textContent.includes('token missing')", "the verdicts")
        page.wait("document.querySelectorAll('#phases tr').length === 6", "the phases")
        # A second look, so that there are rates.
        page.wait("document.querySelectorAll('#spark-rate path').length === 1", "the lines")
        assert page.evaluate("getComputedStyle(document.querySelector('.tiles')).display") == "grid"
        page.wait("!/NaN|undefined|null/.test(document.body.innerText)", "figures everywhere")
        folder = os.environ.get("SALLYPORT_SCREENSHOTS")
        if folder:
            for _ in range(30):
                gate.ask("/x", fields)
            seen = page.evaluate("document.querySelector('#spark-rate path').getAttribute('d')")
            page.wait(f"document.querySelector('#spark-rate path').getAttribute('d') !== {json.dumps(seen)}", "another look")
            page.screenshot(pathlib.Path(folder) / "dashboard.png")
