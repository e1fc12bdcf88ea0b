"""TLS towards clients: what real ones see of it, whom it lets in, and that nobody can do harm with its handshake."""

import contextlib
import json
import os
import pathlib
import random
import re
import signal
import socket
import ssl
import struct
import subprocess
import time

import pytest

import gates
import processes
from certificates import certificate

HSTS = "max-age=31536000; includeSubDomains"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """An authority and certificates of it, for two sites and for clients, and those of somebody else."""
    folder = tmp_path_factory.mktemp("tls")
    signer = certificate(folder, "ca", [])
    certificate(folder, "shop", ["shop.test", "*.shop.test", "127.0.0.1"], signer)
    certificate(folder, "staff", ["staff.test"], signer)
    certificate(folder, "past", ["shop.test"], signer, days=-1)
    certificate(folder, "alice", ["alice@example.com", "spiffe://x/alice"], signer)
    certificate(folder, "comma", ["spiffe://x/a,b"], signer)
    certificate(folder, "expired", ["alice@example.com"], signer, days=-1)
    certificate(folder, "stranger", ["alice@example.com"], certificate(folder, "nobody", []))
    return folder


class TLSGate:
    """A gate with a listener for TLS, whose second site wants clients' certificates, and one that sends clients there."""

    def __init__(self, folder, where, application, workers=1, tls="", limits="", certificates=None):
        self.folder = pathlib.Path(where)
        self.folder.mkdir(parents=True)
        self.port, self.plain_port = processes.free_port(), processes.free_port()
        self.configuration = self.folder / "sallyport.yaml"
        self.ca = folder / "ca.pem"
        certificates = certificates or [
            f"{{certificate: {folder}/shop.pem, key: {folder}/shop.key}}",
            f"{{certificate: {folder}/staff.pem, key: {folder}/staff.key, client_certificates: required,"
            f" client_ca: {self.ca}}}"]
        self.configuration.write_text(f"""
workers: {workers}
listeners:
  - address: 127.0.0.1:{self.port}
    tls:
      certificates: [{", ".join(certificates)}]
      hsts: {{include_subdomains: true}}
      {tls}
  - {{address: "127.0.0.1:{self.plain_port}", redirect_to_https: {{port: {self.port}}}}}
store: {{url: "memory:"}}
upstreams: {{application: {{endpoints: ["127.0.0.1:{application}"]}}}}
routes:
  - match: {{path_prefix: /}}
    upstream: application
    identity_headers: {{X-User-Id: sub}}
  - match: {{path_prefix: /public}}
    upstream: application
    authentication: none
    client_certificate_headers:
      {{X-Client-Subject: subject, X-Client-Mail: email_addresses, X-Client-Uri: uris, X-Client-Names: dns_names,
       X-Client-Print: fingerprint}}
  - match: {{path: /login}}
    upstream: application
    authentication: none
    may_issue_sessions: true
limits: {{{limits}}}
logging: {{level: debug, access: "{self.folder}/access.jsonl", audit: "{self.folder}/audit.jsonl"}}
""")

    @contextlib.contextmanager
    def serving(self):
        command = [processes.BINARY, "serve", "--config", self.configuration]
        with processes.running(command, self.folder / "serve.log", self.port, gates.SECRET) as process:
            self.process = process
            yield self
            assert process.poll() is None, self.log()

    def log(self):
        return (self.folder / "serve.log").read_text()

    def curl(self, path, *options, host="shop.test", check=True):
        """One request of curl's: the lines of the answer's head, and its body."""
        done = subprocess.run(
            ["curl", "--silent", "--show-error", "--include", "--max-time", "20", "--cacert", str(self.ca), "--resolve",
             f"{host}:{self.port}:127.0.0.1", *map(str, options), f"https://{host}:{self.port}{path}"],
            capture_output=True, timeout=30)
        if not check:
            return done
        assert done.returncode == 0, done.stderr
        head, _, body = done.stdout.partition(b"\r\n\r\n")
        return head.decode().split("\r\n"), body

    def context(self, version=None, client=None, protocols=()):
        context = ssl.create_default_context(cafile=self.ca)
        if version:
            context.minimum_version = context.maximum_version = version
        if client:
            context.load_cert_chain(self.ca.with_name(f"{client}.pem"), self.ca.with_name(f"{client}.key"))
        if protocols:
            context.set_alpn_protocols(protocols)
        return context

    def connect(self, context=None, host="shop.test", session=None):
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        return (context or self.context()).wrap_socket(plain, server_hostname=host, session=session)


def ask(stream, path="/public/x", host="shop.test", fields=""):
    """Sends a request on a connection, and reads its answer: status and body."""
    stream.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n{fields}\r\n".encode())
    answer = b""
    while b"\r\n\r\n" not in answer:
        more = stream.recv(65536)
        assert more, f"the connection ended after {answer!r}"
        answer += more
    head, _, body = answer.partition(b"\r\n\r\n")
    length = int(re.search(rb"(?i)content-length: *(\d+)", head)[1])
    while len(body) < length:
        body += stream.recv(65536)
    return int(head.split()[1]), body


def values(lines, name):
    return [line.partition(":")[2].strip() for line in lines if line.lower().startswith(name.lower() + ":")]


@pytest.fixture(scope="module")
def application(folder):
    with gates.application(folder) as port:
        yield port


@pytest.fixture(scope="module")
def gate(folder, application):
    with TLSGate(folder, folder / "gate", application, workers=2).serving() as gate:
        yield gate


@pytest.mark.parametrize("version, protocol", [("--http1.1", "HTTP/1.1 200"), ("--http2", "HTTP/2 200")])
@pytest.mark.parametrize("tls", ["1.2", "1.3"])
def test_curl_is_served_in_the_protocol_that_it_asks_for(gate, version, protocol, tls):
    lines, body = gate.curl("/public/x", version, f"--tlsv{tls}", "--tls-max", tls)
    assert lines[0].startswith(protocol)
    assert values(lines, "strict-transport-security") == [HSTS]
    headers = json.loads(body)["headers"]
    assert headers["x-forwarded-proto"] == "https"
    assert headers["forwarded"].endswith("proto=https")
    logged = processes.wait_until(
        lambda: [line for line in (gate.folder / "access.jsonl").read_text().splitlines() if f'"tls":"TLSv{tls}"' in line],
        "a line of the access log")
    assert json.loads(logged[-1])["protocol"] in ("HTTP/1.1", "HTTP/2.0")


@pytest.mark.parametrize("version", ["--http1.1", "--http2"])
def test_a_session_lives_in_host_cookies_and_its_endpoints_compare_the_scheme(gate, version, tmp_path):
    jar = ["--cookie-jar", tmp_path / "jar", "--cookie", tmp_path / "jar", version]
    lines, _ = gate.curl("/login", *jar, "--data", "username=alice")
    cookies = values(lines, "set-cookie")
    assert len(cookies) == 2 and all(cookie.startswith("__Host-") and "; Secure" in cookie for cookie in cookies)
    _, body = gate.curl("/x", *jar)
    assert json.loads(body)["headers"]["x-user-id"] == "alice"

    def log_out(origin):
        return gate.curl("/.sallyport/logout", *jar, "--request", "POST", "--header", f"Origin: {origin}")[0]

    assert " 403" in log_out(f"http://shop.test:{gate.port}")[0]
    assert " 204" in log_out(f"https://shop.test:{gate.port}")[0]
    assert values(gate.curl("/x", *jar)[0], "strict-transport-security") == [HSTS]


def test_what_a_client_sends_as_certificate_headers_is_taken_away(gate):
    _, body = gate.curl(
        "/public/x", "--header", "X-Client-Subject: CN=root", "--header", "x-client-mail: root@example.com", "--header",
        "Connection: X-Client-Print")
    assert not [name for name in json.loads(body)["headers"] if name.startswith("x-client-")]


@pytest.mark.parametrize("version", ["--http1.1", "--http2"])
def test_the_application_is_told_what_a_clients_certificate_says(gate, folder, version):
    lines, body = gate.curl(
        "/public/x", version, "--cert", folder / "alice.pem", "--key", folder / "alice.key", "--header",
        "X-Client-Subject: CN=root", host="staff.test")
    headers = json.loads(body)["headers"]
    assert headers["x-client-subject"] == "CN=alice"
    assert headers["x-client-mail"] == "alice@example.com"
    assert headers["x-client-uri"] == "spiffe://x/alice"
    assert re.fullmatch("[0-9a-f]{64}", headers["x-client-print"])
    assert "x-client-names" not in headers


def test_a_name_that_would_be_two_in_a_header_is_refused(gate, folder):
    lines, _ = gate.curl(
        "/public/x", "--cert", folder / "comma.pem", "--key", folder / "comma.key", host="staff.test")
    assert " 403" in lines[0]


@pytest.mark.parametrize("client", [None, "expired", "stranger"])
@pytest.mark.parametrize("tls", ["1.2", "1.3"])
def test_without_a_good_certificate_the_staffs_site_is_closed(gate, folder, client, tls):
    shown = ["--cert", folder / f"{client}.pem", "--key", folder / f"{client}.key"] if client else []
    done = gate.curl("/public/x", *shown, f"--tlsv{tls}", "--tls-max", tls, host="staff.test", check=False)
    assert done.returncode and b"HTTP/" not in done.stdout
    assert b"alert" in done.stderr or done.returncode == 60, done.stderr


@pytest.mark.parametrize("version", ["--http1.1", "--http2"])
def test_a_connection_for_one_site_does_not_serve_one_that_asks_for_more(gate, folder, version):
    lines, _ = gate.curl("/public/x", version, "--header", f"Host: staff.test:{gate.port}")
    assert " 421" in lines[0]
    # Nor the other way round: what was not asked of this site's clients must not be told of them.
    alice = ["--cert", folder / "alice.pem", "--key", folder / "alice.key"]
    lines, _ = gate.curl("/public/x", version, *alice, "--header", "Host: shop.test", host="staff.test")
    assert " 421" in lines[0]
    # The neighbours: hosts that ask for the same.
    for host in ("a.shop.test", "STAFF.test.", "unknown.test"):
        certificate = alice if "staff" in host.lower() else []
        on = "staff.test" if certificate else "shop.test"
        assert " 200" in gate.curl("/public/x", version, *certificate, "--header", f"Host: {host}", host=on)[0][0]


@pytest.mark.parametrize("name, served", [
    ("staff.test.", "staff.test"), ("A.Shop.Test.", "shop.test"), ("staff.test.unknown.", "shop.test")])
def test_a_name_with_a_dot_at_its_end_means_the_same_site(gate, name, served):
    context = gate.context(client="alice")
    context.check_hostname = False
    with gate.connect(context, name) as stream:
        assert ("DNS", served) in stream.getpeercert()["subjectAltName"]
        assert ask(stream, host=name.removesuffix("."))[0] == 200


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_session_is_resumed_on_any_loop(gate, version):
    context = gate.context(version)
    with gate.connect(context) as stream:
        assert ask(stream)[0] == 200
        session = stream.session
    for _ in range(16):
        with gate.connect(context, session=session) as stream:
            assert stream.session_reused
            assert ask(stream)[0] == 200
            # With TLS 1.3, clients show a ticket once only (RFC 8446 §C.4), so each connection has to bring another.
            if version == ssl.TLSVersion.TLSv1_3:
                assert stream.session.id != session.id
            session = stream.session


def test_openssls_own_client_resumes(gate):
    done = subprocess.run(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{gate.port}", "-servername", "shop.test", "-reconnect", "-tls1_2"],
        input=b"", capture_output=True, timeout=30)
    assert done.stdout.count(b"\nReused, TLSv1.2") == 5, done.stdout[-2000:]


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_session_of_one_site_opens_no_other(gate, version):
    context = gate.context(version)
    with gate.connect(context) as stream:
        assert ask(stream)[0] == 200
        session = stream.session
    with pytest.raises((ssl.SSLError, AssertionError, ConnectionError)):
        with gate.connect(context, host="staff.test", session=session) as stream:
            assert not stream.session_reused
            ask(stream, host="staff.test")
    # With its certificate the client comes in, and its own session is resumed with it.
    context = gate.context(version, client="alice")
    session = None
    for is_resumed in (False, True):
        with gate.connect(context, host="staff.test", session=session) as stream:
            assert stream.session_reused == is_resumed
            status, body = ask(stream, host="staff.test")
            assert json.loads(body)["headers"]["x-client-subject"] == "CN=alice"
            session = stream.session


def test_without_tickets_no_session_is_resumed(folder, application, tmp_path):
    with TLSGate(folder, tmp_path / "gate", application, tls="session_tickets: false").serving() as gate:
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            context = gate.context(version)
            session = None
            for _ in range(2):
                with gate.connect(context, session=session) as stream:
                    assert not stream.session_reused
                    assert ask(stream)[0] == 200
                    session = stream.session


def test_the_oldest_version_can_be_raised(folder, application, tmp_path):
    with TLSGate(folder, tmp_path / "gate", application, tls='minimum_version: "1.3"').serving() as gate:
        assert gate.curl("/public/x", "--tls-max", "1.2", check=False).returncode == 35
        assert " 200" in gate.curl("/public/x")[0][0]


def test_plain_http_gets_a_sentence_that_can_be_read(gate):
    done = subprocess.run(
        ["curl", "--silent", "--include", f"http://127.0.0.1:{gate.port}/"], capture_output=True, timeout=20)
    assert done.stdout.startswith(b"HTTP/1.1 400 ") and b"use https://" in done.stdout
    assert b"trict-" not in done.stdout


def test_a_plain_listener_sends_to_https_and_nowhere_else(gate):
    def status_and_location(host, path="/", fields=()):
        options = [word for field in fields for word in ("--header", field)]
        done = subprocess.run(
            ["curl", "--silent", "--include", "--path-as-is", "--header", f"Host: {host}", *options,
             f"http://127.0.0.1:{gate.plain_port}{path}"], capture_output=True, timeout=20)
        lines = done.stdout.decode().split("\r\n")
        assert not values(lines, "strict-transport-security")
        return int(lines[0].split()[1]), (values(lines, "location") or [None])[0]

    base = f"https://shop.test:{gate.port}"
    assert status_and_location("shop.test", "/a/../b?c=d") == (308, f"{base}/b?c=d")
    assert status_and_location("SHOP.test:80", "//evil.test/") == (308, f"{base}/evil.test/")
    assert status_and_location("a.shop.test") == (308, f"https://a.shop.test:{gate.port}/")
    for host in ("evil.test", "shop.test.evil.test", "a.b.shop.test", "shop.test@evil.test"):
        status, location = status_and_location(host)
        assert status in (400, 421) and location is None
    assert status_and_location("10.0.0.1", "/.sallyport/health") == (200, None)
    # Nobody is trusted here: what such a field says changes nothing.
    assert status_and_location("shop.test", "/", ["X-Forwarded-Proto: https"]) == (308, f"{base}/")


def test_nghttp_and_h2load_are_served(gate):
    done = subprocess.run(
        ["h2load", "-n", "300", "-c", "4", "-m", "10", "--connect-to", f"127.0.0.1:{gate.port}",
         f"https://shop.test:{gate.port}/public/x"], capture_output=True, text=True, timeout=60)
    assert "300 succeeded, 0 failed" in done.stdout, done.stdout + done.stderr
    assert "Application protocol: h2" in done.stdout
    done = subprocess.run(
        ["nghttp", "-nv", f"https://127.0.0.1:{gate.port}/public/x"], capture_output=True, text=True, timeout=60)
    assert ":status: 200" in done.stdout, done.stdout + done.stderr


def test_a_reload_takes_new_certificates_and_connections_go_on(folder, application, tmp_path):
    signer = certificate(tmp_path, "ca", [])
    certificate(tmp_path, "shop", ["shop.test"], signer)
    certificate(tmp_path, "staff", ["staff.test"], signer)
    gate = TLSGate(tmp_path, tmp_path / "gate", application)
    with gate.serving():

        def serial():
            with gate.connect() as stream:
                return stream.getpeercert()["serialNumber"]

        def reload(word):
            os.kill(gate.process.pid, signal.SIGHUP)
            processes.wait_until(lambda: word in gate.log().split("listening")[-1].split(str(first))[-1], word)

        first = serial()
        context = gate.context()
        with gate.connect(context) as stream:
            assert ask(stream)[0] == 200
            session = stream.session
            good = (tmp_path / "shop.key").read_bytes()
            (tmp_path / "shop.key").write_bytes((tmp_path / "staff.key").read_bytes())
            reload("the old configuration stays in force")
            assert "does not belong to the certificate" in gate.log()
            assert serial() == first
            assert ask(stream)[0] == 200
            (tmp_path / "shop.key").write_bytes(good)
            certificate(tmp_path, "shop", ["shop.test"], signer)
            reload("the new configuration is in force")
            processes.wait_until(lambda: serial() != first, "the new certificate")
            # A connection of the old one goes on, and its session can be resumed.
            assert ask(stream)[0] == 200
        with gate.connect(context, session=session) as stream:
            assert stream.session_reused
            assert ask(stream)[0] == 200
        # Who asks for more from now on asks it of those too who were there before.
        with gate.connect() as stream:
            assert ask(stream)[0] == 200
            text = gate.configuration.read_text()
            gate.configuration.write_text(text.replace(
                f"key: {tmp_path}/shop.key", f"key: {tmp_path}/shop.key, client_certificates: optional, client_ca: {gate.ca}"))
            os.kill(gate.process.pid, signal.SIGHUP)
            processes.wait_until(
                lambda: gate.log().count("the new configuration is in force") == 2, "the stricter configuration")
            processes.wait_until(lambda: ask(stream)[0] == 421, "421 for a connection that was asked for less")
        with gate.connect() as stream:
            assert ask(stream)[0] == 200


def client_hello(gate):
    """The first bytes of a client, as OpenSSL makes them."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = gate.context(protocols=["h2", "http/1.1"]).wrap_bio(incoming, outgoing, server_hostname="shop.test")
    with contextlib.suppress(ssl.SSLWantReadError):
        client.do_handshake()
    return outgoing.read()


def ends(stream, seconds=8):
    """Whether the other side ends or breaks a connection in time."""
    stream.settimeout(seconds)
    try:
        while stream.recv(65536):
            pass
        return True
    except ConnectionError:
        return True
    except TimeoutError:
        return False


def test_handshakes_that_are_never_finished_end_in_time_and_make_room(folder, application, tmp_path):
    limits = "tls_handshake_timeout_seconds: 3, tls_max_handshakes: 4"
    with TLSGate(folder, tmp_path / "gate", application, limits=limits).serving() as gate:
        hello = client_hello(gate)
        began = time.monotonic()
        with contextlib.ExitStack() as stack:
            silent = [stack.enter_context(socket.create_connection(("127.0.0.1", gate.port))) for _ in range(3)]
            halves = []
            for _ in range(6):
                half = stack.enter_context(socket.create_connection(("127.0.0.1", gate.port)))
                half.sendall(hello[:50])
                halves.append(half)
                time.sleep(0.05)
            assert ends(halves[0], 1) and ends(halves[1], 1)
            # Others are served meanwhile, at the price of one more.
            with gate.connect() as stream:
                assert ask(stream)[0] == 200
            assert all(ends(stream) for stream in halves[2:] + silent)
            assert time.monotonic() - began < 8
        assert "took too long" in processes.wait_until(lambda: "took too long" in gate.log() and gate.log(), "the log")


def test_no_bytes_in_place_of_a_handshake_do_harm(gate):
    hello = client_hello(gate)
    dice = random.Random(7)
    hostile = [b"\x16", b"\x16\x03\x01\xff\xff" + b"x" * 70000, b"\x16\x03\x01\x00\x00" * 200, b"\x80\x2e\x01", b"\x00" * 64,
               b"SSH-2.0-x\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", hello + b"\x15\x03\x03\x00\x02\x02\x28", hello + hello]
    for _ in range(300):
        changed = bytearray(hello)
        for _ in range(dice.randint(1, 6)):
            changed[dice.randrange(5, len(changed))] = dice.randrange(256)
        hostile.append(bytes(changed[:dice.randint(6, len(changed))]) if dice.random() < 0.3 else bytes(changed))
    # The list of names itself, with lengths that lie.
    name = struct.pack(">H", len("shop.test")) + b"shop.test"
    at = hello.index(name)
    for wrong in (0, 1, 8, 10, 255, 65535):
        hostile.append(hello[:at] + struct.pack(">H", wrong) + hello[at + 2:])
        hostile.append(hello[:at - 3] + struct.pack(">H", wrong) + hello[at - 1:])
    for message in hostile:
        with socket.create_connection(("127.0.0.1", gate.port), timeout=10) as stream:
            with contextlib.suppress(OSError):
                stream.sendall(message)
                stream.shutdown(socket.SHUT_WR)
            assert ends(stream), message[:80]
    with gate.connect() as stream:
        assert ask(stream)[0] == 200


def test_who_sends_new_keys_without_end_is_cut_and_does_not_hold_up_others(folder, application, tmp_path):
    program = tmp_path / "keyupdates"
    source = pathlib.Path(__file__).with_name("keyupdates.c")
    subprocess.run(["gcc", "-O1", "-o", program, source, "-lssl", "-lcrypto"], check=True)
    with TLSGate(folder, tmp_path / "gate", application, limits="head_timeout_seconds: 120").serving() as gate:
        with gate.connect() as other:
            assert ask(other)[0] == 200
            # 27 bytes each, and for each the gate would make new keys: a second and more, without another turn of the loop.
            done = subprocess.run([program, str(gate.port), "300000"], capture_output=True, text=True, timeout=100)
            assert done.returncode == 0, (done.stdout, done.stderr)
            assert ask(other)[0] == 200


def test_who_has_said_farewell_still_gets_the_answer(gate):
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = gate.context().wrap_bio(incoming, outgoing, server_hostname="shop.test")
    with socket.create_connection(("127.0.0.1", gate.port), timeout=10) as stream:

        def step(what):
            while True:
                try:
                    return what()
                except ssl.SSLWantReadError:
                    stream.sendall(outgoing.read())
                    incoming.write(stream.recv(65536))

        step(client.do_handshake)
        client.write(b"GET /public/bytes/300000 HTTP/1.1\r\nHost: shop.test\r\n\r\n")
        with contextlib.suppress(ssl.SSLWantReadError):
            client.unwrap()
        stream.sendall(outgoing.read())
        answer = b""
        with contextlib.suppress(ssl.SSLZeroReturnError):
            while more := step(client.read):
                answer += more
        assert answer.startswith(b"HTTP/1.1 200 ") and answer.endswith(b"x" * 300000)


def test_a_body_that_is_cut_is_never_given_to_the_application_as_a_whole_one(gate):
    for end in ("farewell", "cut"):
        stream = gate.connect()
        stream.sendall(b"POST /public/cut HTTP/1.1\r\nHost: shop.test\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n")
        if end == "farewell":
            with contextlib.suppress(ssl.SSLError, OSError):
                stream.settimeout(5)
                stream.unwrap().close()
        stream.close()
    lines = processes.wait_until(
        lambda: (found := [json.loads(line) for line in (gate.folder / "access.jsonl").read_text().splitlines()
                           if '"/public/cut"' in line]) and len(found) == 2 and found, "both lines of the access log")
    assert all(line["status"] in (0, 400) and line["reason"] for line in lines)


def test_one_connection_carries_large_bodies_both_ways(gate):
    for version in ("--http1.1", "--http2"):
        lines, body = gate.curl("/public/bytes/20000000", version)
        assert len(body) == 20_000_000
        done = subprocess.run(
            ["curl", "--silent", "--max-time", "60", "--cacert", str(gate.ca), "--resolve", f"shop.test:{gate.port}:127.0.0.1",
             version, "--data-binary", "@-", f"https://shop.test:{gate.port}/public/up"],
            input=os.urandom(5_000_000), capture_output=True, timeout=90)
        assert json.loads(done.stdout)["body"] == 5_000_000


def test_check_tells_what_is_wrong_with_certificates(folder, tmp_path):
    def words(pair, more=""):
        gate = TLSGate(folder, tmp_path / str(time.monotonic_ns()), 1, certificates=[pair], tls=more)
        done = processes.sallyport("check", "--config", gate.configuration, environment=gates.SECRET, check=False)
        return done.returncode, done.stdout

    def pair(name, key):
        return f"{{certificate: {folder}/{name}, key: {folder}/{key}}}"

    code, text = words(pair("shop.pem", "shop.key"))
    assert code == 0 and text.count("\n") == 2 and "no listener asks clients for certificates (warning)" in text, text
    for name, key, wanted in [
            ("none.pem", "shop.key", "none.pem, which cannot be read: there is no such file"),
            ("shop.key", "shop.key", "holds no certificate in PEM form"),
            ("shop.pem", "shop.pem", "holds no private key in PEM form"),
            ("shop.pem", "staff.key", "does not belong to the certificate")]:
        code, text = words(pair(name, key))
        assert code == 1 and wanted in text and "listeners[0].tls.certificates[0]" in text, text
    code, text = words(pair("past.pem", "past.key"))
    assert code == 0 and "past.pem, whose certificate has expired: nobody will accept it (warning)" in text, text
    code, text = words(pair("shop.pem", "shop.key"), f"client_ca: {folder}/shop.key")
    assert code == 1 and "listeners[0].tls.client_ca: cannot be used: " in text, text


def test_an_idle_connection_costs_little_memory(folder, application, tmp_path):
    with TLSGate(folder, tmp_path / "gate", application).serving() as gate:

        def resident():
            text = pathlib.Path(f"/proc/{gate.process.pid}/status").read_text()
            return int(re.search(r"VmRSS:\s+(\d+)", text)[1]) * 1024

        context = gate.context()
        with contextlib.ExitStack() as stack:

            def more(count):
                for _ in range(count):
                    assert ask(stack.enter_context(gate.connect(context)))[0] == 200

            more(100)
            before = resident()
            more(400)
            each = (resident() - before - processes.kept_by_sanitizer_kib() * 1024) / 400
        print(f"\n{each / 1024:.1f} KiB for each idle connection")
        assert each < 16 * 1024 * processes.bytes_for_each()
