"""One of three responders is killed under load. The others go on, and what it had not answered ends at once."""

from harness.report import duration

TITLE = "kill 1 of 3 responders"
PATIENCE = (90, 90)


def play(stage):
    stage.load = "5,000 requests/s for 4 s, answered after 5 ms"
    stage.fault = "SIGKILL of 1 of 3 responders after 2 s"
    responders = [stage.serve(delay=5) for _ in range(3)]
    load = stage.requester(rate=5000, seconds=4, await_=3)
    load.at(2)
    killed = responders[0].kill()
    noticed = load.wait("connected", count=2, after=killed)["at"] - killed
    result = stage.counted(load, reasons=("connectionLost",))
    stage.figure(f"noticed after {duration(noticed)}")
    stage.expect(f"noticed after {duration(noticed)}", noticed < 500000)
    stage.gap_below(result, 1000000)
    stage.survived(*responders[1:])
