"""A host that can say and cannot hear: its hellos come as ever, and what is sent to it is lost. It is passed over, and what
it was sent ends by its timeout."""

from harness.report import duration

TITLE = "one way is cut, hellos go on"
PATIENCE = (60, 60)


def play(stage):
    stage.need_networks()
    seconds = 6
    asking, here, there = stage.hosts(3)
    timing = {"hello_interval": 500, "check_interval": 1000, "node_timeout": 2000}
    for host in (here, there):
        stage.serve(host=host, environment=timing)
    stage.load = f"1,000 requests/s for {seconds} s, timeout 2 s, to 2 responders on hosts of their own"
    load = stage.requester(host=asking, environment=timing, rate=1000, seconds=seconds, await_=2, timeout=2000)
    load.at(1)
    there.lose(1)
    result = stage.counted(load, reasons=("timeout",))
    dropped, failed = there.heal(), sum(result["failed"].values())
    stage.fault = f"1 of them hears nothing from 1 s on: {dropped} packets are dropped"
    stage.expect(f"{dropped} packets dropped", dropped > 5)
    stage.figure(f"a request ended after {duration(result['slowest_end_us'])} at the latest")
    stage.expect(f"{failed} failed: it is not passed over", failed < 1000 * (seconds - 1) / 2)
    stage.gap_below(result, 1000000)
