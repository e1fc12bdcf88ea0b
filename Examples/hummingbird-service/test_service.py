"""The service and a proxy share sessions over one SQLite file and over one Redis; both are the built programs."""

import json
import os
import pathlib
import subprocess
import sys
import urllib.error
import urllib.request

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "Tests" / "Python"))

import processes  # noqa: E402

SECRET = "0123456789abcdef" * 2
AGENT = "Check/1.0"
# The preloaded parts of a sanitizer are for the programs under test, not for the compiler.
PLAIN = {name: value for name, value in os.environ.items() if name != "LD_PRELOAD"}


@pytest.fixture(scope="session")
def service():
    """The built program."""
    words = ["swift", "build", "--package-path", str(HERE)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=1200, env=PLAIN)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    shown = subprocess.run([*words, "--show-bin-path"], capture_output=True, text=True, check=True, env=PLAIN)
    return pathlib.Path(shown.stdout.strip()) / "Service"


@pytest.fixture(params=["sqlite", "redis"])
def gate(request, service, tmp_path):
    """A proxy in front of an application, and the service, on one store: asks either one for a path."""
    ports = {name: processes.free_port() for name in ("proxy", "service", "application", "redis")}
    store = f"sqlite:{tmp_path}/sallyport.db" if request.param == "sqlite" else f"redis://127.0.0.1:{ports['redis']}"
    configuration = tmp_path / "sallyport.yaml"
    text = (HERE / "sallyport.yaml").read_text()
    for old, new in [("127.0.0.1:8080", f"127.0.0.1:{ports['proxy']}"), ("127.0.0.1:3000", f"127.0.0.1:{ports['application']}"),
                     ("sqlite:state/sallyport.db", store)]:
        assert old in text
        text = text.replace(old, new)
    configuration.write_text(text)
    environment = {"JWT_SECRET_KEY": SECRET, "STORE": store, "PORT": str(ports["service"])}
    application = [sys.executable, processes.ROOT / "Tests" / "Python" / "origin.py", str(ports["application"])]
    redis = ["redis-server", "--port", ports["redis"], "--bind", "127.0.0.1", "--save", "", "--dir", tmp_path]

    def ask(where, path, cookies=None, method="GET", body=None, agent=AGENT):
        headers = {"User-Agent": agent, "Accept": "application/json", "Content-Type": "application/json"}
        if cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        message = urllib.request.Request(
            f"http://127.0.0.1:{ports[where]}{path}", method=method, headers=headers,
            data=None if body is None else json.dumps(body).encode())
        try:
            answer = urllib.request.urlopen(message, timeout=20)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            pairs = [line.split(";")[0].split("=", 1) for line in answer.headers.get_all("Set-Cookie") or []]
            return answer.status, answer.read().decode(), dict(pairs)

    def run():
        with processes.running(application, tmp_path / "application.log", ports["application"]), \
             processes.running([processes.BINARY, "serve", "--config", configuration], tmp_path / "proxy.log", ports["proxy"],
                               environment), \
             processes.running([service], tmp_path / "service.log", ports["service"], environment):
            yield ask, configuration

    if request.param == "redis":
        with processes.running(redis, tmp_path / "redis.log", ports["redis"]):
            yield from run()
    else:
        yield from run()


def sign_in(ask):
    status, _, cookies = ask("service", "/login", method="POST", body={"username": "alice", "password": "wonderland"})
    assert status == 204
    assert set(cookies) == {"sallyport-access", "sallyport-refresh"}
    return cookies


def test_a_session_of_the_service_is_good_at_the_proxy_until_it_ends_at_the_service(gate):
    ask, _ = gate
    cookies = sign_in(ask)
    assert ask("service", "/whoami", cookies)[:2] == (200, "Hello, alice.\n")
    status, body, _ = ask("proxy", "/", cookies)
    assert status == 200 and "alice" in body
    status, body, _ = ask("service", "/sessions", cookies)
    assert status == 200 and body.count("\n") == 1 and "127.0.0.1 Check/1.0" in body
    status, _, emptied = ask("service", "/logout", cookies, method="POST")
    assert status == 204 and set(emptied.values()) == {""}
    processes.wait_until(lambda: ask("proxy", "/", cookies)[0] == 401, "the proxy follows the end of the session", 5)
    assert ask("service", "/whoami", cookies)[:1] == (401,)


def test_a_session_of_the_proxy_is_good_at_the_service_until_it_ends_at_the_proxy(gate):
    ask, configuration = gate
    environment = {"JWT_SECRET_KEY": SECRET}
    issued = json.loads(processes.sallyport(
        "session", "issue", "--config", configuration, "--data", '{"sub":"bob"}', "--client-address", "127.0.0.1",
        "--user-agent", AGENT, environment=environment).stdout)
    cookies = {"sallyport-access": issued["access_token"], "sallyport-refresh": issued["refresh_token"]}
    assert ask("service", "/whoami", cookies)[:2] == (200, "Hello, bob.\n")
    assert ask("proxy", "/", cookies)[0] == 200
    processes.sallyport("session", "end", "--config", configuration, issued["sid"], environment=environment)
    processes.wait_until(lambda: ask("service", "/whoami", cookies)[0] == 401, "the service follows", 5)


def test_a_refresh_at_the_service_gives_tokens_that_the_proxy_takes(gate):
    ask, _ = gate
    cookies = sign_in(ask)
    status, _, renewed = ask("service", "/whoami", {"sallyport-refresh": cookies["sallyport-refresh"]})
    assert status == 200 and renewed["sallyport-access"] != cookies["sallyport-access"]
    assert ask("proxy", "/", renewed)[0] == 200
    # And the other way round.
    status, _, again = ask("proxy", "/", {"sallyport-refresh": renewed["sallyport-refresh"]})
    assert status == 200 and ask("service", "/whoami", again)[0] == 200


def test_strangers_and_thieves_are_refused_by_both(gate):
    ask, _ = gate
    cookies = sign_in(ask)
    for where, path in [("service", "/whoami"), ("proxy", "/")]:
        assert ask(where, path)[0] == 401
        assert ask(where, path, cookies, agent="Other/1.0")[0] == 401
        assert ask(where, path, {**cookies, "sallyport-access": cookies["sallyport-access"][:-8] + "AAAAAAAA"})[0] == 401
        assert ask(where, path, cookies)[0] == 200
    assert ask("service", "/login", method="POST", body={"username": "alice", "password": "x"})[0] == 401
