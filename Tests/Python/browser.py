"""A headless Chromium, driven over its DevTools protocol: as much of it as the checks need."""

import base64
import contextlib
import json
import pathlib
import shutil
import urllib.request

import websockets.sync.client

import processes

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


class Page:
    """One tab."""

    def __init__(self, socket):
        self.socket, self.number = socket, 0

    def call(self, method, **parameters):
        """Calls a DevTools method and returns its result; events that come in between are not kept."""
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": method, "params": parameters}))
        while True:
            answer = json.loads(self.socket.recv(timeout=30))
            if answer.get("id") == self.number:
                assert "error" not in answer, f"{method}: {answer['error']}"
                return answer["result"]

    def evaluate(self, expression):
        """The value of a JavaScript expression, awaited where it is a promise."""
        result = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")

    def wait(self, expression, what, seconds=20):
        """Waits until an expression is true; a page that is just being left has no value yet."""

        def holds():
            result = self.call("Runtime.evaluate", expression=f"!!({expression})", returnByValue=True)
            return result["result"].get("value")

        processes.wait_until(holds, what, seconds)

    def open(self, address):
        result = self.call("Page.navigate", url=address)
        assert "errorText" not in result, result
        self.wait("document.readyState === 'complete'", f"{address} is loaded")

    def size(self, width, height):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600)

    def screenshot(self, path):
        """The whole page, not only what is in view."""
        data = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True)["data"]
        pathlib.Path(path).write_bytes(base64.b64decode(data))


@contextlib.contextmanager
def pages(folder, count):
    """A browser with a profile of its own in `folder`, and so many tabs, which share its cookies."""
    port = processes.free_port()
    command = [BROWSER, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
               "--disable-background-networking", f"--remote-debugging-port={port}", f"--user-data-dir={folder}/profile",
               "about:blank"]
    with processes.running(command, pathlib.Path(folder) / "browser.log", port):

        def targets():
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list", timeout=10) as answer:
                return [tab["webSocketDebuggerUrl"] for tab in json.load(answer) if tab["type"] == "page"]

        processes.wait_until(targets, "the browser has a page")
        for _ in range(count - 1):
            new = urllib.request.Request(f"http://127.0.0.1:{port}/json/new?about:blank", method="PUT")
            urllib.request.urlopen(new, timeout=10).close()
        processes.wait_until(lambda: len(targets()) == count, "the browser has its tabs")
        with contextlib.ExitStack() as stack:
            yield [Page(stack.enter_context(websockets.sync.client.connect(address, max_size=None)))
                   for address in targets()]


@contextlib.contextmanager
def page(folder):
    """A browser with its one page."""
    with pages(folder, 1) as [single]:
        yield single
