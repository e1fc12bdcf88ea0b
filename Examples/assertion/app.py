"""An application that believes nobody but the gate. Run it with: python3 Examples/assertion/app.py PORT JWKS_URL AUDIENCE

It needs PyJWT with cryptography: pip install 'PyJWT[crypto]'
"""

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import jwt


class Verifier:
    """Verifies the statement of a request; see `claims`."""

    def __init__(self, jwks_url, audience):
        self.keys = jwt.PyJWKClient(jwks_url, cache_keys=True, lifespan=300)
        self.audience = audience

    def claims(self, assertion, method, target):
        """What the gate says of the caller; raises jwt.PyJWTError for anything that it did not say of this request."""
        header = jwt.get_unverified_header(assertion)
        if header.get("typ") != "sallyport-assertion+jwt" or header.get("alg") not in ("EdDSA", "ES256"):
            raise jwt.InvalidTokenError("this is no assertion")
        key = self.keys.get_signing_key_from_jwt(assertion)
        claims = jwt.decode(assertion, key, algorithms=[header["alg"]], audience=self.audience, leeway=5,
                            options={"require": ["aud", "iat", "exp", "jti"]})
        if claims.get("method") != method or claims.get("path") != target.partition("?")[0]:
            raise jwt.InvalidTokenError("it was made for another request")
        return claims


class Application(BaseHTTPRequestHandler):
    verifier = None

    def answer(self):
        try:
            claims = self.verifier.claims(self.headers.get("Sallyport-Assertion", ""), self.command, self.path)
            status, text = 200, f"Hello, {claims.get('sub', 'stranger')}.\n"
        except jwt.PyJWTError:
            status, text = 401, "This request did not come through the gate.\n"
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    do_GET = do_POST = do_DELETE = answer

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    port, jwks_url, audience = sys.argv[1:]
    Application.verifier = Verifier(jwks_url, audience)
    ThreadingHTTPServer(("127.0.0.1", int(port)), Application).serve_forever()
