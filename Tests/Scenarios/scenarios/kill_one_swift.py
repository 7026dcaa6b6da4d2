"""The same with responders in Swift, and with requests from Swift: none of those that were sent to the living fails."""

from harness.report import duration

TITLE = "kill 1 of 3 responders in Swift"
PATIENCE = (90, 90)


def play(stage):
    stage.need_swift()
    stage.load = "2,000 requests/s for 4 s from C, and 2,000 from Swift"
    stage.fault = "SIGKILL of 1 of 3 `cote respond` after 2 s"
    responders = [stage.swift("respond", "echo", "--echo") for _ in range(3)]
    load = stage.requester(rate=2000, seconds=4, await_=3)
    load.at(1)
    calls = stage.swift("call", "echo", '{"number": 1}', "--count", "2000", "--concurrency", "2")
    load.at(2)
    killed = responders[0].kill()
    noticed = load.wait("connected", count=2, after=killed)["at"] - killed
    result = stage.counted(load, reasons=("connectionLost",))
    calls.process.wait(60)
    calls.reader.join(60)
    failed = calls.trouble().count("connection")
    stage.expect(f"cote call: {len(calls.events)} answers, {calls.trouble()}", len(calls.events) + failed == 2000)
    stage.figure(f"noticed after {duration(noticed)}")
    stage.expect(f"noticed after {duration(noticed)}", noticed < 500000)
    stage.gap_below(result, 1000000)
    stage.survived(*responders[1:])
