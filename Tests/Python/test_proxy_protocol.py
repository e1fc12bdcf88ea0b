"""The real HAProxy before a listener with proxy_protocol, in both versions."""

import http.client
import json
import os
import shutil
import ssl

import pytest

import gates
import processes
from certificates import certificate

HAPROXY = """
global
    maxconn 100
defaults
    mode tcp
    timeout connect 2s
    timeout client 10s
    timeout server 10s
listen balancer
    bind 127.0.0.1:{port}
    server gate 127.0.0.1:{gate} check inter 100ms {how}
"""


@pytest.mark.parametrize("how", ["send-proxy", "send-proxy-v2", "send-proxy-v2 proxy-v2-options crc32c,unique-id", "send-proxy check-send-proxy"])
def test_the_application_hears_of_haproxys_client(tmp_path, how):
    haproxy = shutil.which("haproxy", path=os.environ["PATH"] + ":/usr/sbin")
    assert haproxy, "haproxy is not installed: it is in scripts/lib.sh"
    with gates.application(tmp_path) as application:
        gate = gates.Gate(tmp_path / "gate", "memory:", application)
        text = gate.configuration.read_text()
        address = f"  - address: 127.0.0.1:{gate.port}\n"
        assert address in text
        gate.configuration.write_text(text.replace(address, f"{address}    proxy_protocol: true\n") + "trusted_proxies: [127.0.0.1/32]\n")
        port = processes.free_port()
        file = tmp_path / "haproxy.cfg"
        file.write_text(HAPROXY.format(port=port, gate=gate.port, how=how))
        with gate.serving(), processes.running([haproxy, "-db", "-f", file], tmp_path / "haproxy.log", port):

            def told():
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10, source_address=("127.0.0.7", 0))
                try:
                    # Of a client that is not trusted; that the balancer is changes nothing.
                    connection.request("GET", "/public/x", headers={"X-Forwarded-For": "6.6.6.6"})
                    return json.load(connection.getresponse())["headers"]["x-forwarded-for"]
                except (OSError, http.client.HTTPException):
                    return None
                finally:
                    connection.close()

            assert processes.wait_until(told, "an answer through HAProxy") == "127.0.0.7"
            # What comes without a header gets no answer.
            direct = http.client.HTTPConnection("127.0.0.1", gate.port, timeout=10)
            direct.request("GET", "/public/x")
            with pytest.raises((OSError, http.client.HTTPException)):
                direct.getresponse()
            direct.close()

        lines = [json.loads(line) for line in (gate.folder / "access.jsonl").read_text().splitlines()]
        assert {line["client_address"] for line in lines} == {"127.0.0.7"}, lines


@pytest.mark.parametrize("how", ["send-proxy", "send-proxy-v2"])
def test_tls_follows_the_header(tmp_path, how):
    certificate(tmp_path, "shop", ["127.0.0.1"], certificate(tmp_path, "ca", []))
    tls = ssl.create_default_context(cafile=tmp_path / "ca.pem")
    with gates.application(tmp_path) as application:
        gate = gates.Gate(tmp_path / "gate", "memory:", application)
        text = gate.configuration.read_text()
        address = f"  - address: 127.0.0.1:{gate.port}\n"
        files = f"{{certificate: {tmp_path}/shop.pem, key: {tmp_path}/shop.key}}"
        more = f"    proxy_protocol: true\n    tls: {{certificates: [{files}]}}\n"
        gate.configuration.write_text(text.replace(address, address + more) + "trusted_proxies: [127.0.0.1/32]\n")
        port = processes.free_port()
        file = tmp_path / "haproxy.cfg"
        file.write_text(HAPROXY.format(port=port, gate=gate.port, how=how))
        with gate.serving(), processes.running(["/usr/sbin/haproxy", "-db", "-f", file], tmp_path / "haproxy.log", port):

            def told():
                connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=10, source_address=("127.0.0.7", 0), context=tls)
                try:
                    connection.request("GET", "/public/x")
                    headers = json.load(connection.getresponse())["headers"]
                    return headers["x-forwarded-for"], headers["x-forwarded-proto"]
                except (OSError, http.client.HTTPException):
                    return None
                finally:
                    connection.close()

            assert processes.wait_until(told, "an answer through HAProxy") == ("127.0.0.7", "https")
