"""A running demo, and curl as a person would type it."""

import concurrent.futures
import contextlib
import dataclasses
import json
import pathlib
import subprocess

import processes

PASSWORDS = {"alice": "wonderland", "bob": "builder"}


@dataclasses.dataclass
class Answer:
    """What curl got: the status, the fields by lower-case name, each a list, and the body."""

    status: int
    fields: dict
    body: str

    @property
    def headers(self):
        """The request's headers as the application received them, by lower-case name: the answer of /whoami."""
        return {name.lower(): value for name, value in json.loads(self.body)["headers"].items()}


class Demo:
    """`sallyport demo` on a port of its own, with its state in `folder`."""

    def __init__(self, folder, port):
        self.folder, self.port = pathlib.Path(folder), port
        self.origin = f"http://127.0.0.1:{port}"

    def curl(self, path, *options, agent="check"):
        """One request; redirects are answers."""
        done = subprocess.run(
            ["curl", "--silent", "--show-error", "--include", "--max-time", "20", "--user-agent", agent, *options,
             self.origin + path], capture_output=True, timeout=30)
        assert done.returncode == 0, f"curl {path}: {done.stderr.decode()}"
        head, _, body = done.stdout.decode().replace("\r\n", "\n").partition("\n\n")
        status, *lines = head.split("\n")
        fields = {}
        for line in lines:
            name, _, value = line.partition(":")
            fields.setdefault(name.lower(), []).append(value.strip())
        return Answer(int(status.split()[1]), fields, body)

    def jar(self, name="jar"):
        return self.folder / f"{name}.cookies"

    def sign_in(self, user, jar, password=None):
        """Signs in with curl's cookie jar."""
        form = ["--data-urlencode", f"username={user}", "--data-urlencode", f"password={password or PASSWORDS[user]}"]
        return self.curl("/login", "--cookie-jar", str(jar), *form)

    def whoami(self, *options):
        return self.curl("/whoami", *options)

    def many(self, count, *options):
        """So many requests at once."""
        with concurrent.futures.ThreadPoolExecutor(count) as pool:
            return list(pool.map(lambda _: self.whoami(*options), range(count)))

    def audit_events(self):
        path = self.folder / "state" / "audit.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


@contextlib.contextmanager
def demo(folder, *arguments):
    """Starts a demo and ends it."""
    port = processes.free_port()
    command = [processes.BINARY, "demo", "--port", port, "--state-directory", pathlib.Path(folder) / "state", *arguments]
    with processes.running(command, pathlib.Path(folder) / "demo.log", port):
        yield Demo(folder, port)
