"""The requester's own network goes away, routes and all, and comes back."""

from harness.report import duration

TITLE = "network interface down and up"
PATIENCE = (120, 120)


def play(stage):
    stage.need_networks()
    out, timing = 5, {"hello_interval": 500, "check_interval": 1000, "node_timeout": 2000}
    asking, answering = stage.hosts(2)
    stage.serve(host=answering, environment=timing)
    stage.load = f"500 requests/s for {out + 8} s, to 1 responder on another host"
    stage.fault = f"the requester's interface is down for {out} s"
    load = stage.requester(host=asking, environment=timing, rate=500, seconds=out + 8)
    load.at(1)
    down = load.moment()
    asking.pull()
    load.wait("connected", patience=out, count=0, after=down)
    load.at(1 + out)
    up = load.moment()
    asking.plug()
    back = load.wait("connected", count=1, after=up)["at"] - up
    result = stage.counted(load, reasons=("connectionLost",))
    stage.figure(f"back after {duration(back)}")
    stage.expect(f"back after {duration(back)}", back < 5000000)
    stage.expect(f"a gap of {duration(result['longest_gap_us'])}", result["longest_gap_us"] > out * 1e6 / 2)
    stage.expect(f"{result['answered']} answers", result["answered"] > 2000)
