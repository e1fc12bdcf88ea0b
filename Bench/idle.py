"""What idle keep-alive connections cost in resident memory. Standard library only."""

import os
import resource
import socket
import time

import rig


def open_one(port, request):
    """A connection that made one request and got its whole answer."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=10)
    try:
        connection.sendall(request)
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += received(connection)
        head, _, body = answer.partition(b"\r\n\r\n")
        if b" 200 " not in head.split(b"\r\n")[0]:
            raise rig.BenchError(f"answered {head.splitlines()[0].decode('latin-1')}")
        length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
        while len(body) < length:
            body += received(connection)
        return connection
    except BaseException:
        connection.close()
        raise


def received(connection):
    data = connection.recv(65536)
    if not data:
        raise rig.BenchError("the connection was closed before its answer was whole")
    return data


def is_open(connection):
    connection.setblocking(False)
    try:
        return connection.recv(1, socket.MSG_PEEK) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False


def descriptors(pid):
    return sum(len(os.listdir(f"/proc/{member}/fd")) for member in rig.family(pid))


def round_of(process, port, request, count):
    """Resident memory with `count` idle connections open, and after they were closed."""
    before = descriptors(process.pid)
    connections = []
    try:
        for _ in range(count):
            connections.append(open_one(port, request))
        opened = rig.resident_bytes(process.pid)
        alive = sum(map(is_open, connections))
        if alive < count:
            raise rig.BenchError(f"of {count} idle connections the proxy closed {count - alive}")
    finally:
        for connection in connections:
            connection.close()
    deadline = time.monotonic() + 20
    while descriptors(process.pid) > before + 128 and time.monotonic() < deadline:
        time.sleep(0.02)
    return opened, rig.resident_bytes(process.pid)


def measure(contenders, running, token, folder, count):
    """Each contender in a fresh process: before, with the connections, after them, and a second time."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if hard != resource.RLIM_INFINITY and hard < count + 256:
        raise rig.BenchError(f"{count} connections need more descriptors than the limit of {hard}")
    # The programs started from here inherit it.
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    lines, data = ["Resident memory of idle keep-alive connections, each after one request:"], {}
    wanted = count
    for contender in contenders:
        # Sallyport and HAProxy share upstream connections; HAProxy reserves descriptors for the pairs all the same.
        count = wanted if contender.key == "sallyport" else min(wanted, rig.pairs_of_descriptors())
        fields = "".join(f"{name}: {value}\r\n" for name, value in rig.head_fields(contender.port, token).items())
        request = f"GET /api/items HTTP/1.1\r\nHost: 127.0.0.1:{contender.port}\r\n{fields}\r\n".encode()
        with running(contender, folder) as process:
            # What the first requests of a process allocate is no connection's.
            for _ in range(200):
                open_one(contender.port, request).close()
            start = rig.resident_bytes(process.pid)
            try:
                opened, closed = round_of(process, contender.port, request, count)
                again, _ = round_of(process, contender.port, request, count)
            except rig.BenchError as problem:
                lines.append(f"  {contender.name}: no figure: {problem}")
                continue
        data[contender.key] = {"start": start, "opened": opened, "closed": closed, "opened_again": again}
        kib = {key: value / 1024 for key, value in data[contender.key].items()}
        lines.append(
            f"  {contender.name}, {count} connections: {(opened - start) / count:.0f} bytes each ({kib['start']:,.0f} KiB before, "
            f"{kib['opened']:,.0f} with them, {kib['closed']:,.0f} after, {kib['opened_again']:,.0f} with as many again)")
    return "\n".join(lines), data
