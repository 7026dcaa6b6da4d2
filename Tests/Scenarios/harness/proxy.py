"""Stands between a requester and a responder, and harms what passes.

A fault is asked for each piece that passes: it returns the pieces to be passed on, each with how many seconds later, and may
end the connection. Whoever sets a fault can see by the counts that it happened."""

import asyncio
import collections
import random
import socket
import struct
import threading

UP, DOWN = "up", "down"  # to the responder, and back


class Fault:
    """Harms nothing."""

    async def pass_on(self, pipe, piece):
        await pipe.write(piece)


class Delay(Fault):
    def __init__(self, seconds):
        self.seconds = seconds

    async def pass_on(self, pipe, piece):
        pipe.proxy.count("delayed")
        await pipe.write(piece, self.seconds)


class Throttle(Fault):
    """So many bytes a second, in each direction of each connection."""

    def __init__(self, rate):
        self.rate = rate

    async def pass_on(self, pipe, piece):
        step = max(1, self.rate // 100)
        for at in range(0, len(piece), step):
            pipe.proxy.count("throttled")
            await asyncio.sleep(min(step, len(piece) - at) / self.rate)
            await pipe.write(piece[at : at + step])


class OneByte(Fault):
    """Each byte in a segment of its own, `seconds` after the one before."""

    def __init__(self, seconds=0):
        self.seconds = seconds

    async def pass_on(self, pipe, piece):
        for byte in piece:
            pipe.proxy.count("single bytes")
            await pipe.write(bytes([byte]))
            await pipe.drain()
            await asyncio.sleep(self.seconds)


class Corrupt(Fault):
    """About one byte of `every` is another one."""

    def __init__(self, every, seed=1):
        self.every = every
        self.random = random.Random(seed)

    async def pass_on(self, pipe, piece):
        changed = bytearray(piece)
        at = int(self.random.expovariate(1 / self.every))
        while at < len(changed):
            changed[at] ^= 1 << self.random.randrange(8)
            pipe.proxy.count("corrupted")
            at += 1 + int(self.random.expovariate(1 / self.every))
        await pipe.write(bytes(changed))


class Lengthen(Fault):
    """The next frame that begins a piece in that direction announces a megabyte that does not come; once. The way back and
    everything else is left as it is."""

    def __init__(self, direction=UP):
        self.direction = direction
        self.done = False

    async def pass_on(self, pipe, piece):
        if pipe.direction == self.direction and not self.done and len(piece) > 4 and piece[0] >> 4 == 1 and piece[2] == 0:
            piece = piece[:2] + b"\x10" + piece[3:]
            self.done = True
            pipe.proxy.count("lengthened")
        await pipe.write(piece)


class Cut(Fault):
    """After `after` bytes of one direction the connection ends: `reset`, `close`, `half` (this direction alone), or it is
    `silent`, and passes nothing any more."""

    def __init__(self, after, how="reset", direction=UP):
        self.after = after
        self.how = how
        self.direction = direction

    async def pass_on(self, pipe, piece):
        if pipe.direction != self.direction:
            if pipe.silenced:
                pipe.proxy.count("swallowed", len(piece))
            else:
                await pipe.write(piece)
            return
        left = self.after - pipe.passed
        if len(piece) < left:
            await pipe.write(piece)
            return
        await pipe.write(piece[: max(0, left)])
        pipe.proxy.count("swallowed", len(piece) - max(0, left))
        await pipe.cut(self.how)


class _Pipe:
    """One direction of one connection."""

    def __init__(self, proxy, direction, reader, writer):
        self.proxy = proxy
        self.direction = direction
        self.reader = reader
        self.writer = writer
        self.other = None
        self.passed = 0
        self.silenced = False
        self.later = collections.deque()  # what is delayed
        self.ended = False

    async def run(self):
        try:
            while piece := await self.reader.read(65536):
                if self.ended:
                    return
                await self.proxy.fault.pass_on(self, piece)
            while self.later:
                await asyncio.sleep(0.001)
            if not self.ended and not self.silenced:
                await self.drain()
                self.writer.write_eof()
        except (OSError, RuntimeError):
            self.abort()

    async def write(self, piece, seconds=0):
        if not piece or self.ended:
            return
        self.passed += len(piece)
        self.proxy.count(f"bytes {self.direction}", len(piece))
        if seconds or self.later:
            self.later.append(piece)
            asyncio.get_running_loop().call_later(seconds, self._write_next)
        else:
            self.writer.write(piece)
            await self.drain()

    def _write_next(self):
        piece = self.later.popleft()
        if not self.ended:
            self.writer.write(piece)

    async def drain(self):
        await self.writer.drain()

    async def cut(self, how):
        if how == "silent":
            if not self.silenced:
                self.proxy.count("silenced")
            self.silenced = self.other.silenced = True
            return
        await self.drain()
        self.proxy.count({"reset": "resets", "close": "closed", "half": "half-closed"}[how])
        if how == "reset":
            self.reset()
        elif how == "close":
            self.abort()
        else:
            self.writer.write_eof()
            self.ended = True

    def reset(self):
        """Both ends get a RST."""
        for writer in (self.writer, self.other.writer):
            sock = writer.get_extra_info("socket")
            if sock and sock.fileno() >= 0:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.abort()

    def abort(self):
        self.ended = self.other.ended = True
        for writer in (self.writer, self.other.writer):
            writer.transport.abort()


class Proxy:
    """Listens at once, on a thread of its own. `target` is an address and a port, and may change."""

    def __init__(self, listen, target, fault=None):
        self.target = target
        self.fault = fault or Fault()
        self.counts = collections.Counter()
        self.lock = threading.Lock()
        self.pipes = set()
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.server = self._call(asyncio.start_server(self._serve, *listen))

    def _call(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(30)

    def count(self, what, number=1):
        with self.lock:
            self.counts[what] += number

    async def _serve(self, reader, writer):
        self.count("connections")
        try:
            up_reader, up_writer = await asyncio.open_connection(*self.target)
        except OSError:
            self.count("refused")
            writer.transport.abort()
            return
        for each in (writer, up_writer):
            each.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        up = _Pipe(self, UP, reader, up_writer)
        down = _Pipe(self, DOWN, up_reader, writer)
        up.other, down.other = down, up
        self.pipes |= {up, down}
        await asyncio.gather(up.run(), down.run())
        self.pipes -= {up, down}
        for each in (writer, up_writer):
            each.transport.abort()

    def reset_all(self):
        """Every connection that there is, wherever it stands. Returns how many there were."""

        async def reset():
            for pipe in [pipe for pipe in self.pipes if pipe.direction == UP and not pipe.ended]:
                self.count("resets")
                pipe.reset()

        before = self.counts["resets"]
        self._call(reset())
        return self.counts["resets"] - before

    def close(self):
        async def close():
            self.server.close()
            for pipe in list(self.pipes):
                pipe.abort()
            tasks = asyncio.all_tasks() - {asyncio.current_task()}
            await asyncio.wait(tasks, timeout=5) if tasks else None

        self._call(close())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(30)
        self.loop.close()
