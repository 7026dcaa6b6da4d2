"""Both begin on hosts that have no network yet, and find each other when they have one."""

from harness.report import duration

TITLE = "no network at the start"
PATIENCE = (90, 90)


def play(stage):
    stage.need_networks()
    hosts = stage.hosts(2)
    for host in hosts:
        host.pull()
    stage.load = "250 requests/s for 8 s"
    stage.fault = "the interfaces of both hosts come up after 3 s"
    stage.serve(host=hosts[1])
    load = stage.requester(host=hosts[0], rate=250, seconds=8, await_=0)
    load.at(3)
    stage.expect("they met without a network", not load.find("connected"))
    up = load.moment()
    for host in hosts:
        host.plug()
    found = load.wait("connected", count=1)["at"] - up
    result = stage.counted(load)
    stage.figure(f"found after {duration(found)}")
    stage.expect(f"found after {duration(found)}", found < 10000000)
    stage.expect(f"{result['answered']} answers", result["answered"] == result["sent"])
