"""All responders are replaced, one after another: nothing is lost."""

TITLE = "rolling restart of 5 responders"
PATIENCE = (120, 120)


def play(stage):
    count = 5
    stage.load = "2,000 requests/s for about 3 s, answered after 5 ms"
    stage.fault = f"SIGTERM of each of {count} responders, after its successor has begun"
    responders = [stage.serve(delay=5) for _ in range(count)]
    load = stage.requester(rate=2000, await_=count)
    for turn, old in enumerate(responders):
        load.at(0.5 + 0.5 * turn)
        new = stage.serve(delay=5)
        load.wait("connected", count=count + 1, after=new.ready["at"] - 1000)
        told = old.terminate()
        load.wait("connected", count=count, after=told)
        stage.expect(f"it ended with {old.process.wait(30)}", old.process.wait(30) == 0)
    load.tell_to_end()
    result = stage.counted(load)
    stage.expect(f"{result['answered']} answers", result["answered"] > 2000)
    asked = sum(old.wait("handled")["count"] for old in responders)
    stage.expect("the old ones were asked nothing", asked > 100)
