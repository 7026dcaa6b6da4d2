"""A narrow way: more is sent than gets through. What is late fails by its timeout, and nothing else does."""

from harness.proxy import Throttle

TITLE = "throttled connection"
PATIENCE = (90, 90)


def play(stage):
    stage.load = "1,000 requests/s of 1 kB for 4 s, timeout 1 s"
    stage.fault = "200 kB/s get through"
    proxy, responder = stage.proxied(Throttle(200000))
    load = stage.requester(rate=1000, seconds=4, size=1000, timeout=1000)
    result = stage.counted(load, reasons=("timeout",))
    late = result["slowest_end_us"]
    stage.expect("nothing was throttled", proxy.counts["throttled"] > 100 and result["failed"].get("timeout", 0) > 100)
    stage.expect(f"one ended after {late} µs", late < 11000000)
    stage.expect(f"{result['answered']} answers", result["answered"] > 100)
    stage.survived(responder)
