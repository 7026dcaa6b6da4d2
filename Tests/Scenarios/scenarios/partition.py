"""One of two responders is cut off for a while, both ways. It is removed, and comes back by itself."""

from harness.report import duration

TITLE = "partition and healing"
PATIENCE = (120, 180)


def play(stage):
    stage.need_networks()
    out, timing = 5, {"hello_interval": 500, "check_interval": 1000, "node_timeout": 2000}
    if stage.full:
        out, timing = 10, {"hello_interval": 2000, "check_interval": 4000, "node_timeout": 5000}
    asking, here, there = stage.hosts(3)
    for host in (here, there):
        stage.serve(host=host, environment=timing)
    seconds = out + 8
    stage.load = f"1,000 requests/s for {seconds} s, to 2 responders on hosts of their own"
    load = stage.requester(host=asking, environment=timing, rate=1000, seconds=seconds, await_=2)
    load.at(1)
    cut = load.moment()
    there.lose(1)
    asking.lose(1, "-s", there.address)
    noticed = load.wait("connected", patience=out, count=1, after=cut)["at"] - cut
    load.at(1 + out)
    healed = load.moment()
    dropped = there.heal() + asking.heal()
    back = load.wait("connected", count=2, after=healed)["at"] - healed
    stage.fault = f"1 host is cut off for {out} s, {dropped} packets are dropped"
    result = stage.counted(load, reasons=("connectionLost",))
    stage.figure(f"removed after {duration(noticed)}, back after {duration(back)}")
    stage.expect(f"{dropped} packets dropped", dropped > 5)
    stage.gap_below(result, 1000000)
