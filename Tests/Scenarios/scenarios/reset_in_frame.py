"""Every connection is reset in the middle of a frame, again and again, and then no more."""

import time

from harness.proxy import Cut, Fault

TITLE = "connection reset in the middle of a frame"
PATIENCE = (60, 60)


def play(stage):
    stage.load = "16 requests of 20 kB at once for 8 s, to 1 responder"
    proxy, responder = stage.proxied(Cut(after=650001, how="reset"), delay=1)
    load = stage.requester(in_flight=16, seconds=8, size=20000)
    load.at(3)
    healed, resets = time.monotonic_ns() // 1000, proxy.counts["resets"]
    proxy.fault = Fault()
    result = stage.counted(load, reasons=("connectionLost",))
    stage.fault = f"each connection is reset after 650,001 bytes, for 3 s: {resets} times"
    stage.expect(f"{resets} resets", resets >= 2)
    stage.expect(f"{result['answered']} answers", result["answered"] > 500)
    stage.expect("service did not come back", result["gap_ended_at"] < healed + 5000000)
    stage.gap_below(result, 1000000)
    stage.survived(responder)
