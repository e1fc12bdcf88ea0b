"""Names of endpoints are looked up again beside the loops, and requests follow what they stand for."""

import os
import pathlib
import subprocess
import time

import pytest

import faults
import h1wire
import processes

CONFIGURATION = """
workers: 2
listeners: [{{address: "127.0.0.1:{port}"}}]
store: {{url: "memory:"}}
upstreams:
  shop: {{endpoints: ["app.example:{application}"], resolve_interval_seconds: 0.2}}
routes: [{{upstream: shop, authentication: none}}]
logging: {{access: off, audit: off, level: info}}
"""


class Names:
    def __init__(self, file):
        self.file = file

    def set(self, *addresses):
        """What app.example stands for from now on."""
        new = self.file.with_suffix(".new")
        new.write_text("".join(f"app.example {address}\n" for address in addresses))
        new.rename(self.file)


@pytest.fixture
def site(tmp_path):
    """A gate over two loops, the names that it looks up, and an application at each of two addresses."""
    library = tmp_path / "hosts.so"
    subprocess.run(
        ["gcc", "-O1", "-fPIC", "-shared", "-o", library, pathlib.Path(__file__).with_name("hosts.c")], check=True)
    names = Names(tmp_path / "hosts")
    names.set("127.0.0.2")
    port = processes.free_port()
    with faults.Origin(host="127.0.0.2") as first, faults.Origin(first.port, host="127.0.0.3") as second:
        path = tmp_path / "sallyport.yaml"
        path.write_text(CONFIGURATION.format(port=port, application=first.port))
        # What a sanitizer needs is preloaded already.
        preloaded = [os.environ["LD_PRELOAD"]] if os.environ.get("LD_PRELOAD") else []
        environment = {"JWT_SECRET_KEY": "k" * 32, "HOSTS_FILE": str(names.file),
                       "LD_PRELOAD": ":".join([*preloaded, str(library)])}
        with processes.running(
                [processes.BINARY, "serve", "--config", path], tmp_path / "serve.log", port, environment):
            yield port, names, first, second


def served(port, origin, count=12):
    """How many of some requests an application got."""
    before = len(origin.requests)
    for number in range(count):
        with h1wire.Client(port) as client:
            outcome = client.exchange("GET", f"/public/good/{number}")
            assert (outcome.status, outcome.body) == (200, faults.pattern(str(number)))
    return len(origin.requests) - before


def test_requests_follow_a_name_that_changes_and_none_is_lost(site):
    port, names, first, second = site
    assert served(port, first) == 12
    names.set("127.0.0.2", "127.0.0.3")
    processes.wait_until(lambda: 0 < served(port, second) < 12, "both addresses serve")
    names.set("127.0.0.3")
    processes.wait_until(lambda: served(port, second) == 12, "only the new address serves")
    # What was idle at the old address is closed.
    processes.wait_until(lambda: not first.open, "the old connections are gone")


def test_a_name_that_is_unknown_for_a_while_keeps_its_addresses(site):
    port, names, first, _ = site
    names.set()
    deadline = time.monotonic() + 1
    while time.monotonic() < deadline:
        assert served(port, first) == 12


def test_a_resolver_that_hangs_holds_up_no_request(site):
    port, names, first, second = site
    names.set("slow", "127.0.0.3")
    slowest = 0
    deadline = time.monotonic() + 6
    while served(port, second, 2) == 0:
        start = time.monotonic()
        served(port, first, 1)
        slowest = max(slowest, time.monotonic() - start)
        assert time.monotonic() < deadline
    assert slowest < 0.5
