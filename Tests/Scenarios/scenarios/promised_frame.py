"""Frames that are as large as is allowed, and of which little comes: memory is taken as bytes arrive, not as announced."""

import socket

TITLE = "200 frames of 60 MiB announced, little of them sent"
PATIENCE = (60, 60)


def play(stage):
    stage.load = "1,000 requests/s for 3 s"
    responder = stage.serve()
    load = stage.requester(rate=1000, seconds=3)
    load.at(0.5)
    before = responder.memory("VmHWM")
    senders = []
    for _ in range(200):
        sender = socket.create_connection(("127.0.0.1", responder.ready["port"]), 30)
        sender.sendall(b"\x12" + (60 << 20).to_bytes(4, "big") + b"j:" + bytes(1000))
        senders.append(sender)
    load.at(2)
    more = responder.memory("VmHWM") - before
    stage.fault = f"{len(senders)} connections, 12 GiB announced, 0.2 MiB sent"
    stage.expect(f"it took {more:.1f} MiB more", more < 64)
    stage.counted(load)
    for sender in senders:
        sender.close()
    stage.figure(f"{more:.1f} MiB more memory")
    stage.survived(responder)
