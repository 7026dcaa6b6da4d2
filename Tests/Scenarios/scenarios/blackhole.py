"""A connection that stays open and carries nothing any more, while hellos come as ever: only its silence shows it."""

from harness.proxy import Cut

TITLE = "a connection falls silent, hellos go on"
PATIENCE = (60, 60)


def play(stage):
    stage.load = "32 requests at once for 8 s, timeout 1 s"
    stage.fault = "of 2 responders 1 gets nothing any more after 200,001 bytes"
    proxy, _ = stage.proxied(Cut(after=200001, how="silent"), delay=1)
    stage.serve(delay=1)
    load = stage.requester(in_flight=32, seconds=8, await_=2, timeout=1000)
    result = stage.counted(load, reasons=("timeout", "connectionLost"))
    stage.figure(f"{proxy.counts['swallowed']:,} bytes swallowed")
    stage.expect("nothing fell silent", proxy.counts["silenced"] >= 1 and proxy.counts["swallowed"] > 0)
    failed = sum(result["failed"].values())
    stage.expect(f"{failed} failed: it is not passed over", failed < 32 * 8)
    stage.gap_below(result, 5000000)
