"""An application behind Sallyport, in plain WSGI. Run it with: python3 Examples/app.py"""

import json
from urllib.parse import parse_qs
from wsgiref.simple_server import make_server


def passwords_match(environ):
    form = parse_qs(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"] or 0)).decode())
    return form == {"username": ["alice"], "password": ["wonderland"]}


def application(environ, start_response):
    user = environ.get("HTTP_X_USER_ID")                # set by Sallyport alone; absent for strangers
    match environ["REQUEST_METHOD"], environ["PATH_INFO"]:
        case "POST", "/login" if passwords_match(environ):
            session = json.dumps({"sub": "alice", "roles": ["admin"]})
            start_response("303 See Other", [("Location", "/"), ("Sallyport-Issue-Session", session)])
        case "POST", "/logout":
            start_response("303 See Other", [("Location", "/"), ("Sallyport-End-Session", "session")])
        case _:
            start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
    return [f"Hello, {user or 'stranger'}.\n".encode()]


if __name__ == "__main__":
    make_server("127.0.0.1", 3000, application).serve_forever()
