"""A length is changed on its way: who reads takes all that follows for a part of that frame, and nobody is answered any more,
though everything arrives and hellos go on. First it is a request's, then an answer's."""

from harness.proxy import DOWN, UP, Lengthen
from harness.report import duration

TITLE = "corrupted length, of a request and of an answer"
PATIENCE = (60, 90)


def play(stage):
    timeout, seconds = (5000, 60) if stage.full else (500, 12)
    stage.load = f"500 requests/s for {seconds} s without a timeout, to 1 responder, node timeout {duration(timeout * 1000)}"
    stage.fault = "a length is 1 MiB too large"
    timing = {"hello_interval": timeout * 2 // 5, "check_interval": timeout * 4 // 5, "node_timeout": timeout}
    proxy, responder = stage.proxied(environment=timing)
    load = stage.requester(environment=timing, rate=500, seconds=seconds, patience=30)
    for moment, direction, what in (0.5, UP, "a request's"), (seconds / 2, DOWN, "an answer's"):
        load.at(moment)
        begun = load.moment()
        proxy.fault = Lengthen(direction)
        closed = load.wait("connected", count=0, after=begun)["at"]
        back = load.wait("connected", count=1, after=closed)["at"]
        stage.figure(f"{what} is noticed after {duration(closed - begun)}")
        stage.expect(f"{what} is noticed after {duration(closed - begun)}",
                     closed - begun < 10 * max(3 * timeout, 2000) * 1000)
        stage.expect(f"back after {duration(back - closed)}", back - closed < 500000)
    stage.counted(load, reasons=("connectionLost",))
    stage.expect(f"{proxy.counts['lengthened']} lengths changed", proxy.counts["lengthened"] == 2)
    stage.survived(responder)
