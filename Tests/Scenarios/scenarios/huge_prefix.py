"""A frame that says it has 4 GiB, and a sender that sends whatever it can: it is cut off at once."""

import socket

TITLE = "prefix 0xffffffff, then 600 MiB"
PATIENCE = (60, 60)


def send_much(port, prefix, much):
    """How many bytes were sent before the other side ended it."""
    piece = bytes(1 << 20)
    sent = 0
    with socket.create_connection(("127.0.0.1", port), 30) as connection:
        try:
            connection.sendall(b"\x12" + prefix)
            while sent < much:
                sent += connection.send(piece)
        except (ConnectionError, BrokenPipeError):
            pass
    return sent


def play(stage):
    stage.load = "1,000 requests/s for 3 s"
    responder = stage.serve()
    load = stage.requester(rate=1000, seconds=3)
    load.at(0.5)
    before = responder.memory("VmHWM")
    sent = send_much(responder.ready["port"], b"\xff\xff\xff\xff", 600 << 20)
    more = responder.memory("VmHWM") - before
    stage.fault = f"a sender that would send 600 MiB, of which {sent / 2**20:.1f} MiB were taken off its hands"
    stage.expect(f"{sent / 2**20:.1f} MiB were sent", sent < 32 << 20)
    stage.expect(f"it took {more:.1f} MiB more", more < 16)
    stage.counted(load)
    stage.figure(f"{more:.1f} MiB more memory")
    stage.survived(responder)
