"""The responder is told that the requester has ended, and the requester is not: each of them ends the connection."""

from harness.proxy import Cut, Fault

TITLE = "half-closed connection"
PATIENCE = (60, 60)


def play(stage):
    stage.load = "16 requests at once for 4 s, to 1 responder"
    proxy, responder = stage.proxied(Cut(after=100001, how="half"), delay=1)
    load = stage.requester(in_flight=16, seconds=4, timeout=2000)
    load.at(1)
    halves = proxy.counts["half-closed"]
    proxy.fault = Fault()
    result = stage.counted(load, reasons=("connectionLost",))
    stage.fault = f"half of it is closed after 100,001 bytes, for 1 s: {halves} times"
    stage.expect(f"{halves} half-closed", halves >= 1)
    stage.expect(f"{result['answered']} answers", result["answered"] > 500)
    stage.survived(responder)
