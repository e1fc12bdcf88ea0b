"""Sallyport with everything on, in the shapes that the workloads need. Standard library only."""

import dataclasses
import json
import pathlib
import subprocess

import heads
import keys
import rig
from contender import Contender

CONFIGURATION = """
workers: {workers}
listeners:
  - address: 127.0.0.1:{port}
{listener}
tokens:
  algorithm: HS256
  secret: {{env: JWT_SECRET_KEY}}
  issuer: {issuer}
  access_token_expire_seconds: {expire}
  refresh_ahead_seconds: {ahead}
  binding: {{address: strict, user_agent: strict}}
cookies: {{secure: false, access: {access}, refresh: {refresh}}}
store:
  url: "{store}"
upstreams:
  origin: {{endpoints: ["127.0.0.1:{origin}"]}}
routes:
  - match: {{path_prefix: /login}}
    upstream: origin
    authentication: none
    may_issue_sessions: true
  - match: {{path_prefix: /}}
    upstream: origin
    token_sources: [authorization, cookie]
    accept: [access]
    identity_headers: {{X-User-Id: sub, X-User-Roles: roles, X-Token-Id: jti}}
{routes}
logging: {{level: info, format: json, access: "{folder}/{key}-access.log", audit: "{folder}/{key}-audit.log"}}
{more}
"""

FOREIGN = """
issuers:
  - issuer: {issuer}/foreign
    audiences: [bench]
    algorithms: [RS256, ES256]
    jwks: {{file: "{path}"}}
"""


class Gates:
    """Makes Sallyports of one run: their files lie in its folder, and all have the same origin."""

    def __init__(self, binary, folder, origin, made):
        self.binary, self.folder, self.origin, self.keys = binary, pathlib.Path(folder), origin, made
        self.environment = {"JWT_SECRET_KEY": keys.SECRET}

    def run(self, *arguments):
        if self.binary is None:
            raise rig.Unable("Sallyport is not measured: --without-sallyport.")
        return subprocess.run([self.binary, *map(str, arguments)], capture_output=True, text=True,
                              env={**self.environment, "PATH": "/usr/bin:/bin"}, timeout=60)

    def gate(self, key="sallyport", name="Sallyport, all on", store=None, workers=1, listener="", routes="", more="",
             expire=7200, ahead=60, is_tls=False, needs="what this workload asks for"):
        """A gate, if `check` finds its configuration good; a feature that is not there yet is told, and no figure."""
        port = rig.free_port()
        if is_tls:
            listener = ("    protocols: [h2, http/1.1]\n    tls:\n      certificates: [{certificate: "
                        f"\"{self.keys.certificate}\", key: \"{self.keys.certificate_key}\"}}]")
        path = self.folder / f"{key}.yaml"
        path.write_text(CONFIGURATION.format(
            key=key, workers=workers, port=port, listener=listener, issuer=keys.ISSUER, expire=expire, ahead=ahead,
            access=heads.COOKIES[0], refresh=heads.COOKIES[1], store=store or f"sqlite:{self.folder}/{key}.db",
            origin=self.origin, routes=routes, folder=self.folder, more=more))
        judged = self.run("check", "--config", path)
        if judged.returncode != 0:
            problem = (judged.stdout + judged.stderr).strip().splitlines()
            raise rig.Unable(f"This build of Sallyport does not offer {needs} yet: {problem[0].replace(str(self.folder) + '/', '')}")
        return Contender(key, name, [self.binary, "serve", "--config", path], port, None, dict(self.environment), is_tls=is_tls)

    def plain(self, key="sallyport", name="Sallyport, all on", **options):
        """A gate that was asked with a token of its own, which it has to refuse from others."""
        gate = self.gate(key, name, **options)
        gate.token, gate.other_type = self.issue(gate), self.issue(gate, "websocket")
        gate.is_verifying = gate.is_binding = True
        return gate

    def tls(self):
        return self.plain("sallyport-tls", "Sallyport, all on, TLS", is_tls=True, needs="TLS on its listeners")

    def foreign(self, algorithm):
        """A gate that takes the tokens of another issuer, with RSA or ECDSA signatures; these are bound to no client."""
        path = self.folder / "bench.jwks.json"
        path.write_text(json.dumps(self.keys.key_set()))
        key = f"sallyport-{algorithm.lower()}"
        gate = self.gate(key, f"Sallyport, all on, {algorithm}", more=FOREIGN.format(issuer=keys.ISSUER, path=path),
                         needs=f"tokens of other issuers ({algorithm})")
        gate.token, gate.is_verifying = self.keys.token(algorithm, issuer=keys.ISSUER + "/foreign"), True
        return gate

    def variant(self, gate, wrapper, environment, binary=None):
        """The same gate under a wrapper such as valgrind, or from another binary."""
        command = [*wrapper, binary or gate.command[0], *gate.command[1:]]
        return dataclasses.replace(gate, command=command, environment={**gate.environment, **environment})

    def named(self, gate, key, name):
        """The same gate under another name in a table."""
        return dataclasses.replace(gate, key=key, name=name)

    def issue(self, gate, kind="access"):
        """A token of alice for the client that the load plays."""
        configuration = gate.command[-1]
        done = self.run("token", "issue", "--config", configuration, "--type", kind, "--data", '{"sub":"alice","roles":["admin"]}',
                        "--expires-in", 7200, "--client-address", keys.ADDRESS, "--user-agent", heads.USER_AGENT)
        if done.returncode != 0:
            raise rig.BenchError(f"sallyport token issue: status {done.returncode}: {done.stderr.strip()}")
        return done.stdout.strip()
