"""One of two responders takes every request and answers none: these end by their timeout, and the other's are answered."""

TITLE = "1 of 2 responders never answers"
PATIENCE = (60, 60)


def play(stage):
    stage.load = "1,000 requests/s for 4 s, timeout 500 ms"
    stage.fault = "1 of 2 responders answers nothing"
    stage.serve()
    mute = stage.serve(hold=1)
    load = stage.requester(rate=1000, seconds=4, await_=2, timeout=500)
    result = stage.counted(load, reasons=("timeout",))
    stage.expect(f"{result['answered']} answers", result["answered"] > 0.45 * result["sent"])
    stage.expect(f"one ended after {result['slowest_end_us']} µs", result["slowest_end_us"] < 5000000)
    stage.gap_below(result, 1000000)
    mute.end()
    stage.expect("it was asked nothing", mute.wait("handled")["count"] > 0)
