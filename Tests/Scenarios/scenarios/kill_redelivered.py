"""One of three responders is killed, and what it had not answered is sent again to another one: nothing fails."""

TITLE = "kill 1 of 3 responders, redelivery `always`"
PATIENCE = (90, 90)


def play(stage):
    stage.load = "5,000 requests/s for 4 s, answered after 5 ms"
    stage.fault = "SIGKILL of 1 of 3 responders after 2 s"
    responders = [stage.serve(delay=5) for _ in range(3)]
    load = stage.requester(rate=5000, seconds=4, await_=3, environment={"redelivery": "always"})
    load.at(2)
    killed = responders[0].kill()
    load.wait("connected", count=2, after=killed)
    result = stage.counted(load)
    for responder in responders[1:]:
        responder.end()
    again = sum(responder.wait("handled")["redelivered"] for responder in responders[1:])
    stage.figure(f"{again} were sent again")
    stage.expect("nothing was sent again", again > 0)
    stage.gap_below(result, 1000000)
