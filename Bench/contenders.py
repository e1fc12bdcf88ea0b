"""The proxies that are measured, each with its configuration. Standard library only."""

import base64
import dataclasses
import hashlib
import hmac
import json
import pathlib
import subprocess
import time

import rig

SECRET = "bench-secret-of-sixty-four-bytes-0123456789abcdef0123456789abcdef"
ISSUER = "https://bench.example"
TOKEN_BYTES = 350


@dataclasses.dataclass
class Contender:
    """A proxy: its name in the table, the command that runs it, and what it was told to do."""

    key: str
    name: str
    command: list
    port: int
    environment: dict = dataclasses.field(default_factory=dict)


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def made_token():
    """A token like Sallyport's for the peers to verify while Sallyport itself is not measured."""
    def compact(filler):
        claims = {"sub": "alice", "roles": ["admin"], "iss": ISSUER, "iat": int(time.time()),
                  "exp": int(time.time()) + 3600, "jti": filler}
        signed = ".".join(base64url(json.dumps(part, separators=(",", ":")).encode())
                          for part in ({"alg": "HS256", "typ": "JWT"}, claims))
        return f"{signed}.{base64url(hmac.digest(SECRET.encode(), signed.encode(), hashlib.sha256))}"

    filler = "x"
    while len(compact(filler)) < TOKEN_BYTES:
        filler += "x"
    return compact(filler)


HAPROXY = """
global
    nbthread 1
    maxconn {maxconn}
defaults
    mode http
    maxconn {maxconn}
    timeout client 300s
    timeout server 300s
    timeout connect 5s
    timeout http-keep-alive 300s
frontend bench
    bind 127.0.0.1:{port}
{rules}
    default_backend origin
backend origin
    server origin 127.0.0.1:{origin_port}
"""

# As HAProxy's manual shows `jwt_verify`, and its vendor's guide the checks of `iss` and `exp`. It binds no token to a client,
# asks no store, and adds no identity headers: less than what Sallyport does.
HAPROXY_JWT = f"""
    http-request set-var(txn.bearer) http_auth_bearer
    http-request set-var(txn.jwt_alg) var(txn.bearer),jwt_header_query('$.alg')
    http-request set-var(txn.iss) var(txn.bearer),jwt_payload_query('$.iss')
    http-request set-var(txn.exp) var(txn.bearer),jwt_payload_query('$.exp','int')
    http-request set-var(txn.now) date()
    http-request deny deny_status 401 unless {{ var(txn.jwt_alg) -m str HS256 }}
    http-request deny deny_status 401 unless {{ var(txn.iss) -m str {ISSUER} }}
    http-request deny deny_status 401 unless {{ var(txn.bearer),jwt_verify(txn.jwt_alg,"{SECRET}") 1 }}
    http-request deny deny_status 401 if {{ var(txn.exp),sub(txn.now) -m int lt 0 }}
"""

SALLYPORT = """
workers: 1
listeners:
  - address: 127.0.0.1:{port}
tokens:
  algorithm: HS256
  secret: {{env: JWT_SECRET_KEY}}
  issuer: {issuer}
  access_token_expire_seconds: 7200
  binding: {{address: strict, user_agent: strict}}
store:
  url: sqlite:{folder}/bench.db
upstreams:
  origin: {{endpoints: ["127.0.0.1:{origin_port}"]}}
routes:
  - match: {{path_prefix: /}}
    upstream: origin
    token_sources: [authorization, cookie]
    accept: [access]
    identity_headers: {{X-User-Id: sub, X-User-Roles: roles, X-Token-Id: jti}}
logging: {{level: info, format: json, access: "{folder}/access.log", audit: "{folder}/audit.log"}}
{extra}
"""


def haproxy(key, name, rules, folder, origin_port):
    port = rig.free_port()
    path = pathlib.Path(folder, f"{key}.cfg")
    path.write_text(HAPROXY.format(port=port, origin_port=origin_port, rules=rules, maxconn=rig.pairs_of_descriptors()))
    return Contender(key, name, ["haproxy", "-db", "-f", path], port)


def sallyport(binary, folder, origin_port, extra=""):
    """Sallyport with everything on, and a token that its own command issued."""
    port = rig.free_port()
    path = pathlib.Path(folder, "sallyport.yaml")
    path.write_text(SALLYPORT.format(port=port, origin_port=origin_port, folder=folder, issuer=ISSUER, extra=extra))
    environment = {"JWT_SECRET_KEY": SECRET}
    return Contender("sallyport", "Sallyport, all on", [binary, "serve", "--config", path], port, environment)


def issue(contender):
    """A token of alice for the client that the load plays."""
    command, _, _, configuration = contender.command
    done = subprocess.run(
        [command, "token", "issue", "--config", configuration, "--data", '{"sub":"alice","roles":["admin"]}',
         "--expires-in", "3600", "--client-address", "127.0.0.1", "--user-agent", rig.USER_AGENT],
        capture_output=True, text=True, env={**contender.environment}, timeout=30)
    if done.returncode != 0:
        raise rig.BenchError(f"sallyport token issue: status {done.returncode}: {done.stderr.strip()}")
    return done.stdout.strip()


def is_able_to_serve(binary):
    done = subprocess.run([binary, "--help"], capture_output=True, text=True, timeout=30)
    return any(line.split()[:1] == ["serve"] for line in done.stdout.splitlines())


def all_of(binary, tools, folder, origin_port):
    """The contenders and the token that all of them are asked with."""
    port = rig.free_port()
    contenders = [Contender("floor", "byte-copy floor (C)", [tools / "floor", port, origin_port], port)]
    token = None
    if binary and is_able_to_serve(binary):
        contenders.append(sallyport(binary, folder, origin_port))
        token = issue(contenders[-1])
    contenders.append(haproxy("haproxy", "HAProxy, no authentication", "", folder, origin_port))
    contenders.append(haproxy("haproxy-jwt", "HAProxy, jwt_verify HS256", HAPROXY_JWT, folder, origin_port))
    return contenders, token or made_token()
