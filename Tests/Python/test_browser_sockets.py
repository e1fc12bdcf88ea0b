"""WebSockets, event streams and refreshes in a real browser. Skipped without Chromium."""

import contextlib
import http.server
import threading

import pytest

import browser
import sockets
from processes import wait_until

pytestmark = pytest.mark.skipif(browser.BROWSER is None, reason="no Chromium is installed")

SIGN_IN = """fetch('/login', {method: 'POST', body: new URLSearchParams({username: 'alice'})}).then(answer => answer.status)"""
# A WebSocket and an event stream, and what becomes of them.
OPEN = """(() => {
    window.seen = {messages: [], events: 0, closed: null, streamErrors: 0, reopened: 0};
    window.ws = new WebSocket(`ws://${location.host}/socket/echo`);
    ws.onmessage = event => seen.messages.push(event.data);
    ws.onclose = event => { seen.closed = [event.code, event.reason, event.wasClean]; };
    window.stream = new EventSource('/events');
    stream.onopen = () => seen.reopened++;
    stream.onmessage = () => seen.events++;
    stream.onerror = () => seen.streamErrors++;
})()"""


@contextlib.contextmanager
def signed_in(folder, tabs, **options):
    """A gate, and tabs of one browser in which alice has signed in."""
    with sockets.gate(folder, ("websockets",), **options) as (gate, _), browser.pages(folder, tabs) as pages:
        for page in pages:
            page.origin = f"http://localhost:{gate.port}"
            page.open(page.origin + "/public/page")
        assert pages[0].evaluate(SIGN_IN) == 200
        yield gate, pages


def open_both(page):
    page.evaluate(OPEN)
    page.wait("ws.readyState === 1 && seen.events > 1", "a WebSocket and an event stream are open")


def echo(page, text):
    page.evaluate(f"ws.send({text!r})")
    page.wait(f"seen.messages.includes({text!r})", "the echo comes")


def test_a_sign_out_in_one_tab_closes_the_websocket_and_the_event_stream_of_another(tmp_path):
    with signed_in(tmp_path, 2) as (_, pages):
        for page in pages:
            open_both(page)
            echo(page, "hello")
        assert pages[0].evaluate("fetch('/.sallyport/logout', {method: 'POST'}).then(answer => answer.status)") == 204
        for page in pages:
            page.wait("seen.closed", "the WebSocket is closed", 3)
            assert page.evaluate("seen.closed") == [4401, "The token was revoked.", True]
            # It came again by itself, and was refused: a browser gives up at 401.
            page.wait("stream.readyState === 2", "the event stream is over", 10)
            assert page.evaluate("seen.reopened") == 1


def test_three_tabs_refresh_at_once_and_their_sockets_live_on(tmp_path):
    with signed_in(tmp_path, 3, access_seconds=12, ahead_seconds=6) as (gate, pages):
        begun = pages[0].evaluate("Date.now()")
        for page in pages:
            open_both(page)
        # All three begin in the same moment, when the cookie is due for a refresh.
        for page in pages:
            page.evaluate(f"""(() => {{ window.statuses = null; setTimeout(async () => {{
                const all = [...Array(20).keys()].map(n => fetch('/page?n=' + n).then(async answer =>
                    [answer.status, (await answer.json()).headers['x-user-id']].join(' ')));
                window.statuses = await Promise.all(all); }}, {begun} + 8000 - Date.now()); }})()""")
        for page in pages:
            page.wait("window.statuses", "the answers are there")
            assert page.evaluate("statuses") == ["200 alice"] * 20
        assert len(gate.events("token.refreshed")) == 1, "sixty requests, one successor"
        pages[0].wait(f"Date.now() > {begun} + 13500", "the token with which the sockets were opened has run out")
        for page in pages:
            echo(page, "still there")
            assert page.evaluate("seen.closed") is None
            assert page.evaluate("[seen.reopened, seen.streamErrors]") == [1, 0], "no stream was ended"
        assert not gate.events("token.reuse_detected")


def test_a_socket_that_nobody_refreshes_is_closed_and_the_event_stream_heals_itself(tmp_path):
    with signed_in(tmp_path, 1, access_seconds=3) as (gate, [page]):
        open_both(page)
        page.wait("seen.closed", "the WebSocket is closed", 8)
        code, reason, was_clean = page.evaluate("seen.closed")
        # The event stream ended too, came again, and refreshed on the way: either of the two may be first.
        assert code == 4401 and reason == "The token has expired." and was_clean
        page.wait("seen.reopened > 1", "the event stream has come again", 20)
        page.evaluate("window.more = seen.events")
        page.wait("seen.events > more", "events go on")
        assert page.evaluate("document.cookie") == "", "no script can read the cookies"
        assert gate.events("token.refreshed") and not gate.events("token.reuse_detected")


def test_a_page_of_another_origin_opens_no_websocket_with_the_cookies(tmp_path):
    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<title>elsewhere</title>")

        def log_message(self, *_):
            pass

    with signed_in(tmp_path, 1) as (gate, [page]):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            # The same host with another port is the same site: the browser sends the cookies along.
            page.open(f"http://localhost:{server.server_port}/")
            page.evaluate(f"""(() => {{ window.end = null;
                const ws = new WebSocket('ws://localhost:{gate.port}/socket/echo');
                ws.onopen = () => window.end = 'open';
                ws.onclose = event => window.end = window.end || event.code; }})()""")
            page.wait("window.end", "the browser has an answer")
            assert page.evaluate("window.end") == 1006
            wait_until(lambda: '"reason":"cross_origin"' in (gate.folder / "access.jsonl").read_text(), "it was for its origin")
        finally:
            server.shutdown()
            server.server_close()
