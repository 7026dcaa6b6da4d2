"""A long way: whatever is sent arrives late."""

from harness.proxy import Delay
from harness.report import duration

TITLE = "delay"
PATIENCE = (60, 60)


def play(stage):
    stage.load = "1,000 requests/s for 3 s"
    stage.fault = "200 ms each way"
    proxy, responder = stage.proxied(Delay(0.2))
    result = stage.counted(stage.requester(rate=1000, seconds=3))
    stage.figure(f"p50 {duration(result['p50_us'])}")
    stage.expect("nothing was delayed", proxy.counts["delayed"] > 100 and result["p50_us"] > 370000)
    stage.survived(responder)
