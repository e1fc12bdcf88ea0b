"""Keys, tokens and certificates of the measurements; signing is openssl's. Standard library only."""

import base64
import hashlib
import hmac
import json
import pathlib
import subprocess
import time

import heads

SECRET = "bench-secret-of-sixty-four-bytes-0123456789abcdef0123456789abcdef"
ISSUER = "https://bench.example"
TOKEN_BYTES = 350
ADDRESS = "127.0.0.1"


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def openssl(*arguments, data=None):
    return subprocess.run(["openssl", *map(str, arguments)], input=data, capture_output=True, check=True).stdout


def fingerprint(address, user_agent):
    """What the tokens of the peers are bound to: a keyed digest of the client's address and User-Agent."""
    return base64.b64encode(hmac.digest(SECRET.encode(), f"{address}|{user_agent}".encode(), hashlib.sha256)).decode()


class Keys:
    """The key pairs of one run, in its folder."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.private = {}
        for name, options in (("RS256", ("-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048")),
                              ("ES256", ("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"))):
            self.private[name] = self.folder / f"{name}.key"
            openssl("genpkey", *options, "-out", self.private[name])
            openssl("pkey", "-in", self.private[name], "-pubout", "-out", self.public(name))
        self.certificate, self.certificate_key = self.folder / "site.pem", self.folder / "site.key"
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", self.certificate_key,
                "-out", self.certificate)
        # HAProxy wants both in one file.
        self.certificate_pair = self.folder / "site-pair.pem"
        self.certificate_pair.write_text(self.certificate.read_text() + self.certificate_key.read_text())
        for path in (*self.private.values(), self.certificate_key, self.certificate_pair):
            path.chmod(0o600)

    def public(self, name):
        return self.folder / f"{name}.pub"

    def key_set(self):
        """A JWK set of the two public keys (RFC 7517), with their names as `kid`."""
        text = openssl("pkey", "-pubin", "-in", self.public("RS256"), "-noout", "-text_pub").decode()
        modulus = text.split("Modulus:")[1].split("Exponent:")[0].replace(":", "").split()
        exponent = int(text.split("Exponent:")[1].split()[0])
        # The last 65 bytes of the DER form are the uncompressed point.
        point = openssl("pkey", "-pubin", "-in", self.public("ES256"), "-outform", "DER")[-64:]
        return {"keys": [
            {"kty": "RSA", "kid": "RS256", "alg": "RS256", "use": "sig", "n": base64url(bytes.fromhex("".join(modulus)).lstrip(b"\0")),
             "e": base64url(exponent.to_bytes(3, "big"))},
            {"kty": "EC", "kid": "ES256", "alg": "ES256", "use": "sig", "crv": "P-256", "x": base64url(point[:32]),
             "y": base64url(point[32:])}]}

    def sign(self, algorithm, signed):
        if algorithm == "HS256":
            return hmac.digest(SECRET.encode(), signed, hashlib.sha256)
        der = openssl("dgst", "-sha256", "-sign", self.private[algorithm], data=signed)
        if algorithm == "RS256":
            return der
        # A sequence of two integers, of which RFC 7518 wants 32 bytes each.
        first = 4 + der[3]
        numbers = der[4:first], der[first + 2:]
        return b"".join(number.lstrip(b"\0").rjust(32, b"\0") for number in numbers)

    def token(self, algorithm="HS256", kind="access", number=None, length=TOKEN_BYTES, issuer=ISSUER):
        """A token as other issuers make them, for the peers; as long as asked for where its signature leaves room."""
        header = {"alg": algorithm, "typ": "JWT"}
        if algorithm != "HS256":
            header["kid"] = algorithm
        now = int(time.time())
        claims = {"sub": "alice", "roles": ["admin"], "type": kind, "iss": issuer, "aud": "bench", "iat": now, "exp": now + 7200,
                  "jti": "" if number is None else f"{number:08}", "fp": fingerprint(ADDRESS, heads.USER_AGENT)}

        def compact():
            signed = ".".join(base64url(json.dumps(part, separators=(",", ":")).encode()) for part in (header, claims))
            return signed + "." + base64url(self.sign(algorithm, signed.encode()))

        missing = length - len(compact()) if algorithm == "HS256" else 0
        claims["jti"] += "x" * max(0, missing * 3 // 4)
        return compact()


def forged(token):
    """The token with a signature that is not its own."""
    head, payload, signature = token.split(".")
    turned = signature[::-1]
    return f"{head}.{payload}.{turned if turned != signature else 'A' + signature[1:]}"
