"""Clients that keep cookies as browsers do: one request, many at once, and browsers that never rest."""

import asyncio
import base64
import contextlib
import dataclasses
import json
import threading
import time

import processes


@dataclasses.dataclass
class Answer:
    """What came back, and when (of the monotonic clock) the request began and its answer ended."""

    status: int
    fields: list
    body: str
    begun: float
    ended: float
    who: str = ""

    @property
    def seconds(self):
        return self.ended - self.begun

    @property
    def set_cookies(self):
        return [value for name, value in self.fields if name == "set-cookie"]

    @property
    def cookies(self):
        """The cookies it sets, by name."""
        return dict(line.split(";")[0].split("=", 1) for line in self.set_cookies)

    @property
    def clears(self):
        """Whether it takes a cookie away. (The last moment of a short life may be a Max-Age of 0 as well.)"""
        return "" in self.cookies.values()

    @property
    def headers(self):
        """The request's headers as the application received them."""
        return json.loads(self.body)["headers"]


def claims(token):
    """What a token says."""
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def wait_until_expired(cookies):
    """Asking a gate would refresh; only the clock tells."""
    expiry = claims(cookies["access"])["exp"]
    processes.wait_until(lambda: time.time() >= expiry, "the access token expires")


async def _connect(port):
    return await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)


async def _exchange(streams, path, cookies, body, who, begun):
    reader, writer = streams
    try:
        method = "GET" if body is None else "POST"
        lines = [f"{method} {path} HTTP/1.1", "Host: gate.example", "User-Agent: check", "Connection: close"]
        if cookies:
            lines.append("Cookie: " + "; ".join(f"{name}={value}" for name, value in cookies.items()))
        if body is not None:
            lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
        writer.write(("\r\n".join(lines) + "\r\n\r\n" + (body or "")).encode())
        text = (await asyncio.wait_for(reader.read(-1), 20)).decode()
    finally:
        writer.close()
    if not text:
        raise ConnectionError("the gate ended the connection without an answer")
    head, _, content = text.partition("\r\n\r\n")
    status, *rest = head.split("\r\n")
    fields = [(name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in rest)]
    return Answer(int(status.split()[1]), fields, content, begun, time.monotonic(), who)


async def request(port, path="/", cookies=None, body=None, who=""):
    """One request on a connection of its own, so that each loop of a gate gets some."""
    begun = time.monotonic()
    return await _exchange(await _connect(port), path, cookies, body, who, begun)


def visit(port, cookies):
    return asyncio.run(request(port, cookies=cookies))


async def login(port, user):
    return await request(port, "/login", body=f"username={user}", who=user)


def sign_in(port, user="alice"):
    """Signs in; gives the cookie jar."""
    answer = asyncio.run(login(port, user))
    assert answer.status == 200 and set(answer.cookies) == {"access", "refresh"}, answer
    return answer.cookies


def at_once(ports, cookies, count):
    """So many requests at once with the same cookies, one after the other to each port: connected first, then sent."""

    async def run():
        streams = await asyncio.gather(*(_connect(ports[index % len(ports)]) for index in range(count)))
        begun = time.monotonic()
        return await asyncio.gather(*(_exchange(each, "/", cookies, None, "", begun) for each in streams))

    return asyncio.run(run())


async def spaced(ports, cookies, count, seconds):
    """So many requests with so much time between two beginnings."""
    start = time.monotonic()

    async def one(index):
        await asyncio.sleep(start + index * seconds - time.monotonic())
        return await request(ports[index % len(ports)], cookies=cookies)

    return await asyncio.gather(*(one(index) for index in range(count)))


class Load:
    """Browsers that never rest, on a thread of their own.

    `hot` ones hold an access token that lives long, at a gate that knows it; `restless` ones have to refresh each
    second; `forgetful` ones as well, and throw away every cookie that they get; `newcomers` sign in again and again.
    """

    pause = 0.03

    def __init__(self, short, long, survives_refusal=False):
        self.short, self.long = short, long
        self.survives_refusal = survives_refusal
        self.answers = []
        self.jars = []
        self.failure = None
        self.unanswered = 0
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self):
        try:
            asyncio.run(self._all())
        except BaseException as failure:  # Told by the thread that waits.
            self.failure = failure

    async def _all(self):
        browsers = [self._browser(f"hot{number}", [self.long]) for number in range(3)]
        browsers += [self._browser(f"restless{number}", [self.short]) for number in range(3)]
        browsers += [self._browser("wanderer", [self.short, self.long])]
        browsers += [self._browser(f"forgetful{number}", [self.short], forgets=True) for number in range(2)]
        browsers += [self._newcomer("newcomer", self.short), self._newcomer("newcomer", self.long)]
        await asyncio.gather(*browsers)

    async def _browser(self, name, ports, forgets=False):
        jar = (await login(ports[0], name)).cookies
        assert set(jar) == {"access", "refresh"}
        self.jars.append((ports[0], jar))
        turn = 0
        while not self._ends.is_set():
            turn += 1
            answer = await self._note(request(ports[turn % len(ports)], cookies=jar, who=name))
            if answer and answer.status == 200:
                assert answer.headers["x-user-id"] == name
                if not forgets:
                    jar.update(answer.cookies)
            await asyncio.sleep(self.pause)

    async def _newcomer(self, name, port):
        while not self._ends.is_set():
            answer = await self._note(login(port, name))
            if answer and answer.status == 200:
                assert set(answer.cookies) == {"access", "refresh"}, "signed in without a session"
                self.jars.append((port, answer.cookies))
            await asyncio.sleep(3 * self.pause)

    async def _note(self, asking):
        try:
            answer = await asking
        except ConnectionError:
            if not self.survives_refusal:
                raise
            self.unanswered += 1
            return None
        self.answers.append(answer)
        return answer

    @contextlib.contextmanager
    def running(self):
        """Runs until the block ends."""
        self._thread.start()
        try:
            yield self
        finally:
            self._ends.set()
            self._thread.join()
        if self.failure:
            raise self.failure

    def wait_for(self, condition, what, since=0.0, seconds=15):
        """Waits until the answers to requests that began after `since` fulfil a condition."""

        def holds():
            assert self._thread.is_alive(), self.failure
            return condition([answer for answer in list(self.answers) if answer.begun >= since])

        return processes.wait_until(holds, what, seconds)

    def wait_until_warm(self):
        """Until every browser was served, and some have refreshed: gives the time the slowest one waited since then."""
        names = {"hot", "restless", "wanderer", "forgetful", "newcomer"}
        self.wait_for(
            lambda answers: {answer.who.rstrip("0123456789") for answer in answers} == names
            and sum(1 for answer in answers if answer.who.startswith("restless") and answer.set_cookies) >= 3,
            "all browsers are served")
        return max(answer.seconds for answer in self.answers)

    def lost_sessions(self):
        """Those who hold cookies that the gates gave them, and are not let in with them."""

        async def run(jars):
            return await asyncio.gather(*(request(port, cookies=jar) for port, jar in jars))

        jars, lost = list(self.jars), []

        def is_certain():
            answers = asyncio.run(run(jars))
            lost.extend(answer for answer in answers if answer.status not in (200, 503))
            # A busy machine may take too long for some of so many at once; they ask again.
            jars[:] = [jar for jar, answer in zip(jars, answers) if answer.status == 503]
            return not jars

        processes.wait_until(is_certain, "every session is asked for")
        return lost
