"""The fronts of conf/forward-auth/, each as it is shipped, but for ports and paths."""

import contextlib
import os
import pathlib
import shutil
import sys
import sysconfig
import urllib.request

import gates
import processes

SHIPPED = processes.ROOT / "conf" / "forward-auth"
NAMES = ["nginx", "haproxy", "caddy", "traefik", "envoy"]


def program(name):
    """Of Debian, or of a Python package beside this interpreter."""
    if name == "envoy":
        found = pathlib.Path(sysconfig.get_paths()["purelib"]) / "envoy" / "_bin" / "envoy"
        if found.exists():
            return found
    found = pathlib.Path(sys.executable).with_name(name)
    if found.exists():
        return found
    found = shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin:/usr/local/sbin")
    assert found, f"{name} is not installed: it is in scripts/lib.sh or in Tests/Python/requirements.txt"
    return found


class Deployment:
    """Sallyport, an application, and one front before both; the ports are free ones."""

    def __init__(self, name, folder, application, store):
        self.name, self.folder = name, pathlib.Path(folder)
        self.port, self.gate_port, self.application_port = processes.free_port(), processes.free_port(), application
        self.configuration = self.copy("sallyport.yaml", {
            "sqlite:state/sallyport.db": store,
            f"address: 127.0.0.1:{self.gate_port}": f"address: 127.0.0.1:{self.gate_port}\n    protocols: [http/1.1, h2]",
        })
        with open(self.configuration, "a") as file:
            file.write(f'\nlogging: {{access: "{self.folder}/access.jsonl", audit: "{self.folder}/audit.jsonl"}}\nworkers: 1\n')

    def copy(self, name, more=None):
        """A shipped file with this deployment's ports."""
        text = (SHIPPED / name).read_text()
        for old, new in (("8000", self.port), ("8080", self.gate_port), ("3000", self.application_port)):
            for before in ("127.0.0.1:", "port_value: ", "http://:"):
                text = text.replace(f"{before}{old}", f"{before}{new}")
        for old, new in (more or {}).items():
            assert old in text, f"{name} does not hold {old}"
            text = text.replace(old, new)
        path = self.folder / name
        path.write_text(text)
        return path

    def command(self):
        """How the front is started, and its environment."""
        run = program(self.name)
        if self.name == "nginx":
            paths = "".join(f"{kind}_temp_path {self.folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
            file = self.copy("nginx.conf", {"pid /run/nginx-sallyport.pid": f"pid {self.folder}/nginx.pid",
                                            "access_log off;": f"access_log off; {paths}"})
            # A test's folder belongs to whoever started it.
            user = ["-g", "user root;"] if os.getuid() == 0 else []
            return [run, "-p", self.folder, "-c", file, *user], {}
        if self.name == "haproxy":
            self.copy("haproxy.lua")
            file = self.copy("haproxy.cfg", {"lua-load haproxy.lua": f"lua-load {self.folder}/haproxy.lua"})
            return [run, "-db", "-f", file], {}
        if self.name == "caddy":
            file = self.copy("Caddyfile")
            return [run, "run", "--config", file, "--adapter", "caddyfile"], {"XDG_DATA_HOME": self.folder, "XDG_CONFIG_HOME": self.folder}
        if self.name == "traefik":
            file = self.copy("traefik.yaml", {"filename: traefik.yaml": f"filename: {self.folder}/traefik.yaml"})
            return [run, f"--configFile={file}"], {}
        file = self.copy("envoy.yaml")
        return [run, "--concurrency", "1", "--disable-hot-restart", "--log-level", "error", "-c", file], {}

    @contextlib.contextmanager
    def running(self):
        """Runs Sallyport and the front until the block ends."""
        gate = [processes.BINARY, "serve", "--config", self.configuration]
        command, environment = self.command()
        environment = {name: str(value) for name, value in environment.items()}
        with processes.running(gate, self.folder / "serve.log", self.gate_port, gates.SECRET):
            with processes.running(command, self.folder / "front.log", self.port, environment):
                # Some accept connections before they know where to send them.
                processes.wait_until(lambda: self.answers("/assets/ready"), f"{self.name} forwards")
                yield

    def answers(self, path):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False
