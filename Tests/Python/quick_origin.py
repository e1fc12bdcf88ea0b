"""An application within a test: a server on a loop and a thread of its own, used as a context."""

import asyncio
import socket
import threading


class Origin:
    """Calls `serve` for each connection; a subclass says what that does. `buffers` are the sizes of what lies in the system, if
    that matters."""

    buffers = None

    def __init__(self):
        self.loop = asyncio.new_event_loop()

    def __enter__(self):
        started = threading.Event()

        async def main():
            listener = socket.socket()
            if self.buffers:
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self.buffers[0])
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, self.buffers[1])
            listener.bind(("127.0.0.1", 0))
            self.port = listener.getsockname()[1]
            self.server = await asyncio.start_server(self.connected, sock=listener, backlog=4096, limit=16384)
            started.set()

        self.loop.create_task(main())
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()
        assert started.wait(10)
        return self

    def __exit__(self, *_):
        async def end():
            self.server.close()
            others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)
            self.loop.stop()

        asyncio.run_coroutine_threadsafe(end(), self.loop)
        self.thread.join()
        self.loop.close()

    async def connected(self, reader, writer):
        try:
            await self.serve(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort()
