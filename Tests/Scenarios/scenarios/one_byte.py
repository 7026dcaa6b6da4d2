"""Every byte comes alone."""

from harness.proxy import OneByte

TITLE = "one byte at a time"
PATIENCE = (60, 60)


def play(stage):
    stage.load = "200 requests, 4 at once"
    proxy, responder = stage.proxied(OneByte())
    result = stage.counted(stage.requester(in_flight=4, count=200))
    stage.fault = f"each byte in a segment of its own: {proxy.counts['single bytes']:,}"
    stage.expect("no single bytes", proxy.counts["single bytes"] > 200 * 50)
    stage.expect(f"{result['answered']} answers", result["answered"] == 200)
    stage.survived(responder)
