"""A Redis of the run, on the load's core: its time is not the proxy's. Standard library only."""

import contextlib
import shutil
import socket

import rig


@contextlib.contextmanager
def running(bed, name="redis"):
    """A Redis without a disk; its port."""
    program = shutil.which("redis-server")
    if program is None:
        raise rig.Unable("redis-server is not installed.")
    port, log = rig.free_port(), bed.folder / f"{name}.out"
    process = rig.start([program, "--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--maxmemory-policy",
                         "noeviction", "--dir", bed.folder], rig.LOAD_CORE, log)
    try:
        rig.wait_for_port(process, port, log)
        yield port
    finally:
        rig.stop(process)


def info(port):
    """What INFO says, as a dictionary."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(b"*2\r\n$4\r\nINFO\r\n$3\r\nall\r\n")
        stream = connection.makefile("rb")
        length = int(stream.readline()[1:])
        text = stream.read(length).decode()
    return dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
