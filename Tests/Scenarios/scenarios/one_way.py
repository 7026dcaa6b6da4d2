"""A host that can say and cannot hear: its hellos come as ever, and nothing that is sent to it arrives. It is passed over, and
what it was sent ends without a timeout, since nothing is acknowledged. When it hears again it is used again."""

from harness.report import duration

TITLE = "one way is cut, hellos go on"
PATIENCE = (60, 90)


def play(stage):
    stage.need_networks()
    deaf, seconds, timeout = (20, 30, 5000) if stage.full else (4, 10, 1000)
    asking, here, there = stage.hosts(3)
    timing = {"hello_interval": timeout * 2 // 5, "check_interval": timeout * 4 // 5, "node_timeout": timeout}
    for host in (here, there):
        stage.serve(host=host, environment=timing)
    stage.load = (f"1,000 requests/s for {seconds} s without a timeout, to 2 responders on hosts of their own, "
                  f"node timeout {duration(timeout * 1000)}")
    load = stage.requester(host=asking, environment=timing, rate=1000, seconds=seconds, await_=2, patience=30)
    load.at(1)
    cut = load.moment()
    there.lose(1)
    closed = load.wait("connected", count=1, after=cut)["at"] - cut
    load.at(1 + deaf)
    healed = load.moment()
    dropped = there.heal()
    back = load.wait("connected", count=2, after=healed)["at"] - healed
    result = stage.counted(load, reasons=("connectionLost",))
    stage.fault = f"1 of them hears nothing for {deaf} s: {dropped} packets are dropped"
    failed = sum(result["failed"].values())
    stage.figure(f"closed after {duration(closed)}, back after {duration(back)}")
    stage.expect(f"{dropped} packets dropped", dropped > 5)
    stage.expect(f"{failed} failed: it is not passed over", 0 < failed < 1000 * deaf / 2)
    stage.expect(f"closed after {duration(closed)}", closed < 10 * 3 * timeout * 1000)
    stage.expect(f"back after {duration(back)}", back < 10 * (timeout + 2000) * 1000)
    stage.gap_below(result, 1000000)
