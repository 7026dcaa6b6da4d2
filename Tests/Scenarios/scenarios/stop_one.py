"""One of three responders is stopped, and goes on later. Its connection stays, so that nothing shows but its silence."""

from harness.report import duration

TITLE = "stop 1 of 3 responders"
PATIENCE = (120, 120)


def play(stage):
    timing = {"hello_interval": 500, "check_interval": 1000, "node_timeout": 2000}
    if stage.full:
        timing = {"hello_interval": 2000, "check_interval": 4000, "node_timeout": 5000}
    timeout = timing["node_timeout"] / 1000
    seconds = int(timeout * 5)
    stage.load = f"5,000 requests/s for {seconds} s, node timeout {timeout:g} s"
    stage.fault = f"SIGSTOP of 1 of 3 responders after 1 s, SIGCONT {timeout * 3:g} s later"
    responders = [stage.serve(environment=timing) for _ in range(3)]
    load = stage.requester(rate=5000, seconds=seconds, await_=3, environment=timing)
    load.at(1)
    stopped = responders[0].stop()
    load.at(1 + timeout * 3)
    went_on = responders[0].go_on()
    noticed = load.wait("removed", after=stopped)["at"] - stopped
    back = load.wait("connected", count=3, after=went_on)["at"] - went_on
    result = stage.counted(load, reasons=("connectionLost",))
    stage.figure(f"removed after {duration(noticed)}, back {duration(back)} after SIGCONT")
    stage.gap_below(result, timeout * 1e6)
    stage.survived(*responders)
