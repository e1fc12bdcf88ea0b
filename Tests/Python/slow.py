"""Clients that take their time, by the hundred on one thread: each sends what it has to, and then reads or writes nothing, or a
little now and then."""

import resource
import socket
import threading
import time

# Thousands of connections need as many descriptors, here and in the programs that are started from here.
_, most = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


class Crowd:
    """Connections of slow clients, kept going by a thread until the block ends.

    `opening` is what each of them sends first, `drip` what it sends each second, `reads` how many bytes it reads each second.
    Where `fresh` is set, a client whose connection has ended comes again.
    """

    def __init__(self, port, count, opening, drip=b"", reads=0, receive_buffer=4096, fresh=True):
        self.port, self.count, self.opening, self.drip, self.reads = port, count, opening, drip, reads
        self.receive_buffer, self.fresh = receive_buffer, fresh
        self.statuses = {}
        self.opened = self.ended = 0
        self.is_over = False
        self.ready = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.is_over = True
        self.thread.join()

    def connect(self):
        client = socket.socket()
        if self.receive_buffer:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self.receive_buffer)
        client.settimeout(20)
        client.connect(("127.0.0.1", self.port))
        client.setblocking(False)
        try:
            client.send(self.opening)
        except OSError:
            pass
        self.opened += 1
        return client

    def run(self):
        clients = []
        try:
            for _ in range(self.count):
                if self.is_over:
                    return
                clients.append(self.connect())
            self.ready.set()
            while not self.is_over:
                begun = time.monotonic()
                for place, client in enumerate(clients):
                    if self.is_over:
                        return
                    if not self.step(client):
                        client.close()
                        self.ended += 1
                        clients[place] = self.connect() if self.fresh else None
                clients = [client for client in clients if client]
                while not self.is_over and time.monotonic() < begun + 1:
                    time.sleep(0.02)
        finally:
            for client in clients:
                client.close()

    def step(self, client):
        """Sends and reads a little; false if the connection is over."""
        try:
            if self.drip:
                client.send(self.drip)
        except BlockingIOError:
            pass
        except OSError:
            # What was said before it ended may lie there still.
            self.read(client, 65536)
            return False
        return self.read(client, self.reads) if self.reads else True

    def read(self, client, count):
        try:
            data = client.recv(count)
        except BlockingIOError:
            return True
        except OSError:
            return False
        if data.startswith(b"HTTP/1.1 "):
            status = int(data[9:12])
            self.statuses[status] = self.statuses.get(status, 0) + 1
        return bool(data)
