"""The shipped configurations of fronts, in front of a real application, with Sallyport to ask."""

import http.client
import json
import subprocess

import pytest

import fronts
import gates
import processes

ACCESS, REFRESH = "__Host-sallyport-access", "__Host-sallyport-refresh"
CLIENT, OTHER_CLIENT = "127.0.0.5", "127.0.0.6"
AGENT = "Mozilla/5.0 (checks)"


class Answer:
    """What a client got."""

    def __init__(self, response):
        self.status, self.headers, self.body = response.status, response.headers, response.read()
        self.cookies = {}
        for line in self.headers.get_all("Set-Cookie") or []:
            name, _, rest = line.partition("=")
            assert name not in self.cookies, f"{name} is set twice"
            self.cookies[name] = rest.partition(";")[0]

    @property
    def echo(self):
        """What the application saw; fails where the answer is not its."""
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {dict(self.headers)} {self.body[:300]}"


def request(port, path="/private", method="GET", cookies=None, headers=(), body=None, source=CLIENT, agent=AGENT, host="shop.example",
            chunks=None):
    """One request on a connection of its own; the path goes out as it is, and so do the bytes of a body in chunks."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20, source_address=(source, 0))
    try:
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in [("Host", host), ("User-Agent", agent), *headers]:
            connection.putheader(name, value)
        if cookies:
            connection.putheader("Cookie", "; ".join(f"{name}={value}" for name, value in cookies.items()))
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        if chunks is not None:
            connection.putheader("Transfer-Encoding", "chunked")
        connection.endheaders(body if chunks is None else chunks)
        return Answer(connection.getresponse())
    finally:
        connection.close()


@pytest.fixture(scope="module", params=fronts.NAMES)
def site(request, tmp_path_factory):
    """A running front with Sallyport and an application behind it; its store is a Redis that a check may stop."""
    folder = tmp_path_factory.mktemp(request.param)
    with gates.application(folder) as application, gates.redis(folder) as redis:
        deployment = fronts.Deployment(request.param, folder, application, redis.url)
        deployment.redis = redis
        with deployment.running():
            yield deployment


def sign_in(site, user="alice"):
    """The cookies of a login through the front."""
    answer = request(site.port, "/login", "POST", body=f"username={user}".encode(),
                     headers=[("Content-Type", "application/x-www-form-urlencoded")])
    assert answer.status == 200 and set(answer.cookies) == {ACCESS, REFRESH}, answer
    return answer.cookies


@pytest.fixture(scope="module")
def cookies(site):
    return sign_in(site)


def test_a_user_reaches_the_application_by_name(site, cookies):
    answer = request(site.port, "/private?a=b", cookies=cookies)
    assert answer.status == 200, answer
    assert answer.echo["headers"]["x-user-id"] == "alice" and answer.echo["path"] == "/private?a=b"
    assert not answer.cookies and "x-user-id" not in answer.headers
    token = request(site.port, headers=[("Authorization", f"Bearer {cookies[ACCESS]}")])
    assert token.status == 200 and token.echo["headers"]["x-user-id"] == "alice", token


def test_nobody_is_refused_and_a_page_is_sent_to_the_login(site):
    refused = request(site.port)
    assert refused.status == 401 and "Bearer" in refused.headers["WWW-Authenticate"], refused
    page = request(site.port, headers=[("Sec-Fetch-Mode", "navigate"), ("Accept", "text/html")])
    assert page.status == 303 and page.headers["Location"] == "/login", page
    open_to_all = request(site.port, "/assets/app.js")
    assert open_to_all.status == 200 and "x-user-id" not in open_to_all.echo["headers"], open_to_all


def test_a_refresh_reaches_the_browser_and_the_application(site):
    old = sign_in(site)
    answer = request(site.port, cookies={REFRESH: old[REFRESH]})
    assert answer.status == 200 and answer.echo["headers"]["x-user-id"] == "alice", answer
    assert set(answer.cookies) == {ACCESS, REFRESH} and answer.cookies[ACCESS] != old[ACCESS], answer
    for line in answer.headers.get_all("Set-Cookie"):
        assert "HttpOnly" in line and "Path=/" in line and "Max-Age=" in line, line
    assert not [name for name in answer.headers if name.lower().startswith("sallyport")], answer
    again = request(site.port, cookies=answer.cookies)
    assert again.status == 200 and not again.cookies, again


def test_a_refresh_before_a_refusal_is_not_lost(site):
    old = sign_in(site)
    answer = request(site.port, "/office", cookies={REFRESH: old[REFRESH]})
    assert answer.status == 403 and set(answer.cookies) == {ACCESS, REFRESH}, answer
    assert request(site.port, cookies=answer.cookies).status == 200


def test_bodies_are_whole_also_with_a_refresh(site, cookies):
    body = b"x" * 300_000
    answer = request(site.port, method="POST", cookies=cookies, body=body)
    assert answer.status == 200 and answer.echo["body"] == len(body), answer
    refresh = sign_in(site)[REFRESH]
    answer = request(site.port, method="PUT", cookies={REFRESH: refresh}, body=body)
    assert answer.status == 200 and answer.echo["body"] == len(body) and len(answer.cookies) == 2, answer
    assert request(site.port, method="POST", body=b"a=b").status == 401


@pytest.mark.parametrize("name", ["X-User-Id", "x-user-id", "X_User_Id", "X-User_Id", "X-User-Roles", "X_USER_ROLES"])
def test_forged_identity_never_arrives(site, cookies, name):
    for path, sent in (("/private", cookies), ("/assets/a", None), ("/assets/a", cookies)):
        answer = request(site.port, path, cookies=sent, headers=[(name, "mallory"), (name, "boss")])
        if answer.status == 200:
            seen = answer.echo["headers"]
            assert not {"mallory", "boss"} & set(seen.values()), answer
            assert seen.get("x-user-id") == ("alice" if path == "/private" else None), answer
        else:
            assert answer.status in (400, 403) and "_" in name, answer


def test_a_connection_field_takes_no_identity_along(site, cookies):
    for names in ("X-User-Id, X-User-Roles", "x-user-id", "close, X_User_Id, X-USER-ID"):
        answer = request(site.port, cookies=cookies, headers=[("Connection", names), ("X-User-Id", "mallory")])
        assert answer.status == 200 and answer.echo["headers"]["x-user-id"] == "alice", answer


@pytest.mark.parametrize("announced", [[], [("Trailer", "X-User-Id, X-User-Roles"), ("TE", "trailers")]])
def test_no_identity_comes_behind_a_body(site, cookies, announced):
    chunks = b"3\r\na=b\r\n0\r\nX-User-Id: mallory\r\nX-User-Roles: boss\r\n\r\n"
    for path, sent in (("/private", cookies), ("/assets/a", None)):
        answer = request(site.port, path, "POST", cookies=sent, headers=announced, chunks=chunks)
        if answer.status == 200:
            assert answer.echo["headers"].get("x-user-id") == ("alice" if sent else None), answer
            assert not {"mallory", "boss"} & set(answer.echo["headers"].values()), answer
        else:
            # One that cannot drop trailers.
            assert answer.status == 411 and site.name == "haproxy", answer


def test_a_page_of_another_origin_opens_no_websocket(site, cookies):
    handshake = [("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"),
                 ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")]
    foreign = request(site.port, "/socket", cookies=cookies, headers=[*handshake, ("Origin", "https://evil.example")])
    assert foreign.status == 403, foreign
    own = request(site.port, "/socket", cookies=cookies, headers=[*handshake, ("Origin", "http://shop.example")])
    assert own.status == 101 and own.headers["X-Seen-User"] == "alice", own
    assert request(site.port, "/socket", headers=[*handshake, ("Origin", "http://shop.example")]).status == 401


@pytest.mark.parametrize("upgrade", [["h2c"], ["websocket, h2c"], ["h2c", "websocket"], ["websocket", "h2c"]])
def test_no_tunnel_of_another_protocol_is_asked_for(site, upgrade):
    fields = [("Connection", "Upgrade, HTTP2-Settings"), ("HTTP2-Settings", "AAMAAABkAAQCAAAAAAIAAAAA"),
              *(("Upgrade", value) for value in upgrade)]
    answer = request(site.port, "/assets/a", headers=fields)
    if answer.status == 200:
        seen = answer.echo["headers"]
        assert "h2c" not in seen.get("upgrade", "") and "http2-settings" not in seen, answer
    else:
        assert 400 <= answer.status < 500, answer


@pytest.mark.parametrize("field", [
    ("X-Original-URI", "/assets/a"), ("X-Original-URL", "http://shop.example/assets/a"), ("X-Forwarded-Uri", "/assets/a"),
    ("X-Original-Method", "OPTIONS"), ("X-Forwarded-Method", "OPTIONS"), ("X-Forwarded-Host", "elsewhere"),
    ("X-Forwarded-Proto", "https"), ("Forwarded", f"for={CLIENT}"), ("X-Forwarded-For", CLIENT),
])
def test_what_a_client_says_of_its_request_opens_nothing(site, cookies, field):
    assert request(site.port, headers=[field]).status in (400, 401, 403)
    stolen = request(site.port, cookies=cookies, headers=[field], source=OTHER_CLIENT)
    assert stolen.status in (400, 401, 403), stolen


def test_what_a_client_says_of_its_host_reaches_no_application(site, cookies):
    said = [("X-Forwarded-Host", "evil.example"), ("X-Forwarded-Proto", "https"),
            ("Forwarded", "for=192.0.2.9;host=evil.example;proto=https")]
    # The second one goes through Sallyport, which believes the front.
    for path in ("/private", "/login"):
        answer = request(site.port, path, cookies=cookies, headers=said)
        assert answer.status == 200, answer
        seen = answer.echo["headers"]
        for name in ("host", "x-forwarded-host", "forwarded"):
            assert "evil" not in seen.get(name, "") and "192.0.2.9" not in seen.get(name, ""), answer
        assert seen["x-forwarded-proto"] == "http", answer
        assert seen["x-forwarded-for"].replace(" ", "").split(",")[0] == CLIENT, answer


def test_the_method_counts(site, cookies):
    put = request(site.port, "/written", "PUT", cookies=cookies, body=b"a")
    assert put.status == 200 and put.echo["headers"]["x-user-id"] == "alice", put
    for method in ("GET", "POST", "DELETE"):
        assert request(site.port, "/written", method, cookies=cookies).status == 405
    foreign = [("Origin", "https://evil.example"), ("Sec-Fetch-Site", "cross-site")]
    assert request(site.port, "/private", "POST", cookies=cookies, headers=foreign, body=b"a=b").status == 403
    assert request(site.port, "/private", cookies=cookies, headers=foreign).status == 200


def test_cookies_of_another_client_are_refused(site, cookies):
    assert request(site.port, cookies=cookies, source=OTHER_CLIENT).status == 401
    assert request(site.port, cookies=cookies, agent="curl").status == 401
    assert request(site.port, cookies=cookies).status == 200


@pytest.mark.parametrize("path", [
    "/assets/../private", "/assets/%2e%2e/private", "/assets/.%2E/private", "/assets/./../private", "/assets//../private",
    "/assets/..;/private", "/assets;/../private", "/assets/..%2fprivate", "/assets%2f..%2fprivate", "/assets/..%5cprivate",
    "/assets/..\\private", "//private", "/./private", "/assets/..", "/%2e%2e/private", "/../private", "/../../assets/a",
    "/../authorize/assets", "/../assets/a", "/assets/..%3b/private", "/assets/..%3B/private/|", "/assets/..%3b/private/`",
])
def test_no_spelling_of_a_path_gets_past(site, path):
    answer = request(site.port, path)
    if answer.status == 200:
        # The front has one form of the path, for us and for the application.
        assert answer.echo["path"].startswith("/assets/") and ".." not in answer.echo["path"], answer
    else:
        assert answer.status in (301, 307, 308, 400, 401, 403, 404), answer


def test_a_harmless_spelling_still_works(site, cookies):
    answer = request(site.port, "/priv%61te/%c3%a9;v=1?x=/../y", cookies=cookies)
    assert answer.status == 200 and answer.echo["headers"]["x-user-id"] == "alice", answer


def test_clients_ask_nothing_themselves(site, cookies):
    question = [("X-Original-URI", "/private"), ("X-Original-Method", "GET"), ("X-Forwarded-Host", "shop.example"),
                ("X-Forwarded-For", CLIENT), ("X-Forwarded-Method", "GET"), ("X-Forwarded-Uri", "/private")]
    for path in ("/.sallyport/authorize", "/.sallyport/authorize?front=nginx", "/.sallyport/authorize/private"):
        through = request(site.port, path, cookies=cookies, headers=question)
        assert through.status in (403, 404) and "x-user-id" not in through.headers, through
        direct = request(site.gate_port, path, cookies=cookies, headers=question)
        assert direct.status == 403 and "x-user-id" not in direct.headers, direct
    assert request(site.port, "/.sallyport/session", cookies=cookies).status == 200


def test_a_revoked_session_ends_at_every_front(site):
    mine = sign_in(site, "bob")
    assert request(site.port, cookies=mine).status == 200
    out = request(site.port, "/.sallyport/logout", "POST", cookies=mine, body=b"",
                  headers=[("Origin", "http://shop.example"), ("Sec-Fetch-Site", "same-origin")])
    assert out.status == 204, out
    refused = request(site.port, cookies=mine)
    assert refused.status == 401, refused
    assert refused.cookies == {ACCESS: "", REFRESH: ""}, refused


def test_http2_questions_are_answered(site, cookies):
    command = ["curl", "-sS", "--http2-prior-knowledge", "-o", "/dev/null", "-D", "-", "--max-time", "20",
               "-A", AGENT, "-H", f"Cookie: {ACCESS}={cookies[ACCESS]}", "-H", f"X-Forwarded-For: {CLIENT}"]
    told = ["-H", "X-Original-Method: GET", "-H", "X-Original-URI: /private", "-H", "X-Forwarded-Host: shop.example"]
    base = f"http://127.0.0.1:{site.gate_port}/.sallyport/authorize"
    for words in ([*told, base], [base + "/private"]):
        answer = subprocess.run(command + words, capture_output=True, text=True, check=True).stdout
        assert answer.startswith("HTTP/2 200") and "x-user-id: alice" in answer.lower(), answer
    refused = subprocess.run([*command, *told, base, "-H", "X-Original-URI: /office"], capture_output=True, text=True, check=True)
    assert refused.stdout.startswith("HTTP/2 400"), refused.stdout


def test_z_a_store_that_is_down_is_503_and_signs_nobody_out(site, cookies):
    site.redis.stop()
    try:
        # What the loop knows already may still be asked about for a moment.
        def unavailable():
            answer = request(site.port, cookies=cookies)
            assert answer.status in (200, 503) and not answer.cookies, answer
            return answer.status == 503
        processes.wait_until(unavailable, "503 while the store is down")
        assert request(site.port, cookies={REFRESH: cookies[REFRESH]}).status == 503
    finally:
        site.redis.start()
    processes.wait_until(lambda: request(site.port, cookies=cookies).status == 200, "200 when the store is back")
