"""What is measured: a proxy with its configuration. Standard library only."""

import dataclasses
import ssl

import heads
import keys
import rig


@dataclasses.dataclass
class Contender:
    """A proxy: its names, the command that runs it, the token that it is asked with, and what it has to refuse."""

    key: str
    name: str
    command: list
    port: int
    token: str | None = None
    environment: dict = dataclasses.field(default_factory=dict)
    is_verifying: bool = False  # a forged token is answered with 401
    is_binding: bool = False  # and so is that of another client, or of another type
    other_type: str | None = None
    is_tls: bool = False
    cores: str = str(rig.PROXY_CORE)

    def ask(self, token=None, user_agent=heads.USER_AGENT, target="/api/items"):
        context = None
        if self.is_tls:
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        found = heads.fields(self.port, token or self.token, user_agent=user_agent, target=target)
        return rig.get(self.port, target, found, context)

    def check(self, expected):
        """It gives what the origin gives, and refuses what it has to: otherwise there is no figure."""
        status, seen = self.ask()
        if (status, seen) != (200, expected):
            raise rig.BenchError(f"{self.name}: answered {status} with {len(seen)} bytes; expected the origin's answer")
        attempts = {}
        if self.is_verifying:
            attempts["a forged token"] = {"token": keys.forged(self.token)}
        if self.is_binding:
            attempts["another client's token"] = {"user_agent": "curl/8.5.0"}
            attempts["a token of another type"] = {"token": self.other_type}
        for what, arguments in attempts.items():
            status, _ = self.ask(**arguments)
            if status != 401:
                raise rig.BenchError(f"{self.name}: {what} was answered with {status}")
