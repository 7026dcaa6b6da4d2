"""Bytes are changed on their way. What arrives may be an error or another answer, but every request ends, nobody dies, and
whoever comes later is served."""

from harness.proxy import Corrupt, Fault

TITLE = "corrupted bytes"
PATIENCE = (90, 90)


def play(stage):
    stage.load = "16 requests at once for 5 s, timeout 1 s, and 100 of a newcomer"
    proxy, responder = stage.proxied(Corrupt(every=2000), delay=1)
    load = stage.requester(in_flight=16, seconds=5, timeout=1000)
    load.at(4)
    corrupted = proxy.counts["corrupted"]
    proxy.fault = Fault()
    newcomer = stage.requester(in_flight=4, count=100)
    # A changed number in an answer is no fault of ours: there is no checksum in the protocol.
    reasons = ("connectionLost", "timeout", "remote", "noHandler", "protocol")
    stage.counted(load, reasons=reasons, trusted=False)
    stage.fault = f"1 byte of 2,000 is changed for 4 s: {corrupted} bytes"
    stage.expect(f"{corrupted} bytes corrupted", corrupted >= 3)
    stage.expect("a newcomer is not served", stage.counted(newcomer)["answered"] == 100)
    stage.survived(responder)
