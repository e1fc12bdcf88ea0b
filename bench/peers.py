"""The peers as their packages bring them, told what their own manuals say about speed. Standard library only.

None of them writes an access log, and none adds identity fields: each does less than Sallyport does.
"""

import base64
import json
import os
import pathlib
import shutil

import heads
import keys
import rig
from contender import Contender

HAPROXY = """
global
    nbthread 1
    maxconn {maxconn}
{pipes}
defaults
    mode http
    maxconn {maxconn}
    timeout client 300s
    timeout server 300s
    timeout connect 5s
    timeout http-keep-alive 300s
    timeout tunnel 300s
{defaults}
frontend bench
    bind 127.0.0.1:{port}{bind}
{rules}
    default_backend origin
backend origin
    server origin 127.0.0.1:{origin}
"""

# As HAProxy's manual shows `jwt_verify`, and its vendor's guide the checks of `iss` and `exp`.
HAPROXY_JWT = """
    http-request set-var(txn.bearer) http_auth_bearer
    http-request set-var(txn.jwt_alg) var(txn.bearer),jwt_header_query('$.alg')
    http-request set-var(txn.iss) var(txn.bearer),jwt_payload_query('$.iss')
    http-request set-var(txn.exp) var(txn.bearer),jwt_payload_query('$.exp','int')
    http-request set-var(txn.now) date()
    http-request deny deny_status 401 unless {{ var(txn.jwt_alg) -m str {algorithm} }}
    http-request deny deny_status 401 unless {{ var(txn.iss) -m str {issuer} }}
    http-request deny deny_status 401 unless {{ var(txn.bearer),jwt_verify(txn.jwt_alg,"{key}") 1 }}
    http-request deny deny_status 401 if {{ var(txn.exp),sub(txn.now) -m int lt 0 }}
"""

# What Sallyport checks besides: the type, and the client that the token is bound to, by a keyed digest.
HAPROXY_BINDING = """
    http-request set-var(txn.type) var(txn.bearer),jwt_payload_query('$.type')
    http-request deny deny_status 401 unless {{ var(txn.type) -m str access }}
    http-request set-var(txn.fp) var(txn.bearer),jwt_payload_query('$.fp')
    http-request set-var(txn.ua) req.fhdr(user-agent)
    http-request set-var(txn.client) src,concat(|,txn.ua),hmac(sha256,"{key}"),base64
    http-request deny deny_status 401 unless {{ var(txn.client),strcmp(txn.fp) -m int 0 }}
"""

NGINX = """
daemon off;
worker_processes 1;
worker_rlimit_nofile {descriptors};
pid {folder}/{key}.pid;
error_log stderr error;
{user}
events {{ worker_connections {connections}; }}
http {{
    access_log off;
    client_body_temp_path {folder}/{key}-body;
    proxy_temp_path {folder}/{key}-proxy;
    fastcgi_temp_path {folder}/{key}-fastcgi;
    uwsgi_temp_path {folder}/{key}-uwsgi;
    scgi_temp_path {folder}/{key}-scgi;
    keepalive_requests 1000000000;
    keepalive_timeout 300s;
    client_max_body_size 0;
    map $http_upgrade $connection_upgrade {{ default upgrade; '' ''; }}
    upstream origin {{
        server 127.0.0.1:{origin};
        keepalive 128;
        keepalive_requests 1000000000;
    }}
    server {{
        listen 127.0.0.1:{port} reuseport backlog=4096{listen};
        {tls}
        location / {{
            proxy_pass http://origin;
            proxy_http_version 1.1;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection $connection_upgrade;
            proxy_request_buffering off;
            proxy_max_temp_file_size 0;
        }}
    }}
}}
"""

CADDYFILE = """
{{
    admin off
    auto_https off
    persist_config off
    log {{
        output discard
    }}
}}
http://:{port} {{
    bind 127.0.0.1
    reverse_proxy 127.0.0.1:{origin} {{
        transport http {{
            keepalive_idle_conns_per_host 128
        }}
    }}
}}
"""

APACHE = """
ServerRoot {folder}
ServerName localhost
Listen 127.0.0.1:{port}
PidFile {folder}/{key}.pid
DefaultRuntimeDir {folder}
ErrorLog {folder}/{key}.log
LogLevel error
{user}
{modules}
StartServers 1
ServerLimit 1
ThreadLimit 256
ThreadsPerChild 256
MaxRequestWorkers 256
MinSpareThreads 1
MaxSpareThreads 256
MaxConnectionsPerChild 0
AsyncRequestWorkerFactor 64
KeepAlive On
KeepAliveTimeout 300
MaxKeepAliveRequests 0
OIDCOAuthVerifySharedKeys plain##{secret}
<Location />
    AuthType oauth20
    Require claim iss:{issuer}
</Location>
ProxyPass / http://127.0.0.1:{origin}/ keepalive=On
"""

APACHE_MODULES = ("mpm_event", "authn_core", "authz_core", "authz_user", "proxy", "proxy_http", "auth_openidc")


class Peers:
    """Makes the peers of one run: their files lie in its folder, and all have the same origin."""

    def __init__(self, tools, folder, origin, made, descriptors):
        self.tools, self.folder, self.origin = pathlib.Path(tools), pathlib.Path(folder), origin
        self.keys, self.descriptors = made, descriptors
        self.token = made.token()
        self.other_type = made.token(kind="refresh")

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return path

    def packaged(self, name):
        """A program of a Python package, which lies in the bench's own environment."""
        binary = self.tools / "venv" / "bin" / name
        if name == "envoy":
            binary = next((self.tools / "venv").glob("lib/python3*/site-packages/envoy/_bin/envoy"), binary)
        if not binary.exists():
            raise rig.Unable(f"{name} is not installed: scripts/bench installs it, except with --without-packages.")
        return binary

    def system(self, name):
        found = shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin:/usr/local/sbin")
        if found is None:
            raise rig.Unable(f"{name} is not installed.")
        return found

    def floor(self):
        port = rig.free_port()
        return Contender("floor", "byte-copy floor (C)", [self.tools / "floor", port, self.origin], port, self.token)

    def haproxy(self, key="haproxy", name="HAProxy, no authentication", rules="", defaults="", pipes=0, is_tls=False, **more):
        port = rig.free_port()
        bind = f" ssl crt {self.keys.certificate_pair} alpn h2,http/1.1 ssl-min-ver TLSv1.3" if is_tls else ""
        # It reserves descriptors for a connection to the origin with each of a client's, and two for each pipe.
        maxconn = min(50_000, (self.descriptors - 256) // 2 - pipes)
        path = self.write(f"{key}.cfg", HAPROXY.format(
            port=port, origin=self.origin, rules=rules, maxconn=maxconn, bind=bind, pipes=f"    maxpipes {pipes}" if pipes else "", defaults=defaults))
        more.setdefault("token", self.token)
        return Contender(key, name, [self.system("haproxy"), "-db", "-f", path], port, is_tls=is_tls, **more)

    def haproxy_hs256(self):
        rules = HAPROXY_JWT.format(algorithm="HS256", issuer=keys.ISSUER, key=keys.SECRET)
        return self.haproxy("haproxy-hs256", "HAProxy, jwt_verify HS256", rules, is_verifying=True)

    def haproxy_binding(self):
        key = base64.b64encode(keys.SECRET.encode()).decode()
        rules = HAPROXY_JWT.format(algorithm="HS256", issuer=keys.ISSUER, key=keys.SECRET) + HAPROXY_BINDING.format(key=key)
        return self.haproxy("haproxy-binding", "HAProxy, jwt_verify HS256, type and binding", rules, is_verifying=True,
                            is_binding=True, other_type=self.other_type)

    def haproxy_rs256(self):
        rules = HAPROXY_JWT.format(algorithm="RS256", issuer=keys.ISSUER, key=self.keys.public("RS256"))
        return self.haproxy("haproxy-rs256", "HAProxy, jwt_verify RS256", rules, is_verifying=True,
                            token=self.keys.token("RS256"))

    def haproxy_splice(self):
        """With the data path that its manual offers for large bodies: the kernel moves them."""
        return self.haproxy("haproxy-splice", "HAProxy, spliced", defaults="    option splice-auto", pipes=512)

    def haproxy_tls(self):
        return self.haproxy("haproxy-tls", "HAProxy, TLS", is_tls=True)

    def nginx(self, key="nginx", name="nginx, no authentication", is_tls=False):
        port = rig.free_port()
        tls = ""
        if is_tls:
            tls = (f"ssl_certificate {self.keys.certificate}; ssl_certificate_key {self.keys.certificate_key}; "
                   "ssl_protocols TLSv1.3; ssl_session_tickets on; ssl_session_cache shared:SSL:10m;")
        path = self.write(f"{key}.conf", NGINX.format(
            port=port, origin=self.origin, folder=self.folder, key=key, descriptors=self.descriptors,
            connections=min(60_000, self.descriptors - 256), user="user root;" if os.getuid() == 0 else "",
            listen=" ssl http2" if is_tls else "", tls=tls))
        command = [self.system("nginx"), "-p", self.folder, "-c", path]
        return Contender(key, name, command, port, self.token, is_tls=is_tls)

    def nginx_tls(self):
        return self.nginx("nginx-tls", "nginx, TLS", is_tls=True)

    def envoy(self, key="envoy", name="Envoy, no authentication", authentication=None, **more):
        port = rig.free_port()
        router = {"name": "envoy.filters.http.router",
                  "typed_config": {"@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"}}
        manager = {
            "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
            "stat_prefix": "bench",
            "route_config": {"virtual_hosts": [{"name": "all", "domains": ["*"], "routes": [
                {"match": {"prefix": "/"}, "route": {"cluster": "origin", "timeout": "0s"}}]}]},
            "http_filters": ([authentication] if authentication else []) + [router],
        }
        def address(number):
            return {"socket_address": {"address": "127.0.0.1", "port_value": number}}
        configuration = {"static_resources": {
            "listeners": [{"name": "bench", "address": address(port), "filter_chains": [{"filters": [
                {"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]}]}],
            "clusters": [{"name": "origin", "type": "STATIC", "connect_timeout": "5s", "load_assignment": {
                "cluster_name": "origin",
                "endpoints": [{"lb_endpoints": [{"endpoint": {"address": address(self.origin)}}]}]}}]}}
        path = self.write(f"{key}.json", json.dumps(configuration, indent=1))
        command = [self.packaged("envoy"), "--concurrency", 1, "--disable-hot-restart", "--log-level", "error", "-c", path]
        return Contender(key, name, command, port, self.token, **more)

    def envoy_jwt(self, key="envoy-hs256", name="Envoy, jwt_authn HS256", cache=None):
        secret = {"keys": [{"kty": "oct", "alg": "HS256", "k": keys.base64url(keys.SECRET.encode())}]}
        provider = {"issuer": keys.ISSUER, "forward": True, "local_jwks": {"inline_string": json.dumps(secret)}, **(cache or {})}
        authentication = {"name": "envoy.filters.http.jwt_authn", "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication",
            "providers": {"bench": provider},
            "rules": [{"match": {"prefix": "/"}, "requires": {"provider_name": "bench"}}]}}
        return self.envoy(key, name, authentication, is_verifying=True)

    def envoy_jwt_cache(self):
        return self.envoy_jwt("envoy-hs256-cache", "Envoy, jwt_authn HS256, cached", {"jwt_cache_config": {"jwt_cache_size": 16384}})

    def caddy(self):
        port = rig.free_port()
        path = self.write("Caddyfile", CADDYFILE.format(port=port, origin=self.origin))
        environment = {"GOMAXPROCS": "1", "XDG_DATA_HOME": str(self.folder), "XDG_CONFIG_HOME": str(self.folder)}
        command = [self.packaged("caddy"), "run", "--config", path, "--adapter", "caddyfile"]
        return Contender("caddy", "Caddy, no authentication", command, port, self.token, environment)

    def traefik(self):
        port = rig.free_port()
        # JSON is YAML, and the suffix is what Traefik goes by.
        routes = self.write("traefik-routes.yml", json.dumps({"http": {
            "routers": {"all": {"rule": "PathPrefix(`/`)", "service": "origin", "entryPoints": ["web"]}},
            "services": {"origin": {"loadBalancer": {"servers": [{"url": f"http://127.0.0.1:{self.origin}"}]}}}}}))
        path = self.write("traefik.yml", json.dumps({
            "global": {"checkNewVersion": False, "sendAnonymousUsage": False}, "log": {"level": "ERROR"},
            "entryPoints": {"web": {"address": f"127.0.0.1:{port}"}},
            "providers": {"file": {"filename": str(routes), "watch": False}}}))
        command = [self.packaged("traefik"), f"--configFile={path}"]
        return Contender("traefik", "Traefik, no authentication", command, port, self.token, {"GOMAXPROCS": "1"})

    def apache(self):
        port = rig.free_port()
        modules = "\n".join(f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so" for name in APACHE_MODULES)
        if not pathlib.Path("/usr/lib/apache2/modules/mod_auth_openidc.so").exists():
            raise rig.Unable("libapache2-mod-auth-openidc is not installed.")
        path = self.write("apache.conf", APACHE.format(
            folder=self.folder, key="apache", port=port, origin=self.origin, modules=modules, secret=keys.SECRET, issuer=keys.ISSUER,
            user="User www-data\nGroup www-data" if os.getuid() == 0 else ""))
        command = [self.system("apache2"), "-f", path, "-DFOREGROUND"]
        return Contender("apache-hs256", "Apache, mod_auth_openidc HS256", command, port, self.token, is_verifying=True)
