"""The same with the command `cote`, as a service is run in production."""

TITLE = "rolling restart of 5 responders in Swift"
PATIENCE = (120, 120)


def play(stage):
    stage.need_swift()
    count = 5
    stage.load = "200 requests/s for about 3 s, answered by a command that takes 20 ms"
    stage.fault = f"SIGTERM of each of {count} `cote respond`, after its successor has begun"
    command = ["respond", "echo", "--exec", "sleep 0.02; cat"]
    responders = [stage.swift(*command) for _ in range(count)]
    load = stage.requester(rate=200, await_=count)
    for turn, old in enumerate(responders):
        load.at(0.5 + 0.5 * turn)
        begun = load.moment()
        stage.swift(*command)
        load.wait("connected", count=count + 1, after=begun)
        told = old.terminate()
        load.wait("connected", count=count, after=told)
        stage.expect(f"it ended with {old.process.wait(30)}", old.process.wait(30) == 0)
    load.tell_to_end()
    result = stage.counted(load)
    stage.expect(f"{result['answered']} answers", result["answered"] > 100)
