"""The demo as a newcomer meets it: real curl, a cookie jar, a WebSocket, and attempts to get around the gate."""

import json
import stat
import time

import pytest
import websockets.exceptions
import websockets.sync.client

import processes
from demo import demo


@pytest.fixture
def gate(tmp_path):
    with demo(tmp_path) as running:
        yield running


@pytest.fixture
def short_lived(tmp_path):
    """A demo whose access tokens live for three seconds."""
    with demo(tmp_path, "--access-token-expire-seconds", "3") as running:
        yield running


def test_signing_in_gives_cookies_and_the_application_learns_who_it_is(gate):
    jar = gate.jar()
    answer = gate.sign_in("alice", jar)
    assert answer.status == 303 and answer.fields["location"] == ["/"]
    assert all("httponly" in cookie.lower() for cookie in answer.fields["set-cookie"])
    assert "sallyport-issue-session" not in answer.fields
    whoami = gate.whoami("--cookie", str(jar))
    assert whoami.status == 200
    assert whoami.headers["x-user-id"] == "alice"
    assert whoami.headers["x-session-id"] and whoami.headers["x-token-id"]
    # The application sees neither the gate's cookies nor a token.
    assert "sallyport-" not in whoami.body and "eyJ" not in whoami.body


def test_a_wrong_password_gives_no_session(gate):
    jar = gate.jar()
    answer = gate.sign_in("alice", jar, password="builder")
    assert answer.status == 401 and "set-cookie" not in answer.fields
    assert gate.whoami("--cookie", str(jar)).status == 401


def test_without_a_session_programs_get_401_and_pages_go_to_the_login(gate):
    refused = gate.whoami()
    assert refused.status == 401
    assert refused.fields["www-authenticate"][0].lower().startswith("bearer")
    assert json.loads(refused.body)["code"] == "token_missing"
    page = gate.whoami("--header", "Accept: text/html", "--header", "Sec-Fetch-Mode: navigate",
                       "--header", "Sec-Fetch-Dest: document")
    assert page.status == 303 and page.fields["location"][0].startswith("/login")


@pytest.mark.parametrize("name", ["X-User-Id", "x-user-id", "X-USER-ID", "X_User_Id", "x-user_id"])
def test_spoofed_identity_headers_never_arrive(gate, name):
    jar = gate.jar()
    gate.sign_in("bob", jar)
    for options in ([], ["--header", f"Connection: close, {name}"]):
        forged = gate.whoami("--cookie", str(jar), "--header", f"{name}: mallory", *options)
        # A name with an underscore may be refused altogether.
        assert forged.status in ((200, 400) if "_" in name else (200,))
        assert "mallory" not in forged.body
        if forged.status == 200:
            assert forged.headers["x-user-id"] == "bob"
    # Nor on a page that anybody may see: the application would greet mallory.
    assert "mallory" not in gate.curl("/", "--header", f"{name}: mallory").body


def test_a_session_is_bound_to_its_client(gate):
    jar = gate.jar()
    gate.sign_in("alice", jar)
    stolen = gate.curl("/whoami", "--cookie", str(jar), agent="thief")
    assert stolen.status == 401 and json.loads(stolen.body)["code"] == "binding_mismatch"
    assert gate.whoami("--cookie", str(jar)).status == 200


def test_after_signing_out_the_old_cookies_are_worth_nothing(gate):
    jar, kept = gate.jar(), gate.jar("kept")
    gate.sign_in("alice", jar)
    kept.write_bytes(jar.read_bytes())
    # Another site cannot sign anybody out.
    foreign = gate.curl("/.sallyport/logout", "--cookie", str(jar), "--request", "POST", "--header", "Origin: http://evil.example")
    assert foreign.status == 403
    assert gate.whoami("--cookie", str(jar)).status == 200
    answer = gate.curl("/.sallyport/logout", "--cookie", str(jar), "--cookie-jar", str(jar), "--request", "POST",
                       "--header", f"Origin: {gate.origin}")
    assert answer.status == 204 and len(answer.fields["set-cookie"]) == 2
    assert gate.whoami("--cookie", str(jar)).status == 401
    replayed = gate.whoami("--cookie", str(kept))
    assert replayed.status == 401 and json.loads(replayed.body)["code"] == "token_revoked"


def test_signing_out_everywhere_ends_the_sessions_of_this_user_only(gate):
    jars = {name: gate.jar(name) for name in ("alice-one", "alice-two", "bob")}
    for name, jar in jars.items():
        gate.sign_in(name.split("-")[0], jar)
    answer = gate.curl("/.sallyport/logout-everywhere", "--cookie", str(jars["alice-one"]), "--request", "POST",
                       "--header", f"Origin: {gate.origin}")
    assert answer.status == 204
    statuses = {name: gate.whoami("--cookie", str(jar)).status for name, jar in jars.items()}
    assert statuses == {"alice-one": 401, "alice-two": 401, "bob": 200}


def test_an_expired_token_is_replaced_once_for_many_requests_at_once(short_lived):
    jar = short_lived.jar()
    short_lived.sign_in("alice", jar)
    first = short_lived.whoami("--cookie", str(jar))
    assert "set-cookie" not in first.fields
    session = json.loads(short_lived.curl("/.sallyport/session", "--cookie", str(jar)).body)
    assert session["authenticated"] is True and session["sub"] == "alice"

    # Asking the gate again would refresh; only the clock tells when the token has expired.
    processes.wait_until(lambda: time.time() > session["access_expires_at"], "the access token expires")
    answers = short_lived.many(50, "--cookie", str(jar))
    assert [answer.status for answer in answers] == [200] * 50
    assert len({answer.headers["x-token-id"] for answer in answers}) == 1
    assert {int(answer.headers["x-token-generation"]) for answer in answers} == {
        int(first.headers["x-token-generation"]) + 1}
    assert any("set-cookie" in answer.fields for answer in answers)
    rotations = [event for event in short_lived.audit_events() if event["event"] == "token.refreshed"]
    assert len(rotations) == 1


def test_a_stolen_refresh_token_ends_the_session(gate):
    login = gate.curl("/json-login", "--data", "username=alice&password=wonderland")
    assert login.status == 200, login.body
    stolen = json.loads(login.body)

    def refresh(token):
        return gate.curl("/.sallyport/refresh", "--header", "Content-Type: application/json",
                         "--data", json.dumps({"refresh_token": token}))

    renewed = json.loads(refresh(stolen["refresh_token"]).body)
    bearer = ["--header", f"Authorization: Bearer {renewed['access_token']}"]
    assert gate.whoami(*bearer).status == 200

    def is_caught():
        answer = refresh(stolen["refresh_token"])
        # Within the grace the same successor comes again: an answer that was lost is no theft.
        assert answer.status in (200, 401), answer.body
        if answer.status == 200:
            assert json.loads(answer.body)["access_token"] == renewed["access_token"]
        return answer.status == 401

    processes.wait_until(is_caught, "the replay is refused after the grace", seconds=30)
    assert gate.whoami(*bearer).status == 401
    processes.wait_until(
        lambda: any(event["event"] == "token.reuse_detected" for event in gate.audit_events()), "the audit log tells of it")


def test_a_websocket_needs_a_session_and_carries_messages(gate):
    jar = gate.jar()
    gate.sign_in("alice", jar)
    granted = json.loads(gate.curl("/.sallyport/websocket-token", "--cookie", str(jar), "--request", "POST",
                                   "--header", f"Origin: {gate.origin}").body)
    address = f"ws://127.0.0.1:{gate.port}/echo"
    with websockets.sync.client.connect(
            address, user_agent_header="check", subprotocols=["echo", f"bearer.{granted['token']}"]) as socket:
        for message in ("Who goes there?", "ü" * 70_000, b"\x00\xff" * 300):
            socket.send(message)
            assert socket.recv(timeout=10) == message
    with pytest.raises(websockets.exceptions.InvalidStatus) as refused:
        websockets.sync.client.connect(address, user_agent_header="check").close()
    assert refused.value.response.status_code == 401


def test_the_state_folder_is_private_and_survives_a_restart(tmp_path):
    with demo(tmp_path) as first:
        jar = first.jar()
        first.sign_in("alice", jar)
        cookies = jar.read_text()
    state = tmp_path / "state"
    assert stat.S_IMODE(state.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in state.rglob("*") if path.is_file()} == {0o600}
    with demo(tmp_path) as second:
        jar.write_text(cookies)
        assert second.whoami("--cookie", str(jar)).headers["x-user-id"] == "alice"


def test_no_token_appears_in_what_the_demo_writes(tmp_path):
    with demo(tmp_path) as gate:
        jar = gate.jar()
        gate.sign_in("bob", jar)
        gate.whoami("--cookie", str(jar))
        gate.whoami("--header", "Authorization: Bearer canary.canary.canary")
        gate.curl("/whoami?access_token=canary", "--cookie", "sallyport-access=canary")
    # The greeting names alice's password, and nothing else does anybody's.
    written = (tmp_path / "demo.log").read_text() + (tmp_path / "state" / "audit.jsonl").read_text()
    assert "/whoami" in written
    assert "canary" not in written and "eyJ" not in written and "builder" not in written
